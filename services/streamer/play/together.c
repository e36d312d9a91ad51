#include "services/streamer/play/together.h"

#include <math.h>

#include "schema_loop.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_mark.h"
#include "services/streamer/play/voice_place.h"

enum { LIMIT_US = 2000000, CUES_A_VOICE = 8, PERIODS_AHEAD = 4 };

/* Seconds from the moment that all are ready to their frame, and for the files after a late press. */
static const double lead_s = 0.1, late_s = 0.25;

struct voice_together *together_new(struct voices *voices, usec_t until)
{
    const usec_t latest = clock_steady() + LIMIT_US;

    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice_together *together = &voices->together[i];
        if (together->is_used)
            continue;
        *together = (struct voice_together){ .is_used = true, .until = until < latest ? until : latest };
        return together;
    }
    return NULL;
}

void together_aim(struct voice_together *together, struct core_link *core, int32_t grid, uint32_t count, bool has_hits)
{
    const int64_t soon = core->state.frame + llround(late_s * core_link_rate(core));
    struct loop_line line;

    voice_line(core, grid, &line);
    together->grid = line.has_place ? voice_steps_of(grid) : 0;
    if (together->grid > 0) {
        together->began = line.frame;
        together->at = line.frame > core->state.frame ? line.frame : soon;
    } else if (count == 1 && !has_hits) {
        together->at = together->began = CUE_NOW;
    } else { /* as soon as they are ready */
        together->at = together->began = core->state.frame;
    }
}

void together_join(struct voice_together *together, const struct voice *started)
{
    together->has_begun = true;
    together->at = started->handover->begins;
    together->began = started->handover->first_turn;
}

void together_place(const struct voice_together *together, struct voice_plan *plan)
{
    plan->at = together->at;
    plan->began = together->began;
}

/* ---- its voices ---- */

static void leave_together(void *state, struct voice *voice)
{
    (void)state;
    voice->together = NULL;
}

static void fail_together(void *state, struct voice *voice, const struct fault *fault)
{
    struct voice_together *together = state;

    voice->together = NULL;
    if (fault->code != ERR_CONFLICT && together->fault.code == ERR_OK) /* conflict: a person stopped it */
        together->fault = *fault;
}

void together_add(struct voice_together *together, struct voice *voice)
{
    voice->together = together;
    voice->started = leave_together;
    voice->failed = fail_together;
    voice->state = together;
}

static uint32_t count_voices(const struct voices *voices, const struct voice_together *together, bool ready)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < STREAMS; i++)
        count += voices->each[i].together == together && (voices->each[i].is_ready || !ready);
    return count;
}

/* ---- the frame ---- */

/* The earliest frame that no voice finds too close (voice_turns_start), also if the core goes on meanwhile. */
static int64_t earliest_frame(const struct core_link *core)
{
    const int64_t lead = llround(lead_s * core_link_rate(core)), periods = PERIODS_AHEAD * (int64_t)core->state.period;

    return core->state.frame + (lead > periods ? lead : periods);
}

/* If the frame cannot be met, they begin at a later line, at the same place of their turns. */
static void choose_frame(struct voice_together *together, const struct core_link *core)
{
    const int64_t soon = earliest_frame(core);
    const int64_t passed = together->at - together->began;

    together->has_begun = true;
    if (together->at == CUE_NOW || together->at >= soon)
        return;
    together->began = voice_line_from(core, together->grid, soon - passed);
    together->at = together->began + passed;
}

static void begin_voices(struct voices *voices, struct voice_together *together)
{
    core_link_look(voices->core);
    choose_frame(together, voices->core);
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        if (voice->together != together)
            continue;
        together_place(together, &voice->plan);
        voice->handover->first_turn = together->began;
        if (voice->is_ready)
            voice_filled(voice);
    }
}

static void look_at(struct voices *voices, struct voice_together *together)
{
    const uint32_t all = count_voices(voices, together, false), ready = count_voices(voices, together, true);
    const usec_t now = clock_steady();

    if (ready == 0)
        together->since = 0;
    if (together->has_begun || ready == 0)
        return;
    if (together->since == 0)
        together->since = now;
    if ((ready == all || now - together->since >= LIMIT_US) && core_link_has_room(voices->core, ready * CUES_A_VOICE))
        begin_voices(voices, together);
}

void together_filled(struct voice *voice)
{
    struct voice_together *together = voice->together;

    voice->is_ready = true;
    if (together && !together->has_begun)
        look_at(voice->all, together);
    else
        voice_filled(voice);
}

/* ---- the answer ---- */

void together_list(const struct voices *voices, struct stream_voices *to)
{
    to->has_frame = voices->core->has_state;
    to->frame = voices->core->state.frame;
    to->each.count = 0;
    for (uint32_t i = 0; i < STREAMS; i++)
        if (voices->each[i].phase != VOICE_FREE)
            voice_describe(&voices->each[i], &to->each.at[to->each.count++]);
}

static void answer_together(struct voices *voices, struct voice_together *together)
{
    struct stream_voice each[STREAMS];
    struct stream_voices answer = { .each.at = each };

    together_list(voices, &answer);
    if (together->fault.code != ERR_OK)
        ticket_fail(voices->service, together->ticket, &together->fault);
    else
        ticket_answer(voices->service, together->ticket, &answer);
    together->ticket = (struct ticket){ 0 };
}

void together_tick(struct voices *voices)
{
    const usec_t now = clock_steady();

    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice_together *together = &voices->together[i];
        if (!together->is_used)
            continue;
        look_at(voices, together);
        together->is_used = count_voices(voices, together, false) > 0;
        if (together->ticket.number && (together->has_begun || !together->is_used || now >= together->until))
            answer_together(voices, together);
    }
}
