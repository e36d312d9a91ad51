#include "services/streamer/loop_asks.h"

#include <string.h>

#include "services/streamer/play/together.h"
#include "services/streamer/play/voice.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_cuts.h"
#include "services/streamer/play/voice_plan.h"

enum { MARGIN_US = 500000 };

/* A hit has no tempo, unless the ask gives it one. */
static double bpm_of(const struct loop_start *loop, const struct located *located)
{
    if (!loop->stretch)
        return 0;
    return loop->has_bpm ? loop->bpm : located->is_one_shot ? 0 : located->bpm;
}

static enum err plan_voice(const struct located *located, const struct loop_start *loop, struct id project,
                           struct voice_plan *plan, struct fault *fault)
{
    const struct voice_points points = { loop->from > 0 ? loop->from : -1, -1, -1, -1 };
    enum err e;

    plan->path = located->path;
    plan->media = located->media;
    plan->instead_of = located->instead_of;
    plan->group = GROUP_STREAMS;
    plan->loop = true;
    plan->edge = loop->edge;
    plan->cuts = loop->cuts;
    plan->hits = loop->hits;
    plan->loop_project = project;
    plan->gain = (float)loop->gain;
    plan->tempo = 1;
    plan->bpm = bpm_of(loop, located);
    plan->is_drums = located->is_drums;
    voice_plan_part(plan, &points, &located->treatment);
    voice_plan_loop(plan, (uint32_t)loop->loop_key, loop->length, loop->edge);
    e = voice_check_part(plan, fault);
    return e == ERR_OK ? voice_cuts_check(plan, fault) : e;
}

/* A voice of the key that a predecessor started for this ask, or NULL. */
static const struct voice *find_started(const struct voices *voices, struct id request, uint64_t key)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        const struct voice *voice = &voices->each[i];
        if (voice_is_sounding(voice) && voice->plan.loop_key == key &&
            memcmp(voice->handover->request, request.b, sizeof(request.b)) == 0)
            return voice;
    }
    return NULL;
}

/* Stops what has not begun: other voices of a key that wait for their file, or those of this ask. */
static void stop_waiting(struct voices *voices, uint64_t key, const struct voice_together *together)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        if (voice->phase != VOICE_FREE && !voice->is_cued && voice->plan.loop_key > 0 &&
            (together ? voice->together == together : voice->plan.loop_key == key))
            voice_stop(voice, 0);
    }
}

static enum err open_loop(struct streamer *streamer, struct voice_together *together, const struct loop_start *loop,
                          struct voice_plan *plan, struct fault *fault)
{
    struct located located;
    struct voice *voice;
    enum err e = locate_find(&streamer->locator, true, loop->id, (struct bytes){ 0 }, &located, fault);

    together_place(together, plan);
    if (e == ERR_OK)
        e = plan_voice(&located, loop, plan->loop_project, plan, fault);
    if (e == ERR_OK)
        e = voice_play(&streamer->voices, plan, &voice, fault);
    if (e == ERR_OK)
        together_add(together, voice);
    return e;
}

/* All of them, or none. */
static enum err open_loops(struct streamer *streamer, struct voice_together *together, struct call *call,
                           const struct streamer_play_loops *ask)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < ask->each.count; i++) {
        const struct loop_start *loop = &ask->each.at[i];
        struct voice_plan plan = { .request = call_request(call), .loop_project = ask->project };
        if (find_started(&streamer->voices, plan.request, loop->loop_key))
            continue;
        stop_waiting(&streamer->voices, loop->loop_key, NULL);
        e = open_loop(streamer, together, loop, &plan, call_fault(call));
    }
    if (e != ERR_OK)
        stop_waiting(&streamer->voices, 0, together);
    return e;
}

static bool have_hits(const struct streamer_play_loops *ask)
{
    for (uint32_t i = 0; i < ask->each.count; i++)
        if (ask->each.at[i].hits.count > 0)
            return true;
    return false;
}

static enum err begin_loops(struct streamer *streamer, struct call *call, const void *wish)
{
    const struct streamer_play_loops *ask = wish;
    struct voice_together *together = together_new(&streamer->voices, call_deadline(call) - MARGIN_US);
    enum err e;

    if (!together)
        return refuse(call, ERR_BUSY, "too many loops wait for their files: stop some, or try again");
    core_link_look(&streamer->core);
    together_aim(together, &streamer->core, ask->grid.value, ask->each.count, have_hits(ask));
    for (uint32_t i = 0; i < ask->each.count; i++) {
        const struct voice *started = find_started(&streamer->voices, call_request(call), ask->each.at[i].loop_key);
        if (started)
            together_join(together, started);
    }
    e = open_loops(streamer, together, call, ask);
    if (e == ERR_OK)
        together->ticket = call_defer(call);
    return e;
}

enum err streamer_play_loops(struct streamer *streamer, struct call *call, const struct streamer_play_loops *ask,
                             struct stream_voices *answer)
{
    (void)answer;
    return waiting_asks_wait(&streamer->waiting, call, begin_loops, ask);
}

void loop_asks_drop(struct streamer *streamer)
{
    waiting_asks_drop(&streamer->waiting, begin_loops);
}
