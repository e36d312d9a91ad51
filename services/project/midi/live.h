/* live.h: a binding at work: what its control has sent since the last ask, and the value that follows from it. Pure. */
#ifndef LOOPHOLE_PROJECT_LIVE_H
#define LOOPHOLE_PROJECT_LIVE_H

#include "services/project/midi/bindings.h"

struct midi_live {
    struct midi_following *owner;
    bool is_used, is_seen, is_busy; /* is_busy: an ask of it is in progress, so the place stays its own */
    char control_name[MIDI_CONTROL_SIZE], name[MIDI_TARGET_MOST + 1];
    struct midi_control control;
    struct midi_target target; /* refers to `name` */
    int32_t mode;
    double from, until;

    /* what the control has sent and no ask has taken */
    bool is_placed;
    double position;
    int64_t steps;
    uint32_t presses;

    bool is_hit;     /* it has hit a pad by an ask, and has not released it */
    bool is_down;    /* the switch, at its last message */
    uint32_t data;   /* of its last message */
    bool is_picked;  /* its control has reached the value */
    bool has_before; /* the position before, for pick-up */
    double before;
    double set; /* the position of the value that it set last, and of the one that this replaced */
    double replaced;
    int64_t shown; /* the value that its device shows; -1: not known */
};

bool live_is_of(const struct midi_live *live, const struct midi_binding *binding); /* same control and target */
void live_set(struct midi_live *live, const struct midi_binding *binding, struct midi_following *owner);

/* Takes a move of its control, of a level or a switch. */
void live_note_move(struct midi_live *live, const struct midi_move *move);
/* True if the move presses the control: it is a key or a program, it came from its lower half, or it sends its highest
 * value again, as buttons do that send nothing when they are released. */
bool live_is_pressed(struct midi_live *live, const struct midi_move *move);

bool live_is_moved(const struct midi_live *live); /* something is to be decided */
void live_forget_moves(struct midi_live *live);

/* The value that its device is to show for the current value of the target, if it is another than it shows. */
bool live_shows(struct midi_live *live, double now, uint32_t *value);

/* The value to be set, for the current value. False: none. */
bool live_decide(struct midi_live *live, double now, double *value);

#endif
