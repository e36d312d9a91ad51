#include "services/project/midi/learn.h"

enum { HALF_US = 100000, CC_HALVES = 32, CC_PARAMETER = 98, CC_PARAMETER_LAST = 101 };

static const struct midi_move *find_kind(const struct midi_move *moves, uint32_t count, enum midi_control_kind kind)
{
    for (uint32_t i = 0; i < count; i++)
        if (moves[i].control.kind == kind)
            return &moves[i];
    return NULL;
}

/* True if the move is one of a control: not a released key, and not the number of a parameter. */
static bool is_control(const struct midi_move *move)
{
    const struct midi_control *control = &move->control;

    return control->kind == MIDI_NOTE
               ? move->is_pressed
               : control->kind != MIDI_CC || control->number < CC_PARAMETER || control->number > CC_PARAMETER_LAST;
}

bool learn_moves(struct midi_learning *learning, const struct midi_move *moves, uint32_t count, usec_t now,
                 struct midi_control *found)
{
    const struct midi_move *parameter = find_kind(moves, count, MIDI_NRPN), *whole = find_kind(moves, count, MIDI_CC14);
    const struct midi_control first = count ? moves[0].control : (struct midi_control){ 0 };

    if (count == 0 || !is_control(&moves[0]))
        return false;
    *found = parameter ? parameter->control : first;
    if (parameter)
        return true;
    if (learning->has_candidate) {
        *found = learning->candidate;
        if (whole && whole->control.port == found->port && whole->control.channel == found->channel &&
            whole->control.number == found->number)
            *found = whole->control;
        return true;
    }
    if (first.kind != MIDI_CC || first.number >= CC_HALVES)
        return true;
    *learning = (struct midi_learning){ true, first, now };
    return false;
}

bool learn_wait(struct midi_learning *learning, usec_t now, struct midi_control *found)
{
    *found = learning->candidate;
    return learning->has_candidate && now - learning->since > HALF_US;
}
