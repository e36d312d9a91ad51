/* row_midi.h: rows that send their notes to the port midi_out in place of sounding. RT.
 *
 * Each note that was sent gets its end: after its gate, before the row's next note, and with CC 64 = 0 when the
 * transport stops, the row is muted, another pattern takes its place, or a panic comes. While nothing is connected to
 * the port, no note is sent and no end either. The loss of a connection is noticed late, so it is unknown which
 * messages arrived last. So a new connection, also to the port of a successor, first gets the end of every note that a
 * channel ever played. */
#ifndef LOOPHOLE_AUDIO_RT_ROW_MIDI_H
#define LOOPHOLE_AUDIO_RT_ROW_MIDI_H

#include "services/audio/rt/state/sequencer.h"

struct engine;

/* A note of `gate` frames from this frame on; `channel` is 0…15, `level` 0…1. */
void row_midi_start(struct engine *engine, uint32_t number, uint32_t channel, float hz, float level, uint32_t gate);

int64_t row_midi_next(const struct engine *engine); /* frame of the next end; INT64_MAX: none */
void row_midi_due(struct engine *engine);           /* sends the ends that are due */

/* At the start of a period: looks at the connections, and follows. */
void row_midi_period(struct engine *engine, const struct score_pattern *pattern);

/* Ends the notes of rows that may not sound any more in this pattern. */
void row_midi_follow(struct engine *engine, const struct score_pattern *pattern);
void row_midi_repair(struct rt_sequencer *sequencer, int64_t now);

#endif
