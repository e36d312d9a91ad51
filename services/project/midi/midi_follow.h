/* midi_follow.h: receives the MIDI messages of the audio core, and applies the bindings of the open project. It learns
 * the control of a new binding. Values are set by asks; between two asks of one binding, later messages are joined. The
 * loop's thread. */
#ifndef LOOPHOLE_PROJECT_MIDI_FOLLOW_H
#define LOOPHOLE_PROJECT_MIDI_FOLLOW_H

#include "services/project/base/project.h"
#include "services/project/midi/control.h"

/* Errors (explained): full. */
enum err midi_follow_open(struct project *p, struct fault *fault);
void midi_follow_close(struct project *p);

/* Calls `done` once with the next control that is moved, or with NULL: after `until`, or when another
 * client begins to learn. Meanwhile controls only release what they hold: a pad, a switch of the mode hold. */
typedef void midi_learned_fn(void *state, const struct midi_control *control);
void midi_learn(struct project *p, usec_t until, midi_learned_fn *done, void *state);

#endif
