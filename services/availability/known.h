/* known.h: the volumes of the catalogue, read from the store and kept in memory. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_KNOWN_H
#define LOOPHOLE_AVAILABILITY_KNOWN_H

#include "common/arena.h"
#include "common/clock.h"
#include "schema_media.h"
#include "store/store.h"

enum { KNOWN_MOST = 20000 };

struct known_volume {
    struct volume row; /* as the store has it */
    bool is_sent;      /* persist was sent another row, and has not answered */
    enum err refused;  /* why persist refused the last row that was sent; ok: it did not … */
    char why[256];     /* … in words */
    bool is_due;       /* the row changed, and was not compared with the mounts since */
};

/* Zeroed: nothing was read yet. */
struct known_volumes {
    const struct paths *paths;
    struct store *store;
    struct arena arena; /* of the rows */
    struct id catalogue;
    uint64_t head; /* revision up to which the rows are current */
    bool is_read;
    uint32_t updates; /* rows read alone since all were read */
    uint32_t due;     /* volumes that are due, or more */
    usec_t again;     /* steady: when rows that persist refused are sent again; 0: none */
    uint32_t count, room;
    struct known_volume *at; /* in the order of their ids */
};

/* Reads the rows that changed since the last call; these volumes are due then. Errors: offline (no store yet);
 * too_large (more than KNOWN_MOST volumes); io, full, internal. */
enum err known_follow(struct known_volumes *known, struct fault *fault);
void known_make_due(struct known_volumes *known, struct known_volume *volume);
void known_free(struct known_volumes *known);

struct known_volume *known_by_id(struct known_volumes *known, struct id id);
struct known_volume *known_by_identity(struct known_volumes *known, const char *identity); /* NULL: none has it */

#endif
