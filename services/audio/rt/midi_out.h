/* midi_out.h: MIDI messages that leave our port. RT.
 *
 * A message leaves with the sound of its frame: as many frames later as the limiter delays sound (mixer_delay). One
 * that is due after the end of its period waits in the survival state. Messages never overtake each other, also when
 * the delay changes. */
#ifndef LOOPHOLE_AUDIO_RT_MIDI_OUT_H
#define LOOPHOLE_AUDIO_RT_MIDI_OUT_H

#include "services/audio/rt/period.h"

enum { MIDI_OUT_WAITING = 64 };

struct midi_out {
    uint32_t count;
    struct engine_midi waiting[MIDI_OUT_WAITING]; /* in their order; `at` counts from the beginning of the period */
};

/* At the period's beginning: what is due in it leaves. */
void midi_out_begin(struct midi_out *out, struct engine_period *period);
/* The clock went on by so many frames. What was due in frames that no owner sounded leaves at the next one. */
void midi_out_pass(struct midi_out *out, uint64_t frames);
void midi_out_heal(struct midi_out *out);

/* `at` is of the period, the delay included. Without room the message is dropped. */
void midi_out_send(struct midi_out *out, struct engine_period *period, const struct engine_midi *message);

#endif
