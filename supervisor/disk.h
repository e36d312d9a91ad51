/* disk.h: the disk of the engine's data fails, fills up, and returns. A service that ended for it (exit code `io` or
 * `full`) is not quarantined: it waits until the disk takes a file again. Deaths that could not be written down are
 * kept here meanwhile. The disk is tried only while there is a reason to doubt it, in a thread of its own: a disk that
 * hangs does not stop the supervisor. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_DISK_H
#define LOOPHOLE_SUPERVISOR_DISK_H

#include <signal.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/process/crash_list.h"

enum { DISK_DEATHS = 64, DISK_HOW = 128, DISK_NAME = 24 };

struct disk {
    bool fails;             /* at the last try */
    bool is_tried;          /* by a thread, which has `try` meanwhile */
    usec_t looked, doubted; /* steady clock: the last look, and until when there is a reason to try; 0: none */
    usec_t began;           /* when that thread did */
    struct disk_try *try;
    char alarm[240];      /* or "" */
    uint32_t count, lost; /* deaths that wait to be written; those for which there was no room */
    struct kept_death {
        struct death death;
        char service[DISK_NAME], how[DISK_HOW];
    } deaths[DISK_DEATHS];
};

/* Takes all its memory, which stays until the process ends: a disk that hangs never gives its thread back. */
void disk_open(struct disk *disk);

/* A process that ended so may have met the disk: exit code `io` or `full`. */
bool disk_may_have_caused(const siginfo_t *info);

/* A reason to try the disk for the next 10 s. */
void disk_doubt(struct disk *disk, usec_t now);

/* Once a second, while there is a reason: does the disk take a file? One that has not answered for 5 s fails. Writes
 * down the deaths that wait. */
void disk_look(struct disk *disk, const struct paths *paths, usec_t now);

/* On record: now, or once the disk is back. */
void disk_record_death(struct disk *disk, const struct paths *paths, const struct death *death);

#endif
