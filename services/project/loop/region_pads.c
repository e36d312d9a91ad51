/* region_pads.c: the regions of the armed clip as pads, which MIDI notes and the page hit within a period. */
#include "services/project/loop/region_pads.h"

#include <math.h>

#include "common/process/log.h"
#include "common/sound/pad_note.h"
#include "schema_audio.h"
#include "services/project/loop/loop_job.h"
#include "store/catalogue.h"

enum { RATE_LEAST = 1000, RATE_MOST = 768000 /* as in the schema */ };

static const double edge_seconds = 0.003, release_seconds = 0.005; /* as a played region */

static struct pad empty_pad(uint64_t number)
{
    return (struct pad){ .pad = number, .mode.value = PAD_MODE_ONE_SHOT };
}

static struct pad make_pad(const struct region_clip *clip, const struct region *region, uint64_t rate, uint64_t number)
{
    struct pad pad = empty_pad(number);

    if (!region->key || !clip->has_item)
        return pad;
    pad.has_id = true;
    pad.id = clip->use.resolved;
    pad.has_gain = true;
    pad.gain = fmin(region->volume, 4);
    pad.from = (uint64_t)region->start;
    pad.until = (uint64_t)region->end;
    pad.has_file_rate = rate >= RATE_LEAST && rate <= RATE_MOST;
    pad.file_rate = rate;
    pad.has_note = pad_note(number) <= PAD_NOTE_MOST;
    pad.note = pad.has_note ? pad_note(number) : 0;
    pad.attack = edge_seconds;
    pad.release = release_seconds;
    return pad;
}

static void add_regions(struct txn *txn, struct arena *arena, const struct region_clip *clip, struct audio_set_pads *to)
{
    struct media media;
    const bool is_known = catalogue_media(txn, arena, clip->use.resolved, &media) == ERR_OK;

    for (uint32_t i = 0; i < REGION_KEYS; i++)
        to->each.at[to->each.count++] =
            make_pad(clip, &clip->at[i], is_known ? media.sample_rate : 0, clip->pads.first + i);
}

/* The pads of before that have no region now. */
static void add_emptied(const struct region_pads *before, const struct region_pads *now, struct audio_set_pads *to)
{
    for (uint64_t pad = before->first; before->are_set && pad < before->first + REGION_KEYS; pad++)
        if (!now->are_set || pad < now->first || pad >= now->first + REGION_KEYS)
            to->each.at[to->each.count++] = empty_pad(pad);
}

static bool is_open(const struct work *work, struct txn *txn)
{
    struct arena arena = { 0 };
    struct id open;
    const bool is = elements_current(txn, &arena, &open) == ERR_OK && id_equal(open, work->id);

    arena_free(&arena);
    return is;
}

bool region_pads_send(struct work *work, struct txn *txn, const struct region_clip *clip)
{
    struct loop_job *job = loop_job_of(work);
    struct pad pads[2 * REGION_KEYS];
    struct audio_set_pads request = { .each = { 0, pads } };
    struct fault fault = { 0 };

    if (job->has_pads || !clip->is_armed || !is_open(work, txn))
        return false;
    job->has_pads = true;
    if (clip->pads.are_set)
        add_regions(txn, &work->arena, clip, &request);
    add_emptied(&job->pads_before, &clip->pads, &request);
    if (request.each.count == 0)
        return false;
    if (loop_job_ask(work, "audio.set_pads", &request, NULL, &fault) == ERR_OK)
        return true;
    log_fault("the regions of a clip are not on their pads", &fault);
    return false;
}

/* ---- the ask ---- */

static enum err refuse_closed(struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "the project is not open, and the pads belong to the open one");
    return fault_hint(fault, "`loophole project open NAME` opens it"), ERR_CONFLICT;
}

static enum err plan_pads(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_pads *ask = work->ask;
    struct region_clip clip;
    struct action action;
    char scope[ID_TEXT_SIZE];
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e != ERR_OK)
        return e;
    if (!is_open(work, txn))
        return refuse_closed(fault);
    loop_job_of(work)->pads_before = clip.pads;
    clip.pads = (struct region_pads){ ask->has_first, ask->first };
    action = region_arm(&work->arena, work->id, &clip);
    const struct persist_apply apply = { .label = TEXT("regions on pads"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    return work_apply(work, &apply, fault);
}

static enum err answer_pads(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_pads *ask = work->ask;
    struct region_clip clip;
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e != ERR_OK || region_pads_send(work, txn, &clip))
        return e;
    if (loop_job_of(work)->refused.code != ERR_OK) {
        *fault = loop_job_of(work)->refused;
        return fault->code;
    }
    region_answer(work, &clip);
    return ERR_OK;
}

const struct handler region_handler_pads = { .needs_no_draft = true, .plan = plan_pads, .answer = answer_pads };
