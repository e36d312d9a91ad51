/* loop_find.h: the loops of a project, and the notes about them that are not in its file. One thread for each
 * transaction and arena. */
#ifndef LOOPHOLE_PROJECT_LOOP_FIND_H
#define LOOPHOLE_PROJECT_LOOP_FIND_H

#include "schema_streamer.h"
#include "services/project/handlers/work.h"
#include "services/project/parts/loop_body.h"

/* Reads the loops of a project by their keys: to[0] is F1, and fkey 0 means that there is none. `rows` (LOOP_KEYS of
 * them, or NULL) gets the parts. */
enum err loop_find_all(struct txn *txn, struct arena *arena, struct id project, struct loop *to, struct element *rows);

/* The number of a key, 0 to 11. */
static inline uint32_t loop_number(uint64_t fkey)
{
    return (uint32_t)(fkey - LOOP_FKEY_FIRST);
}

/* The part that a new loop of this key becomes. */
struct id loop_part_id(struct id project, uint64_t fkey);

/* A capture that has begun: a row of the project that is in no file and no step of undo. */
struct loop_capture {
    uint64_t fkey;
    struct loop_mark mark; /* its begin */
};
enum err loop_find_capture(struct txn *txn, struct arena *arena, struct id project, uint64_t fkey,
                           struct loop_capture *to);
/* False: it began by the audio clock of an engine that has ended since. */
static inline bool loop_capture_is_of(const struct loop_capture *capture, int64_t now)
{
    return capture->mark.line.now <= now;
}

struct action loop_capture_put(struct arena *arena, struct id project, const struct loop_capture *capture);
struct action loop_capture_remove(struct id project, uint64_t fkey);

/* What a key had before its last capture, delete or undo: the body of its loop, or nothing. Such a row too. */
enum err loop_find_before(struct txn *txn, struct arena *arena, struct id project, uint64_t fkey, struct text *body);
struct action loop_before_put(struct arena *arena, struct id project, uint64_t fkey, struct text body);

/* Why the sound of a loop cannot be played; "": it can. In the arena. */
struct text loop_find_placeholder(struct txn *txn, struct arena *arena, const struct loop *loop);

#endif
