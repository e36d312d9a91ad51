/* library.h: the patterns that all projects share, as files below DATA/patterns: user/, templates/, library/genre/G/,
 * and archive/ with the same folders, in gzip. One thread at a time, under the lock; file systems may hang. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_H
#define LOOPHOLE_PROJECT_LIBRARY_H

#include <limits.h>
#include <pthread.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/process/errand.h"
#include "common/shared/in_hand.h"
#include "schema_project.h"
#include "store/pattern/pattern_file.h"
#include "store/pattern/rhythm.h"

enum { LIBRARY_FILES = 20000, LIBRARY_LOCK_S = 3 };

/* A file of the library, as it was read last. */
struct library_entry {
    struct text path; /* below DATA/patterns: "library/genre/techno/Acid.json"; a zero follows */
    struct library_pattern line;
    struct rhythm rhythm;
    int64_t changed; /* nanoseconds since 1970 */
    uint64_t inode;
};

struct pattern_library {
    char folder[PATH_MAX]; /* DATA/patterns */
    pthread_mutex_t lock;
    struct errand *errand; /* of the thread that holds the lock */
    struct in_hand *hand;  /* of the service, for that thread */
    atomic_bool is_silent; /* the thread that holds the lock was given up: the disk does not answer */
    struct arena arena;    /* of the entries */
    struct library_entry *entries;
    uint32_t count;
    bool is_swept; /* the temporary files of earlier processes are removed */
};

/* Reads nothing yet. `data` is the data directory, and must outlive the library, which lives as long as the process. */
struct pattern_library *library_new(const char *data);

/* Errors (explained): after LIBRARY_LOCK_S busy (another thread holds it) or timeout (one that was given up holds it);
 * offline. */
enum err library_lock(struct pattern_library *library, struct errand *errand, struct in_hand *hand,
                      struct fault *fault);
void library_unlock(struct pattern_library *library);

/* Reports progress of the thread that holds the lock. */
void library_go_on(const struct pattern_library *library);

enum err library_refuse_silent(struct fault *fault); /* timeout */

/* Finds all files, at most LIBRARY_FILES, and reads those that are new or changed. The entries are sorted by path.
 * Errors (explained): io, denied. */
enum err library_look(struct pattern_library *library, struct fault *fault);

/* Finds the pattern with that place, else the only one with that name. Errors (explained): not_found, bad_request
 * (several have the name, or none is given). */
enum err library_find(const struct pattern_library *library, struct text named, bool archived,
                      const struct library_entry **to, struct fault *fault);

/* The pattern of another name that a file at the path would replace, also where the disk ignores case; NULL: none. */
const struct library_entry *library_find_replaced(const struct pattern_library *library, struct text path,
                                                  struct text name);

/* The same, for a command that needs the pattern: the fault has the sentence of the table. Errors (explained):
 * bad_request (damaged), not_found, io, denied, too_large. */
enum err library_need_text(const struct pattern_library *library, const struct library_entry *entry,
                           struct arena *arena, struct text *to, struct fault *fault);

/* ---- names ---- */

struct text library_place(struct arena *arena, struct text path); /* "techno/Acid" */
bool library_is_genre(struct text folder);                        /* not user, not templates */

/* The path of a pattern in a folder. Errors (explained): bad_request (a bad name of either). */
enum err library_path(struct arena *arena, struct text folder, struct text name, struct text *to, struct fault *fault);

#endif
