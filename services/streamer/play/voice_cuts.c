#include "services/streamer/play/voice_cuts.h"

#include <math.h>
#include <stdlib.h>

#include "services/streamer/play/voice_turns.h"

/* The part that has begun at a frame of the turn. */
static uint32_t find_cut(const struct handover_voice *handover, int64_t place)
{
    uint32_t found = 0;

    for (uint32_t i = 1; i < handover->cut_count && handover->cuts[i].at <= place; i++)
        found = i;
    return found;
}

static int64_t end_of_cut(const struct voice *voice, uint32_t index)
{
    const struct handover_voice *handover = voice->handover;

    return index + 1 < handover->cut_count ? handover->cuts[index + 1].at
                                           : voice_turns_end(voice) - handover->loop_from;
}

struct voice_pull voice_cuts_next(const struct voice *voice, uint32_t frames, int64_t end)
{
    const struct handover_voice *handover = voice->handover;
    const int64_t place = voice->frame - handover->loop_from, left = end - voice->frame;
    struct voice_pull pull = { voice->frame, left > 0 && left < frames ? (uint32_t)left : frames };

    if (handover->cut_count > 0 && handover->loop_length > 0) {
        const uint32_t index = find_cut(handover, place);
        const struct handover_cut *cut = &handover->cuts[index];
        const int64_t rest = end_of_cut(voice, index) - place;
        pull.from = cut->from < 0 || place < cut->at ? -1 : cut->from + place - cut->at;
        if (place < cut->at) /* before the first */
            pull.frames = cut->at - place < pull.frames ? (uint32_t)(cut->at - place) : pull.frames;
        else if (rest > 0 && rest < pull.frames)
            pull.frames = (uint32_t)rest;
    }
    if (voice->ends >= 0 && pull.from >= voice->ends)
        pull.from = -1;
    return pull;
}

/* True if this part goes on where the one before it is, so that no fade is needed. */
static bool goes_on(const struct handover_voice *handover, uint32_t index)
{
    const struct handover_cut *cut = &handover->cuts[index];

    return index > 0 && index < handover->cut_count && cut->from >= 0 && cut[-1].from >= 0 &&
           llabs(cut[-1].from + cut->at - cut[-1].at - cut->from) <= 1;
}

static float fade_of(int64_t frames, int64_t edge)
{
    return frames >= edge ? 1 : (float)frames / (float)edge;
}

void voice_cuts_shape(const struct voice *voice, const float *from, float *to, uint32_t frames)
{
    const struct handover_voice *handover = voice->handover;
    const int64_t place = voice->frame - handover->loop_from, edge = handover->edge > 1 ? handover->edge : 1;
    const uint32_t index = find_cut(handover, place);
    const struct handover_cut *cut = &handover->cuts[index];
    const bool is_on = goes_on(handover, index), leads_on = goes_on(handover, index + 1);
    const int64_t end = end_of_cut(voice, index);

    for (uint32_t i = 0; i < frames; i++) {
        const float in = fade_of(place + i - cut->at, edge), out = leads_on ? 1 : fade_of(end - place - i, edge);
        const float gain = (is_on ? cut[-1].gain + (cut->gain - cut[-1].gain) * in : cut->gain * in) * out;
        to[2 * i] = from[2 * i] * gain;
        to[2 * i + 1] = from[2 * i + 1] * gain;
    }
}

void voice_cuts_keep(struct handover_voice *handover, const struct voice_plan *plan)
{
    handover->cut_count = handover->hit_count = 0;
    handover->edge = plan->edge;
    handover->hits_sent = INT64_MIN;
    handover->first_turn = plan->began;
    for (uint32_t i = 0; i < plan->cuts.count && i < HANDOVER_CUTS; i++) {
        const struct loop_cut *cut = &plan->cuts.at[i];
        handover->cuts[handover->cut_count++] =
            (struct handover_cut){ cut->at, cut->has_from ? cut->from : -1, (float)cut->gain, 0 };
    }
    for (uint32_t i = 0; i < plan->hits.count && i < HANDOVER_HITS; i++) {
        const struct loop_hit *hit = &plan->hits.at[i];
        handover->hits[handover->hit_count++] =
            (struct handover_hit){ .at = hit->at,
                                   .pad = (uint32_t)hit->pad,
                                   .velocity = hit->has_velocity ? (float)hit->velocity : -1,
                                   .key = hit->has_key ? (uint32_t)hit->key + 1 : 0 };
    }
}

/* ---- checks ---- */

static bool is_sorted(const struct voice_plan *plan)
{
    for (uint32_t i = 1; i < plan->cuts.count; i++)
        if (plan->cuts.at[i].at <= plan->cuts.at[i - 1].at)
            return false;
    for (uint32_t i = 1; i < plan->hits.count; i++)
        if (plan->hits.at[i].at < plan->hits.at[i - 1].at)
            return false;
    return true;
}

enum err voice_cuts_check(const struct voice_plan *plan, struct fault *fault)
{
    const uint32_t count = plan->cuts.count + plan->hits.count;

    if (count == 0)
        return ERR_OK;
    if (!(plan->loop_length > 0) || !is_sorted(plan) || (plan->hits.count > 0 && plan->at == CUE_NOW))
        return fault_set(fault, ERR_BAD_REQUEST,
                         "cuts need a loop_length, hits also `at`, and both the order of their times");
    if ((double)count > 1 + plan->loop_length / VOICE_LOOP_LEAST)
        return fault_set(fault, ERR_BAD_REQUEST, "a loop of %.0f frames has %u cuts and hits, at most one for each %d",
                         plan->loop_length, count, VOICE_LOOP_LEAST);
    return ERR_OK;
}

/* The shared memory may be damaged. */
void voice_cuts_mend(struct handover_voice *handover)
{
    bool is_whole = handover->cut_count <= HANDOVER_CUTS && handover->hit_count <= HANDOVER_HITS &&
                    handover->edge >= 0 && handover->edge <= 1000000;

    for (uint32_t i = 0; is_whole && i < handover->cut_count; i++)
        is_whole = handover->cuts[i].at > (i ? handover->cuts[i - 1].at : -1) &&
                   handover->cuts[i].at < INT64_C(1) << 40 && handover->cuts[i].from < INT64_C(1) << 40 &&
                   handover->cuts[i].gain >= 0 && handover->cuts[i].gain <= 8;
    for (uint32_t i = 0; is_whole && i < handover->hit_count; i++)
        is_whole = handover->hits[i].at >= (i ? handover->hits[i - 1].at : 0) && handover->hits[i].at < 1e7;
    if (!is_whole)
        handover->cut_count = handover->hit_count = 0;
}
