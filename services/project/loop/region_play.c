/* region_play.c: a region plays from memory, so that it begins within a period of its key. The item of a clip is loaded
 * when its keys are armed. An item that is too long for the memory is played from its file. */
#include "services/project/loop/region_play.h"

#include <math.h>

#include "common/process/log.h"
#include "schema_audio.h"
#include "services/project/loop/loop_job.h"
#include "services/project/loop/region_pads.h"
#include "store/catalogue.h"

enum { BUDGET_MS = 10000 /* of an arming by a voice */ };

static const double edge_seconds = 0.003; /* so that its begin has no click; the core fades its end */

static void take_loaded(struct work *work, const void *answer)
{
    struct loop_job *job = loop_job_of(work);

    if (answer)
        job->sound = *(const struct loaded_sound *)answer;
}

static enum err load_item(struct work *work, const struct region_clip *clip, struct fault *fault)
{
    const struct streamer_load_sound request = { .has_id = true, .id = clip->use.resolved };

    return loop_job_ask(work, "streamer.load_sound", &request, take_loaded, fault);
}

static uint64_t scale_frame(int64_t frame, double ratio)
{
    return (uint64_t)llround((double)frame * ratio);
}

static double item_rate(struct txn *txn, struct arena *arena, struct id item, double otherwise)
{
    struct media media;

    return catalogue_media(txn, arena, item, &media) == ERR_OK && media.sample_rate > 0 ? (double)media.sample_rate
                                                                                        : otherwise;
}

static enum err start_sound(struct work *work, struct txn *txn, const struct region_clip *clip,
                            const struct region *region, struct fault *fault)
{
    const struct loaded_sound *sound = &loop_job_of(work)->sound;
    const double rate = (double)sound->rate;
    const double ratio = rate / item_rate(txn, &work->arena, clip->use.resolved, rate);
    const struct audio_start_sound request = { .has_sound = true,
                                               .sound = sound->sound,
                                               .generation = sound->generation,
                                               .has_gain = true,
                                               .gain = fmin(region->volume, 4),
                                               .from = scale_frame(region->start, ratio),
                                               .until = scale_frame(region->end, ratio),
                                               .attack = edge_seconds,
                                               .release = 0.005 };

    return loop_job_ask(work, "audio.start_sound", &request, NULL, fault);
}

static enum err play_file(struct work *work, const struct region_clip *clip, const struct region *region,
                          struct fault *fault)
{
    const struct streamer_play request = { .has_id = true,
                                           .id = clip->use.resolved,
                                           .from = region->start,
                                           .has_until = true,
                                           .until = region->end,
                                           .has_gain = true,
                                           .gain = region->volume };

    return loop_job_ask(work, "streamer.play", &request, NULL, fault);
}

/* A voice began before a person chose a clip, and its event came later. */
static bool is_overtaken(const struct work *work)
{
    const struct project_region_arm *ask = work->ask;

    return ask->has_item && ask->has_began && ask->began < (uint64_t)work->p->armed;
}

/* Arms the clip, unless it is armed. A person's choice is noted again if a voice may arm another one meanwhile. */
static enum err arm_clip(struct work *work, const struct region_clip *clip, bool by_voice, struct fault *fault)
{
    const bool may_change = clock_steady() - work->p->armed_by_voice < (usec_t)BUDGET_MS * 1000;
    char scope[ID_TEXT_SIZE];
    struct action action;

