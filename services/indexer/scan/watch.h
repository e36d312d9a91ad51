/* watch.h: what inotify reports of the libraries' folders, gathered until it is quiet. The loop's, but for
 * inotify_add_watch, which scans call in their threads with watch_fd and WATCH_MASK before they read a folder: what
 * changes after that is reported, what changed before is seen.
 *
 * A file that is being written waits for its close. When events are lost, or no watches are left, it says so and
 * everything is looked at again. */
#ifndef LOOPHOLE_INDEXER_WATCH_H
#define LOOPHOLE_INDEXER_WATCH_H

#include <sys/inotify.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/id.h"

#define WATCH_MASK                                                                                                     \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF |               \
     IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK | IN_DONT_FOLLOW)

struct watch;

struct watch_events {
    /* The content of a folder changed and has been quiet since. */
    void (*changed)(void *state, struct id library, const char *path);
    /* A folder was renamed or moved within what is watched; both paths are its own. Its parents' `changed` follow. */
    void (*moved)(void *state, struct id library, const char *from, const char *to);
    /* Events were lost: nothing is sure. */
    void (*lost)(void *state);
    void *state;
};

/* Errors: io (no inotify: then everything works by rescans), full. */
enum err watch_new(const struct watch_events *events, struct watch **watch, struct fault *fault);
void watch_free(struct watch *watch); /* NULL is allowed */

int watch_fd(const struct watch *watch); /* readable when there are events; -1 for NULL */

/* A scan watches this folder by `wd`. */
void watch_add(struct watch *watch, struct id library, int wd, const char *path);
void watch_forget(struct watch *watch, struct id library); /* no more events of it */

void watch_read(struct watch *watch); /* when watch_fd is readable */
void watch_tick(struct watch *watch); /* every 100 ms or so: reports what is quiet */

#endif
