/* table.h: the services of the engine. A new service needs one row here, its folder and its schema. */
#ifndef LOOPHOLE_SUPERVISOR_TABLE_H
#define LOOPHOLE_SUPERVISOR_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* When a row applies. */
enum table_when {
    TABLE_ALWAYS,
    TABLE_SOUND,   /* unless `[audio] device = none` */
    TABLE_STANDBY, /* with `[audio] standby = yes` as well */
};

struct table_row {
    const char *name;       /* on the board, and of its log, lock and sockets */
    const char *program;    /* in the folder of loopholed, or an absolute path */
    bool never_quarantined; /* nothing works without it, so it is always started again */
    uint32_t hang_ms;       /* silent for longer it is replaced; found within 2 s, because checks are 100 ms apart */
    enum table_when when;
    /* Thousandths of the machine's memory, for when memory is exhausted: the largest number ends first. */
    int ends_before;
    bool has_store;               /* it writes the store: if it cannot, no other service can read it */
    bool is_client;               /* of JACK */
    bool is_foreign;              /* it does not know boards and locks: the supervisor writes its entry */
    const char *const *arguments; /* after the program, with a final NULL; or NULL */
};

/* In the order of their start; they stop in reverse order. */
extern const struct table_row table_rows[];
extern const uint32_t table_count;

#endif
