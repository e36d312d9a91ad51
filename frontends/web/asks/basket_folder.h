/* basket_folder.h: the folder DATA/basket and its links. A call may wait for the file system of a sound. A thread
 * of its own. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ASKS_BASKET_FOLDER_H
#define LOOPHOLE_FRONTENDS_WEB_ASKS_BASKET_FOLDER_H

#include <limits.h>
#include <sys/types.h>

#include "common/beneath/door.h"
#include "common/err.h"
#include "common/naming/safe_names.h"

enum { BASKET_MOST = 10000 }; /* links */

struct basket_entry {
    char *name;
    char *target; /* of a symbolic link; NULL: a hard link */
    dev_t device;
    ino_t inode;
};

struct basket_folder {
    char path[PATH_MAX];
    struct basket_entry *at;
    size_t count, room;
    struct safe_names names;
    struct id_table targets; /* hashes of paths */
    uint64_t added, present;
};

/* Makes the folder if it is absent (0700), and lists its links. Leaves out files that are not links. Errors: those of
 * file_err. The caller frees it, also after an error. */
enum err basket_folder_open(struct basket_folder *folder, const char *data, struct fault *fault);

/* Makes a link to the file of the door, which it opens for that, unless one exists. The link has the file's name, with
 * a number if that is taken. Errors: full (BASKET_MOST), those of door_open, conflict (the file can have no hard link
 * here). */
enum err basket_folder_add(struct basket_folder *folder, const struct door *door, bool hard, struct fault *fault);

void basket_folder_sort(struct basket_folder *folder); /* by name; before that, new links are last */

/* Removes all links. Keeps a file that has no other name, because it is not a link. Errors: those of file_err. */
enum err basket_folder_clear(struct basket_folder *folder, struct fault *fault);

void basket_folder_free(struct basket_folder *folder); /* the memory alone; the links stay */

#endif
