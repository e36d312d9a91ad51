#include "services/project/midi/live.h"

#include <math.h>

static const double STEP = 1.0 / 127;
enum { HALF = 64 };

bool live_is_of(const struct midi_live *live, const struct midi_binding *binding)
{
    return live->is_used && text_is(binding->control, live->control_name) && text_is(binding->target, live->name);
}

void live_set(struct midi_live *live, const struct midi_binding *binding, struct midi_following *owner)
{
    struct fault fault = { 0 };

    if (!live_is_of(live, binding))
        *live = (struct midi_live){ .owner = owner, .shown = -1 };
    (void)text_copy(live->control_name, sizeof(live->control_name), binding->control);
    (void)text_copy(live->name, sizeof(live->name), binding->target);
    live->is_used = live->is_seen = control_read(binding->control, &live->control) &&
                                    target_read(text_of(live->name), &live->target, &fault) == ERR_OK;
    live->mode = binding->mode.value;
    live->from = binding->from;
    live->until = binding->until;
}

/* ---- moves ---- */

/* The step of an endless encoder, in its code. False: the mode is not relative. */
static bool read_step(int32_t mode, uint32_t data, int64_t *step)
{
    const int64_t part = data & (HALF - 1);

    switch (mode) {
    case MIDI_MODE_TWOS:
        *step = data < HALF ? (int64_t)data : (int64_t)data - 2 * HALF;
        return true;
    case MIDI_MODE_OFFSET:
        *step = (int64_t)data - HALF;
        return true;
    case MIDI_MODE_SIGN:
        *step = data & HALF ? -part : part;
        return true;
    case MIDI_MODE_REVERSE:
        *step = data & HALF ? part : -part;
        return true;
    default:
        return false;
    }
}

bool live_is_pressed(struct midi_live *live, const struct midi_move *move)
{
    const bool again = move->position >= 1 && live->data == move->data;
    const bool is_press = move->control.kind == MIDI_NOTE || move->control.kind == MIDI_PROGRAM;
    const bool is_new = move->is_pressed && (!live->is_down || again || is_press);

    live->is_down = move->is_pressed;
    live->shown = -1; /* a button may have changed its light itself */
    live->data = move->data;
    return is_new;
}

void live_note_move(struct midi_live *live, const struct midi_move *move)
{
    const bool is_pressed = live_is_pressed(live, move);
    int64_t step;

    if (live->mode == MIDI_MODE_TOGGLE)
        live->presses += is_pressed;
    else if (live->target.kind == MIDI_SWITCH || move->control.kind != MIDI_NOTE || move->is_pressed) {
        if (read_step(live->mode, move->data, &step)) {
            live->steps += step;
            return;
        }
        live->is_placed = true;
        live->position = live->target.kind == MIDI_SWITCH ? move->is_pressed : move->position;
        if (live->target.kind == MIDI_LEVEL)
            live->shown = control_value(live->control, move->position); /* it is there itself */
    }
}

bool live_is_moved(const struct midi_live *live)
{
    return live->is_placed || live->steps != 0 || live->presses > 0;
}

void live_forget_moves(struct midi_live *live)
{
    live->is_placed = false;
    live->steps = 0;
    live->presses = 0;
}

bool live_shows(struct midi_live *live, double now, uint32_t *value)
{
    const double position = live->target.kind == MIDI_LEVEL
                                ? target_position(&live->target, live->from, live->until, now)
                                : (double)(now > 0);

    *value = control_value(live->control, position);
    if (live->shown == *value)
        return false;
    live->shown = *value;
    return true;
}

/* ---- values ---- */

static bool is_near(double a, double b)
{
    return fabs(a - b) <= STEP * 1.01;
}

/* True if the target has the value that the control set, or still the one before it. */
static bool is_own(const struct midi_live *live, double now)
{
    return is_near(now, live->set) || is_near(now, live->replaced);
}

/* The control has reached the value, or has passed it since its last message. */
static bool has_reached(const struct midi_live *live, double now)
{
    return is_near(live->position, now) || (live->has_before && (live->before - now) * (live->position - now) <= 0);
}

static bool pick_up(struct midi_live *live, double now)
{
    live->is_picked = (live->is_picked && is_own(live, now)) || has_reached(live, now);
    live->has_before = true;
    live->before = live->position;
    return live->is_picked;
}

static bool decide_level(struct midi_live *live, double now, double *position)
{
    if (live->steps) {
        *position = fmin(fmax(now + (double)live->steps * STEP, 0), 1);
        return true;
    }
    *position = live->position;
    return live->mode != MIDI_MODE_PICKUP || pick_up(live, now);
}

bool live_decide(struct midi_live *live, double now, double *value)
{
    double here, position;

    if (live->target.kind == MIDI_SWITCH) {
        const bool is_on = live->presses % 2 ? now <= 0 : live->is_placed ? live->position > 0 : now > 0;

        *value = is_on;
        return is_on != (now > 0);
    }
    here = target_position(&live->target, live->from, live->until, now);
    if (live->presses || !decide_level(live, here, &position))
        return false;
    live->set = position;
    live->replaced = here;
    *value = target_at(&live->target, live->from, live->until, position);
    return true;
}
