/* learn.h: finds the control that a person moves, from the messages that it sends. The first one decides, but a
 * controller below 32 waits a moment for its second half, which makes it one of 14 bits. Pure. */
#ifndef LOOPHOLE_PROJECT_LEARN_H
#define LOOPHOLE_PROJECT_LEARN_H

#include "common/clock.h"
#include "services/project/midi/control.h"

struct midi_learning {
    bool has_candidate;
    struct midi_control candidate;
    usec_t since;
};

/* Takes the moves of one message. True: `found` is the control. */
bool learn_moves(struct midi_learning *learning, const struct midi_move *moves, uint32_t count, usec_t now,
                 struct midi_control *found);
bool learn_wait(struct midi_learning *learning, usec_t now, struct midi_control *found); /* as time passes */

#endif