    if (clip->is_armed && (by_voice || !may_change))
        return ERR_OK;
    if (by_voice)
        work->p->armed_by_voice = clock_steady();
    action = region_arm(&work->arena, work->id, clip);
    const struct persist_apply apply = { .label = TEXT("arm clip"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    return work_apply(work, &apply, fault);
}

static enum err plan_play(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_play *ask = work->ask;
    struct region_clip clip;
    uint32_t place;
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e == ERR_OK)
        e = region_find_key(&clip, ask->key, &place, fault);
    if (e == ERR_OK && !clip.has_item)
        e = fault_set(fault, ERR_CONFLICT, "the clip names no item");
    if (e == ERR_OK)
        work->p->armed = clock_steady();
    return e == ERR_OK ? arm_clip(work, &clip, false, fault) : e;
}

static enum err answer_play(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_play *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    struct region_clip clip;
    uint32_t place;
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e == ERR_OK)
        e = region_find_key(&clip, ask->key, &place, fault);
    if (e != ERR_OK)
        return e;
    if (job->step == 0)
        return load_item(work, &clip, fault);
    if (job->step == 1 && job->refused.code == ERR_OK)
        return start_sound(work, txn, &clip, &clip.at[place], fault);
    if (job->step == 1 && (job->refused.code == ERR_TOO_LARGE || job->refused.code == ERR_FULL))
        return play_file(work, &clip, &clip.at[place], fault);
    if (job->refused.code != ERR_OK && !job->has_pads) {
        *fault = job->refused;
        return fault->code;
    }
    if (!(work->has_changed && region_pads_send(work, txn, &clip)))
        region_answer(work, &clip);
    return ERR_OK;
}

const struct handler region_handler_play = { .plan = plan_play, .answer = answer_play };

/* ---- arming ---- */

static enum err find_armed(struct work *work, struct txn *txn, struct region_clip *to, struct fault *fault)
{
    const struct project_region_arm *ask = work->ask;

    if (ask->has_item && ask->clip.len == 0)
        return region_find_of(work, txn, ask->item, to, fault);
    return region_find(work, txn, ask->clip, to, fault);
}

static enum err plan_arm(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_arm *ask = work->ask;
    struct region_clip clip;
    enum err e = find_armed(work, txn, &clip, fault);

    if (e != ERR_OK || is_overtaken(work))
        return e;
    if (!ask->has_began)
        work->p->armed = clock_steady();
    return arm_clip(work, &clip, ask->has_began, fault);
}

/* A voice that begins to play the armed clip changes no pads; a person's `region arm` sets them again. */
static bool sets_pads(const struct work *work)
{
    const struct project_region_arm *ask = work->ask;

    return work->has_changed || !ask->has_item;
}

/* A sound that cannot be loaded now is loaded, or played from its file, by the first play. */
static enum err answer_arm(struct work *work, struct txn *txn, struct fault *fault)
{
    struct fault unused = { 0 };
    struct region_clip clip;
    enum err e = find_armed(work, txn, &clip, fault);

    if (e != ERR_OK)
        return e;
    if (clip.has_item && loop_job_of(work)->step == 0 && load_item(work, &clip, &unused) == ERR_OK)
        return ERR_OK;
    if (!(sets_pads(work) && region_pads_send(work, txn, &clip)))
        region_answer(work, &clip);
    return ERR_OK;
}

const struct handler region_handler_arm = { .needs_no_draft = true, .plan = plan_arm, .answer = answer_arm };

/* ---- the clip that plays ---- */

static void end_arming(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK && error != ERR_NOT_FOUND)
        log_fault("the keys of the clip that plays are not armed", fault);
}

static void take_began(void *state, const void *body, bool gap)
{
    const struct streamer_voice_began *event = body;
    const struct project_region_arm request = {
        .has_item = true, .item = event->id, .has_began = event->has_time, .began = event->time
    };
    struct project *p = state;
    struct fault fault = { 0 };

    (void)gap;
    if (!id_is_zero(event->id) &&
        service_ask(p->service, "project.region_arm", &request, BUDGET_MS, NULL, end_arming, p, &fault) != ERR_OK)
        log_fault("the keys of the clip that plays are not armed", &fault);
}

enum err region_play_follow(struct project *p, struct fault *fault)
{
    return service_subscribe(p->service, "streamer.voice_began", take_began, p) == ERR_OK
               ? ERR_OK
               : fault_set(fault, ERR_FULL, "no room to subscribe to the streamer");
}
