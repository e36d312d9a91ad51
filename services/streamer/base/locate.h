/* locate.h: where the sound of an ask is: a media item by its id, or a file by its path, and what the catalogue knows
 * of it. Reads the store alone, never the file. The loop's. */
#ifndef LOOPHOLE_STREAMER_LOCATE_H
#define LOOPHOLE_STREAMER_LOCATE_H

#include "common/arena.h"
#include "common/id.h"
#include "store/store.h"

struct located {
    char path[PATH_MAX];
    struct id media; /* zero: not in the catalogue */
    double bpm;      /* 0: not known */
    double lufs, peak_db;
    bool has_lufs, has_peak, is_one_shot;
    char key[16]; /* "C#min"; "": not known */
};

struct locator {
    const struct paths *paths;
    struct store *store; /* NULL until there is one */
    struct arena arena;
};

void locate_open(struct locator *locator, const struct paths *paths);
void locate_close(struct locator *locator);

/* The store's newest state; the arena is empty again. Errors: offline (no store yet), io, full. */
enum err locate_read(struct locator *locator, struct txn **txn, struct fault *fault);

/* Errors: bad_request (neither, or a path that is not absolute), not_found (no such item), offline (its volume is
 * away). */
enum err locate_find(struct locator *locator, bool has_id, struct id id, struct bytes path, struct located *located,
                     struct fault *fault);

/* The item after that one in its folder, by name; after the last the first. Errors: not_found (it is alone, or is
 * not in the catalogue). */
enum err locate_behind(struct locator *locator, struct id id, struct id *next, struct fault *fault);

#endif
