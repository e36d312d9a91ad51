#include "services/streamer/play/voice_hits.h"

#include <math.h>

#include "services/streamer/play/voice_turns.h"

enum { CUES_SPARED = 256 /* of the ring, for all else */ };

static const double ahead_s = 1;

/* Frames of the audio clock for a frame of the file. */
static double clock_ratio(const struct voice *voice)
{
    return (double)core_link_rate(voice->all->core) / voice->format.rate;
}

static int64_t frame_of_hit(const struct voice *voice, uint64_t turn, uint32_t index)
{
    const struct handover_voice *handover = voice->handover;
    const double begins = (double)voice_turns_begin(handover->loop_length, turn) * clock_ratio(voice);

    return handover->first_turn + llround(begins + handover->hits[index].at * core_link_rate(voice->all->core));
}

static bool send_hit(const struct voice *voice, uint32_t index, int64_t frame)
{
    const struct handover_hit *hit = &voice->handover->hits[index];
    const struct cue cue = { .frame = frame,
                             .verb = hit->velocity < 0 ? CUE_PAD_RELEASE : CUE_PAD_HIT,
                             .voice = hit->pad,
                             .generation = hit->key,
                             .tag = voice->index + 1,
                             .value = hit->velocity < 0 ? 0 : hit->velocity };

    return core_link_has_room(voice->all->core, CUES_SPARED) && core_link_cue(voice->all->core, &cue);
}

void voice_hits_end(const struct voice *voice)
{
    for (uint32_t i = 0; i < voice->handover->hit_count; i++) {
        const struct handover_hit *hit = &voice->handover->hits[i];
        const struct cue cue = { .frame = CUE_NOW,
                                 .verb = CUE_PAD_RELEASE,
                                 .voice = hit->pad,
                                 .generation = hit->key,
                                 .tag = voice->index + 1 };
        if (hit->key > 0 && hit->velocity >= 0 && core_link_has_room(voice->all->core, CUES_SPARED))
            core_link_cue(voice->all->core, &cue);
    }
}

/* The hits of one turn from `from` on, before `until`. False: the core takes no more cues now. */
static bool send_turn(struct voice *voice, uint64_t turn, int64_t from, int64_t until)
{
    for (uint32_t i = 0; i < voice->handover->hit_count; i++) {
        const int64_t frame = frame_of_hit(voice, turn, i);
        if (frame < from || frame >= until)
            continue;
        voice->handover->hits_sent = frame + 1; /* before the cue: a death leaves it out, and never sends it twice */
        if (!send_hit(voice, i, frame))
            return false;
    }
    return true;
}

void voice_hits_tick(struct voice *voice)
{
    struct handover_voice *handover = voice->handover;
    const struct core_link *core = voice->all->core;
    const int64_t until = core->state.frame + llround(ahead_s * core_link_rate(core));
    int64_t from = handover->hits_sent;
    uint64_t turn;

    if (handover->hit_count == 0 || !voice->is_cued || voice->phase != VOICE_PLAYING || voice->format.rate == 0 ||
        !(handover->loop_length > 0))
        return;
    from = from < voice->begins ? voice->begins : from;
    from = from < core->state.frame ? core->state.frame : from;
    if (from >= until || from < handover->first_turn)
        return;
    turn = voice_turns_at(handover->loop_length, llround((double)(from - handover->first_turn) / clock_ratio(voice)));
    for (turn = turn > 0 ? turn - 1 : 0;; turn++) {
        const int64_t begins =
            handover->first_turn + llround((double)voice_turns_begin(handover->loop_length, turn) * clock_ratio(voice));
        if (begins >= until || !send_turn(voice, turn, from, until))
            return;
    }
}
