/* watch.h: collects the inotify events of the libraries' folders, and reports a folder when it is quiet. The loop's
 * thread, except inotify_add_watch: scans call it in their threads with watch_fd and WATCH_MASK before they read a
 * folder. So a later change is reported, and an earlier one is seen.
 *
 * A file that is being written is reported after its close. A new name of unknown kind is reported if it is not written
 * soon, because it may be a link to a folder. If events are lost, or no watches are left, the watch
 * reports that, and everything is scanned again. */
#ifndef LOOPHOLE_INDEXER_WATCH_H
#define LOOPHOLE_INDEXER_WATCH_H

#include <sys/inotify.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/id.h"

#define WATCH_MASK                                                                                                     \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF |               \
     IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK | IN_DONT_FOLLOW)

/* Of a folder above a library, which may itself be a watched folder of another one. */
#define WATCH_ABOVE_MASK (IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR | IN_MASK_ADD)

/* Of the folder in which the missing one above a library, or the library's own folder, may appear again. */
#define WATCH_RETURN_MASK (WATCH_ABOVE_MASK | IN_CREATE | IN_MOVED_TO)

struct watch;

struct watch_events {
    /* The content of a folder changed, and has been quiet since. */
    void (*changed)(void *state, struct id library, const char *path);
    /* A folder was renamed or moved between watched folders; `from` and `to` are its own paths. `changed` follows for
     * its parents. */
    void (*moved)(void *state, struct id library, const char *from, const char *to);
    /* A folder came from elsewhere. If it was here before, the folders below it are still watched, and nothing reports
     * that they returned. */
    void (*arrived)(void *state, struct id library, const char *path);
    /* A name of unknown kind disappeared from a folder: it may have been a link to another folder. */
    void (*gone)(void *state, struct id library, const char *path);
    /* Events were lost: any folder may have changed. */
    void (*lost)(void *state);
    void *state;
};

/* Errors: io (inotify is not available: rescans replace it), full. */
enum err watch_new(const struct watch_events *events, struct watch **watch, struct fault *fault);
void watch_free(struct watch *watch); /* NULL is allowed */

int watch_fd(const struct watch *watch); /* readable when there are events; -1 for NULL */

/* A scan watches this folder as `wd`. */
void watch_add(struct watch *watch, struct id library, int wd, const char *path);
/* When the folder `wd` is renamed, moved or deleted, the library's folder `path` counts as changed. */
void watch_add_above(struct watch *watch, struct id library, int wd, const char *path);
/* When the folder `wd` gets an entry of this name, the library's folder `path` counts as arrived. True: the folder has
 * changed already. */
bool watch_await(struct watch *watch, struct id library, int wd, const char *path, const char *name);
void watch_forget(struct watch *watch, struct id library); /* reports no more events of this library */

void watch_read(struct watch *watch); /* when watch_fd is readable */
void watch_tick(struct watch *watch); /* about every 100 ms: reports the folders that are quiet */

#endif
