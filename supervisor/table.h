/* table.h: the services of the engine. A service is added by one row here, its folder and its schema. */
#ifndef LOOPHOLE_SUPERVISOR_TABLE_H
#define LOOPHOLE_SUPERVISOR_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* When a row is there at all. */
enum table_when {
    TABLE_ALWAYS,
    TABLE_SOUND,   /* unless `[audio] device = none` */
    TABLE_STANDBY, /* with `[audio] standby = yes` as well */
};

struct table_row {
    const char *name;       /* on the board, of its log, lock and sockets */
    const char *program;    /* beside loopholed, or a whole path */
    bool never_quarantined; /* nothing works without it: it is always started again */
    uint32_t hang_ms;       /* silent for so long it is replaced, and so found within 2 s: looks are 100 ms apart */
    enum table_when when;
    int ends_before; /* thousandths of the machine's memory, when that is out: the largest number ends first */
    bool has_store;  /* it writes the store: where it cannot, no other service can read it */
    bool is_client;  /* of JACK */
    bool is_foreign; /* knows nothing of boards and locks: the supervisor writes its line */
    const char *const *arguments; /* after the program, NULL at the end; or NULL */
};

/* They start in this order, and stop in the reverse one. */
extern const struct table_row table_rows[];
extern const uint32_t table_count;

#endif
