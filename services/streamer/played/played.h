/* played.h: the record of what persons play on the pads, and of the bars that they heard. It lies in the shared memory
 * of the streamer, so it survives each service: a successor continues it. The streamer is its only writer. A line is
 * complete before the count of lines includes it, and names the note that it came from. So a note is recorded exactly
 * once, wherever its reader dies. The newest PLAYED_LINES are kept. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_PLAYED_H
#define LOOPHOLE_STREAMER_PLAYED_H

#include "common/arena.h"
#include "common/shared/studio.h"
#include "schema_streamer.h"

enum { PLAYED_LINES = 1 << 15, PLAYED_AT = 1 << 20 /* bytes before it in the memory */, PLAYED_VERSION = 1 };

/* The members as in struct note (common/rt/cue.h); of a bar, `place` is its number; of PLAYED_KIND_LOST the number of
 * lost hits. */
struct played_line {
    int64_t frame;
    int64_t place;
    float velocity;
    float step;
    uint32_t note; /* the low half of the index that its note had in its ring, and 1 */
    uint16_t rolls;
    uint8_t kind; /* enum played_kind */
    uint8_t pad;
};
_Static_assert(sizeof(struct played_line) == 32, "two lines are a cache line");

struct played_memory {
    uint32_t version;
    _Atomic uint32_t lost; /* as in the newest note: a line says so if a later one has another value */
    uint32_t unused[14];
    _Alignas(64) _Atomic uint64_t count; /* of all lines that were written, also of those that made room */
    _Alignas(64) struct played_line lines[PLAYED_LINES];
};
_Static_assert(PLAYED_AT + sizeof(struct played_memory) <= STUDIO_STREAMER_BYTES, "it fits");

/* Continues a predecessor's record; in the memory of a new engine it is empty until played_restore. */
struct played_memory *played_open(const struct studio *studio);

/* The record over the end of the engine, in a file of the folder `data`. A new engine has the lines of the one before,
 * at frames before 0, if that one was not killed as a whole. A damaged file is none. */
void played_restore(struct played_memory *memory, const char *data);
void played_keep(const struct played_memory *memory, const char *data);

/* Records the note with this index of its ring, if it is of a bar or a pad and is not recorded yet. Before it come the
 * hits for which the ring had no room, as one line that counts them: a death in between may leave two. Call it before
 * the note is released. */
void played_note(struct played_memory *memory, const struct note *note, uint64_t index);

/* Fills in the lines from number `from` on, with memory of the arena: at most as many as an answer has. Damaged lines
 * are left out. */
void played_describe(const struct played_memory *memory, uint64_t from, struct arena *arena, struct played *to);

#endif
