/* sounds.h: short sounds in shared memory, for pads and steps. They are loaded completely, at the server's rate, into
 * the memory `sounds`, whose parts this module assigns. A sound is freed when the audio core no longer uses it.
 * The loop's thread.
 *
 *   empty ─ sounds_load ─► loading ─► ready ─ sounds_release ─► leaving ─(NOTE_SOUND_FREE)─► empty */
#ifndef LOOPHOLE_STREAMER_SOUNDS_H
#define LOOPHOLE_STREAMER_SOUNDS_H

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
    struct file_reader *reader; /* while it is loading, like all members below */
    struct resample *resample;
    float *stereo;
    uint64_t frames, room;
    uint32_t file_channels;
    struct id media;
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
    float *scratch; /* one conversion's output */
};

/* Keeps the sounds that a predecessor loaded. */
void sounds_open(struct sounds *sounds);
void sounds_close(struct sounds *sounds);
void sounds_note(struct sounds *sounds, const struct note *note);

/* Answers `ticket` with a loaded_sound; at once if the sound is loaded. Errors: full (no slot), busy (too many asks
 * wait for it); the caller then keeps the ticket. */
enum err sounds_load(struct sounds *sounds, const struct located *located, struct ticket ticket, struct fault *fault);
/* Sends the core a cue to release the sound. Errors: not_found (that slot does not have that generation). */
enum err sounds_release(struct sounds *sounds, uint32_t slot, uint32_t generation, struct fault *fault);
/* Errors: full (the arena's limit). */
enum err sounds_list(struct sounds *sounds, struct arena *arena, struct loaded_sounds *to);

#endif
