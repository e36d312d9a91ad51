/* locate.h: finds the file of an ask's sound (a media item's id, or a path) and reads the item's facts. It reads only
 * the store, never the file. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_LOCATE_H
#define LOOPHOLE_STREAMER_LOCATE_H

#include "common/arena.h"
#include "common/beneath/door.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/sound/treatment.h"
#include "store/store.h"

struct located {
    char path[PATH_MAX];
    struct id media; /* zero: not in the catalogue */
    struct id
        instead_of; /* the item of the ask, if its file cannot be read now; `media` has the same content. Zero: none */
    double bpm;     /* 0: unknown */
    double lufs, peak_db;
    bool has_lufs, has_peak, is_one_shot, is_drums; /* is_drums: its family */
    char key[16];                                   /* "C#min"; "": unknown */
    struct treatment treatment;                     /* of the item */
};

struct locator {
    const struct paths *paths;
    struct store *store; /* NULL until the store exists */
    struct arena arena;
};

/* locate_open opens no store yet; `paths` must outlive the locator. locate_close closes the store and frees
 * the arena. */
void locate_open(struct locator *locator, const struct paths *paths);
void locate_close(struct locator *locator);

/* Opens a read transaction on the store's newest state; the caller ends it. Empties the arena. Errors: offline (there
 * is no store yet), io, full. */
enum err locate_read(struct locator *locator, struct txn **txn, struct fault *fault);

/* If the file of an item cannot be read now, takes another item with the same content. Errors: bad_request (neither id
 * nor path, or a relative path), not_found (unknown item), offline (its volume is away, or its file is only in a
 * cloud). */
enum err locate_find(struct locator *locator, bool has_id, struct id id, struct bytes path, struct located *located,
                     struct fault *fault);

/* The current treatment of an item, and the rate of its file (0: unknown). False: it is not in the catalogue. */
bool locate_treatment(struct locator *locator, struct id id, struct treatment *treatment, uint32_t *rate);

/* What the catalogue knows of an item's file. */
struct locate_expected {
    bool is_known; /* false: nothing */
    uint8_t content[16];
    uint64_t size;
    usec_t mtime, changed; /* changed 0: unknown; equal to mtime: its file system may have no ctime */
};

void locate_expect(struct locator *locator, struct id id, struct locate_expected *expected);

/* The door of the file at a path, which the caller frees. If it is that of an item in a cloud, its file may have become
 * online-only since the last scan: sets `media` to that item, else to zero. */
struct door *locate_door(struct locator *locator, const char *path, struct id *media);

/* Finds the next item of its folder, by name; after the last item comes the first. Errors: not_found (the folder has no
 * other item, or the catalogue does not have this one). */
enum err locate_next(struct locator *locator, struct id id, struct id *next, struct fault *fault);

/* Copies the key of the open project ("C#min"); "" if no project is open, or if it has no key. */
void locate_project_key(struct locator *locator, char key[16]);

#endif
