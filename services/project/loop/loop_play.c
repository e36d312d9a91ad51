/* loop_play.c: loops as voices of the streamer, which begins all loops of an ask at one frame. */
#include <math.h>

#include "services/project/loop/loop_handlers.h"
#include "services/project/loop/loop_job.h"
#include "services/project/parts/uses.h"
#include "store/catalogue.h"

static const double edge_seconds = 0.003; /* fades at the seam */

static bool names_key(const struct project_loop_play *ask, uint64_t fkey)
{
    for (uint32_t i = 0; i < ask->fkeys.count; i++)
        if (ask->fkeys.at[i] == fkey)
            return true;
    return false;
}

/* Errors (explained): not_found, conflict. */
static enum err check_loop(const struct loop *loop, struct fault *fault)
{
    if (loop->placeholder.len) {
        fault_set(fault, ERR_NOT_FOUND, "the sound of loop %s cannot be read: %.*s", loop_key_name(loop->fkey),
                  TEXT_ARG(loop->placeholder));
        return fault_hint(fault, "`loophole project show` lists the items"), ERR_NOT_FOUND;
    }
    if (!loop->has_music_context || !(loop->duration > 0))
        return fault_set(fault, ERR_CONFLICT, "loop %s has no sound: it names no item", loop_key_name(loop->fkey));
    return ERR_OK;
}

/* Chooses the loops of the ask, in the order of their keys. Without keys: all that can be played. */
static enum err choose_loops(struct work *work, const struct loop *all, struct fault *fault)
{
    const struct project_loop_play *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    enum err e = ERR_OK;

    job->count = 0;
    for (uint32_t i = 0; e == ERR_OK && i < LOOP_KEYS; i++) {
        const bool is_there = all[i].duration > 0;
        if (ask->fkeys.count ? !names_key(ask, all[i].fkey) : !is_there || check_loop(&all[i], NULL) != ERR_OK)
            continue;
        e = loop_check_there(is_there ? &all[i] : &(const struct loop){ 0 }, all[i].fkey, fault);
        if (e == ERR_OK)
            e = check_loop(&all[i], fault);
        job->chosen[job->count++] = i;
    }
    return e;
}

/* Frames of the context as frames of the file's audio. */
static double audio_rate(struct txn *txn, struct arena *arena, struct id item, double otherwise)
{
    struct media media;

    return catalogue_media(txn, arena, item, &media) == ERR_OK && media.sample_rate > 0 ? (double)media.sample_rate
                                                                                        : otherwise;
}

static enum err refuse_stretch(const struct loop *loop, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "loop %s hits pads, and cannot follow the tempo", loop_key_name(loop->fkey));
    return fault_hint(fault, "play it without --stretch"), ERR_CONFLICT;
}

static enum err fill_start(struct work *work, struct txn *txn, const struct loop *loop, struct loop_start *to,
                           struct fault *fault)
{
    const struct project_loop_play *ask = work->ask;
    struct item_use use = { .id = loop->music_context.source_video_id };
    uses_resolve_in(txn, &work->arena, work->id, &use);
    const double rate = audio_rate(txn, &work->arena, use.resolved, loop->music_context.rate);
    *to =
        (struct loop_start){ .loop_key = loop_number(loop->fkey) + 1,
                             .id = use.resolved,
                             .from = llround((double)loop->music_context.start_frame / loop->music_context.rate * rate),
                             .length = fmax(256, loop->duration * rate),
                             .gain = loop->volume,
                             .edge = llround(edge_seconds * rate),
                             .stretch = ask->has_stretch && ask->stretch,
                             .has_bpm = loop->has_tempo && loop->tempo >= 20,
                             .bpm = loop->tempo };

    const enum err e = loop_parts_cut(loop, rate, &work->arena, to, fault);

    return e == ERR_OK && to->stretch && to->hits.count > 0 ? refuse_stretch(loop, fault) : e;
}

static enum err play_chosen(struct work *work, struct txn *txn, const struct loop *loops, struct fault *fault)
{
    const struct project_loop_play *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    struct loop_start each[LOOP_KEYS];
    const struct streamer_play_loops request = { .project = work->id,
                                                 .grid = loop_grid_of(ask->has_grid, ask->grid),
                                                 .each = { job->count, each } };

    for (uint32_t i = 0; i < job->count; i++) {
        const enum err e = fill_start(work, txn, &loops[job->chosen[i]], &each[i], fault);
        if (e != ERR_OK)
            return e;
    }
    return loop_job_ask(work, "streamer.play_loops", &request, loop_job_take_voices, fault);
}

static enum err answer_play(struct work *work, struct txn *txn, struct fault *fault)
{
    struct loop_job *job = loop_job_of(work);
    struct loop loops[LOOP_KEYS];
    enum err e;

    if (job->refused.code != ERR_OK) {
        *fault = job->refused;
        return fault->code;
    }
    if (job->step > 0)
        return loop_job_answer_all(work, txn, fault);
    e = loop_job_read(work, txn, loops, NULL, fault);
    if (e == ERR_OK)
        e = choose_loops(work, loops, fault);
    if (e != ERR_OK)
        return e;
    return job->count > 0 ? play_chosen(work, txn, loops, fault) : loop_job_answer_all(work, txn, fault);
}

const struct handler loop_handler_play = { .answer = answer_play };

/* ---- stop ---- */

static enum err answer_stop(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_stop *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    struct streamer_stop request = { .fade = 0.005, .has_loop_key = true };

    if (job->refused.code != ERR_OK) {
        *fault = job->refused;
        return fault->code;
    }
    if (!job->has_heard && (job->step < ask->fkeys.count || job->step == 0)) {
        if (ask->fkeys.count)
            request.loop_key = loop_number(ask->fkeys.at[job->step]) + 1;
        return loop_job_ask(work, "streamer.stop", &request, NULL, fault);
    }
    return loop_job_answer_all(work, txn, fault);
}

const struct handler loop_handler_stop = { .answer = answer_stop };
