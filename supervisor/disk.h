/* disk.h: the disk of the engine's data may fail, be full, or return. A service that ended because of that (exit code
 * `io` or `full`) is not quarantined: it waits until the disk accepts a file again. Deaths that cannot be recorded are
 * kept here meanwhile. The disk is tested only while there is a reason to doubt it, in a thread of its own, so a
 * hanging disk does not block the supervisor. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_DISK_H
#define LOOPHOLE_SUPERVISOR_DISK_H

#include <signal.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/process/crash_list.h"

enum { DISK_DEATHS = 64, DISK_HOW = 128, DISK_NAME = 24 };

struct disk {
    bool fails;             /* in the last test */
    bool is_tried;          /* by a thread, which owns `try` meanwhile */
    usec_t looked, doubted; /* steady clock: the last call, and until when there is a reason to test; 0: none */
    usec_t began;           /* start of the thread */
    struct disk_try *try;
    char alarm[240];      /* or "" */
    uint32_t count, lost; /* deaths to be recorded; deaths that did not fit */
    struct kept_death {
        struct death death;
        char service[DISK_NAME], how[DISK_HOW];
    } deaths[DISK_DEATHS];
};

/* Allocates its memory, which is never freed, because the thread of a hanging disk never returns. */
void disk_open(struct disk *disk);

/* True if a process with this end may have met a failing disk: exit code `io` or `full`. */
bool disk_may_have_caused(const siginfo_t *info);

/* Gives a reason to test the disk for the next 10 s. */
void disk_doubt(struct disk *disk, usec_t now);

/* Tests once a second, while there is a reason, whether the disk accepts a file. No answer within 5 s is a failure.
 * Records the waiting deaths. */
void disk_look(struct disk *disk, const struct paths *paths, usec_t now);

/* Records the death now, or once the disk is back. */
void disk_record_death(struct disk *disk, const struct paths *paths, const struct death *death);

#endif
