/* midi_out.h: MIDI messages for our output port. RT.
 *
 * A message leaves with the sound of its frame, so it is late by the delay of the mixer (mixer_delay). If it is due
 * after the end of its period, it waits in the survival state. Messages keep their order, also when the delay
 * changes. */
#ifndef LOOPHOLE_AUDIO_RT_MIDI_OUT_H
#define LOOPHOLE_AUDIO_RT_MIDI_OUT_H

#include <stdbool.h>

#include "services/audio/rt/period.h"

/* While the latest insert returns, 32 rows with two notes in each step at 300 BPM send fewer. */
enum { MIDI_OUT_WAITING = 1024 };

struct midi_out {
    uint32_t count;
    struct engine_midi waiting[MIDI_OUT_WAITING]; /* in order; `at` counts from the start of the period */
};

/* At the start of a period: sends the waiting messages that are due in it. Those without room leave in the next one. */
void midi_out_begin(struct midi_out *out, struct engine_period *period);

/* Advances the clock by `frames`. Messages due in frames that no owner played leave at the next frame. */
void midi_out_pass(struct midi_out *out, uint64_t frames);

/* Drops the notes that are to begin at frame `at` of the period or later. All other messages keep their place. */
void midi_out_drop_notes(struct midi_out *out, struct engine_period *period, uint32_t at);

/* Repairs a state of any bytes. */
void midi_out_repair(struct midi_out *out);

/* True if messages of a channel wait: notes, their ends, pedals. */
bool midi_out_has_notes(const struct midi_out *out);

/* True if half of the room of this period, or of the waiting messages, is used. */
bool midi_out_is_busy(const struct midi_out *out, const struct engine_period *period);

/* `at` counts from the start of the period and includes the delay. False: there was no room, and the message is
 * dropped. */
bool midi_out_send(struct midi_out *out, struct engine_period *period, const struct engine_midi *message);

#endif
