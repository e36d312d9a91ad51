/* sounds.h: short sounds in shared memory, for pads and steps. They are loaded completely, at the server's rate, into
 * the memory `sounds`, whose parts this module assigns. A sound is freed when the audio core no longer uses it.
 * The loop's thread.
 *
 *   empty ─ sounds_load ─► loading ─► ready ─ sounds_release ─► leaving ─(NOTE_SOUND_FREE)─► empty */
#ifndef LOOPHOLE_STREAMER_SOUNDS_H
#define LOOPHOLE_STREAMER_SOUNDS_H

#include "common/rt/stream.h"
#include "common/sound/resample.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/base/locate.h"
#include "services/streamer/play/reader.h"

enum { SOUNDS_WAITERS = 16 };

/* The streamer's own state of a slot; its entry is in shared memory. */
struct sounds_slot {
    struct sounds *all;
    char *path;                 /* NULL: loaded by a predecessor, or empty */
    struct file_stamp stamp;    /* of the file that was loaded */
    bool is_outdated;           /* the file has changed since: the next load reads it again, into another slot */
    struct file_reader *reader; /* while it is loading, like all members below */
    struct resample *resample;
    float *stereo;
    uint64_t frames, room;
    uint32_t file_channels, file_rate;
    uint32_t rate; /* of the frames: the core may have another one when they are all there */
    struct id media;
    struct id facts_of; /* the item whose treatment it has; zero: none, or loaded by a predecessor */
    struct treatment treatment;
    struct ticket waiters[SOUNDS_WAITERS];
    uint32_t waiter_count;
};

struct sounds {
    struct service *service;
    struct core_link *core;
    struct file_readers *readers;
    struct resampler *resampler;
    struct sounds_memory *memory;
    struct sounds_slot slots[SOUNDS];
    struct locator *locator;
    usec_t opened;     /* sounds of a predecessor were loaded before */
    uint32_t to_treat; /* this many last slots are still to be compared with the facts of their items */
    float *scratch;    /* one conversion's output */
};

/* Keeps the sounds that a predecessor loaded. */
void sounds_open(struct sounds *sounds);
/* Releases again those that it released: it may have died before its cue. */
void sounds_leave(struct sounds *sounds);
void sounds_close(struct sounds *sounds);
void sounds_note(struct sounds *sounds, const struct note *note);

/* Trim, fades and gain of an item are in the entry of its sound (common/rt/stream.h); the next start obeys them. */
void sounds_treat_all(struct sounds *sounds);  /* facts may have changed: compares all, some at each tick */
void sounds_treat_tick(struct sounds *sounds); /* every tick */

/* Answers `ticket` with a loaded_sound. If the sound is loaded, its file is looked at first; one that has changed is
 * loaded again, into another slot, and what uses the old sound keeps it. A file that cannot be looked at counts as
 * unchanged. `is_held`: only a client's release frees it. Errors: full (no slot), busy (too many asks wait for it); the
 * caller then keeps the ticket. */
enum err sounds_load(struct sounds *sounds, const struct located *located, bool is_held, struct ticket ticket,
                     struct fault *fault);
/* Sends the core a cue to release the sound. Errors: not_found (that slot does not have that generation), conflict (it
 * is held, and without `also_held`), busy (the queue of the core is full). */
enum err sounds_release(struct sounds *sounds, uint32_t slot, uint32_t generation, bool also_held, struct fault *fault);
/* Errors: full (the arena's limit). */
enum err sounds_list(struct sounds *sounds, struct arena *arena, struct loaded_sounds *to);

#endif
