/* opening.h: opens a file through its door in an errand, because its file system may hang. The loop's thread. */
#ifndef LOOPHOLE_COMMON_OPENING_H
#define LOOPHOLE_COMMON_OPENING_H

#include "common/beneath/door.h"
#include "common/process/errand.h"

struct opening;

struct opened_file {
    int fd; /* open for reading, owned by the receiver; -1 with a fault */
    uint64_t size;
    usec_t mtime;
    usec_t changed; /* ctime */
};

struct opening_events {
    /* Called once in the loop, unless the opening is dropped, with `what` from opening_start. Faults: timeout (the file
     * system does not respond), offline (see there), and those of door_open. */
    void (*opened)(void *state, void *what, const struct opened_file *file, const struct fault *fault);
    void *state;
};

/* Opens the file of `door`, which it takes over, and lets the kernel read its first `ahead` bytes (0: all) ahead.
 * Faults with timeout if the file system does not respond for `patience`. A file of a cloud (`is_cloud`) that is only
 * online now is not opened: offline. */
struct opening *opening_start(struct errands *errands, struct door *door, uint64_t ahead, usec_t patience,
                              bool is_cloud, struct opening_events events, void *what);

/* Only before `opened` is called: prevents that call, and closes the file. */
void opening_drop(struct opening *opening);

#endif
