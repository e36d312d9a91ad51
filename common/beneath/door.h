/* door.h: the one way to open the file of an item in order to give its content to somebody. A library may come from a
 * stranger, and a link may have been put there after the scan: the door decides on the open file, so that nothing that
 * is renamed or linked meanwhile changes its decision. It opens regular files only, and waits for no pipe or device.
 *
 * A path without links leads to the file itself. A path with links may lead into the folders of `leads`, and nowhere
 * else. A file that the catalogue knows with another size or time must begin as a sound does. Any thread; all functions
 * but door_open only copy. */
#ifndef LOOPHOLE_COMMON_BENEATH_DOOR_H
#define LOOPHOLE_COMMON_BENEATH_DOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"

/* The name for memory (memfd_create) that door_open reads by the path of its descriptor in /proc. */
#define DOOR_MEMORY "loophole-listening"

struct door;

struct door_plan {
    struct bytes path;         /* absolute */
    const struct bytes *leads; /* folders without links; "/": links may lead anywhere */
    uint32_t lead_count;
    bool is_known; /* the catalogue knows the file … */
    uint64_t size; /* … with this size … */
    usec_t mtime;  /* … and time */
};

struct door *door_new(const struct door_plan *plan); /* copies it; the caller frees the door */
struct door *door_to(const char *path);              /* of a path that a person named: its links are followed */
void door_free(struct door *door);                   /* NULL is allowed */

const char *door_path(const struct door *door);

/* Opens the file for reading, and sets `st`. May wait for the file system, so not on the loop. The caller closes it;
 * -1: the fault is set. Errors: denied (a link leads out of its library; the hint says what to do), bad_request (no
 * regular file, or no sound any more), and those of file_err. */
int door_open(const struct door *door, struct stat *st, struct fault *fault);

#endif
