#include "services/streamer/play/voice_turns.h"

#include <math.h>

int64_t voice_turns_begin(double length, uint64_t turn)
{
    return llround((double)turn * length);
}

uint64_t voice_turns_at(double length, int64_t frames)
{
    uint64_t turn = frames > 0 ? (uint64_t)((double)frames / length) : 0;

    while (turn > 0 && voice_turns_begin(length, turn) > frames)
        turn--;
    while (voice_turns_begin(length, turn + 1) <= frames)
        turn++;
    return turn;
}

int64_t voice_turns_end(const struct voice *voice)
{
    const double length = voice->handover->loop_length;

    return voice->handover->loop_from + voice_turns_begin(length, voice->turn + 1) -
           voice_turns_begin(length, voice->turn);
}

/* A voice that is filled too late for its frame begins with a later turn, in phase with the loops that were in time. */
int64_t voice_turns_start(const struct voice *voice)
{
    struct core_link *core = voice->all->core;
    const int64_t at = voice->plan.at;
    double turn, earliest;

    if (at == CUE_NOW || voice->format.rate == 0)
        return CUE_NOW;
    core_link_look(core);
    earliest = (double)(core->state.frame + 2 * (int64_t)core->state.period);
    if ((double)at >= earliest)
        return at;
    turn = voice->plan.loop_length * core_link_rate(core) / voice->format.rate / voice->plan.tempo;
    return at + llround(ceil((earliest - (double)at) / turn) * turn);
}

int64_t voice_turns_passed(const struct voice *voice)
{
    const struct voice_plan *plan = &voice->plan;

    if (voice->is_cued || plan->at == CUE_NOW || plan->began >= plan->at || !(plan->loop_length > 0))
        return 0;
    return llround((double)(plan->at - plan->began) * plan->tempo * voice->format.rate /
                   core_link_rate(voice->all->core));
}
