/* sounds.h: 64 voices that play short sounds from memory. RT.
 *
 * A voice has no fade-in but that of its item, wherever in its sound it starts, because a fade would remove a drum's
 * attack. A voice that ends before the end of its
 * sound, or is stopped, choked or stolen, fades out over 5 ms. If all voices are busy, the new sound steals the oldest
 * voice, which fades out in addition. */
#ifndef LOOPHOLE_AUDIO_RT_SOUNDS_H
#define LOOPHOLE_AUDIO_RT_SOUNDS_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/sounds.h"

/* A request to play a sound. */
struct sounds_start {
    uint32_t slot, generation;
    uint32_t voice; /* or CUE_ANY_VOICE */
    float gain, pan, ratio;
    uint32_t from, until, loop_from; /* frames of the sound; until 0: its end */
    uint32_t flags;                  /* enum cue_flag */
    uint32_t group, row, pad, producer, tag, choke;
    uint64_t beside;        /* so many starts just before it are of the same hit, and it does not choke them */
    struct cue_shape shape; /* all zero: no envelope, filter or send */
    uint32_t loop_until;    /* frame of the sound; 0: its end */
    uint32_t gate;          /* frames; UINT32_MAX: none */
    uint32_t held;          /* by a key */
    uint32_t wave;          /* not 0: an oscillator of enum score_wave + 1, in place of slot and part … */
    float hz;               /* … and its pitch at ratio 1 */
    uint32_t output;        /* 0: its group; 1…SCORE_OUTPUTS: ports of its own */
};

struct engine;

bool sounds_play(struct engine *engine, const struct sounds_start *start); /* false: there is no such sound */
void sounds_shape(const struct engine *engine, struct sounds_voice *voice, const struct cue_shape *shape,
                  uint32_t loop_until);               /* before its first frame */
bool sounds_can_be(const struct sounds_voice *voice); /* checks any bytes: state, sound, and part */

/* Bounds the ratio of a voice. A voice sounds with 0.125 to 8, but keeps a ratio beyond these, so that the wheel can
 * bend it back to the same pitch. */
float sounds_ratio(float ratio);

void sounds_stop(struct engine *engine, struct sounds_voice *voice, uint32_t frames); /* at least a fade's */

/* ---- sounds.c ---- */
void sounds_skip(struct engine *engine, uint32_t frames);   /* skips frames that were not played */
void sounds_render(struct engine *engine, uint32_t frames); /* adds all sounds to the block */

#endif
