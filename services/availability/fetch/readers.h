/* readers.h: processes that read one file each, so its cloud downloads it. A reader that makes no
 * progress is killed; one that cannot die keeps its lane until it does. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_READERS_H
#define LOOPHOLE_AVAILABILITY_READERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/process/patience.h"

enum { READER_LANES = 16, READER_STILL_ONLINE = -1, READER_PLACEHOLDER = -2 };

struct reader_report {
    uint64_t number;      /* as given to readers_begin */
    uint64_t done, total; /* bytes */
    int32_t error;        /* an errno; READER_STILL_ONLINE: read whole, and still without content here;
                             READER_PLACEHOLDER: only its placeholder is there; 0: none */
    int32_t has_ended;
};

struct reader_lane {
    pid_t pid; /* 0: free */
    uint64_t number;
    struct patience waited; /* since its last progress */
    usec_t ended;           /* steady: when it reported its end, or was killed */
    bool is_over;           /* reported its end, or was killed */
    bool is_dead;           /* it has ended */
};

struct fetch_readers {
    int from, to;    /* a pipe for all reports */
    uint32_t most;   /* lanes in use, 1 to READER_LANES */
    usec_t patience; /* without progress */
    struct reader_lane lanes[READER_LANES];
};

enum err readers_open(struct fetch_readers *readers, struct fault *fault); /* errors: io */
void readers_close(struct fetch_readers *readers);                         /* kills them, and waits for none */

/* Reads the file at `path`. False: no lane is free, or no process. */
bool readers_begin(struct fetch_readers *readers, uint64_t number, const char *path);
bool readers_have_room(const struct fetch_readers *readers);

/* Takes one report; false: there is none. */
bool readers_take(struct fetch_readers *readers, struct reader_report *to);

/* Kills readers without progress, and calls late(state, number) for each of these and for each that died. */
void readers_turn(struct fetch_readers *readers, void (*late)(void *state, uint64_t number), void *state);

void readers_drop(struct fetch_readers *readers, uint64_t number); /* kills it, if it reads */
uint32_t readers_stuck(const struct fetch_readers *readers);       /* killed processes that do not die */

#endif
