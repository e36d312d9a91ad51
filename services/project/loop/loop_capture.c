/* loop_capture.c: a capture: its first ask marks where it begins, its second makes the loop. */
#include <math.h>

#include "services/project/loop/loop_handlers.h"
#include "services/project/loop/loop_job.h"
#include "services/project/parts/action.h"

enum { LEAST = 256 /* frames, as the length of a loop_start */ };

/* ---- the mark ---- */

static void take_mark(struct work *work, const void *answer)
{
    struct loop_job *job = loop_job_of(work);
    const struct loop_mark *mark = answer;

    job->has_mark = mark != NULL;
    if (!mark)
        return;
    job->mark = *mark;
    job->mark.acts.at = arena_array(&work->kept, mark->acts.count, sizeof(*mark->acts.at));
    for (uint32_t i = 0; i < mark->acts.count; i++)
        job->mark.acts.at[i] = mark->acts.at[i];
}

static enum err ask_mark(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_capture *ask = work->ask;
    struct streamer_mark_loop request = { .has_voice = ask->has_voice,
                                          .voice = ask->voice,
                                          .grid = loop_grid_of(ask->has_grid, ask->grid) };
    struct loop loops[LOOP_KEYS];
    struct loop_capture begun;
    enum err e = loop_find_all(txn, &work->arena, work->id, loops, NULL);

    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    e = loop_check_unlocked(&loops[loop_number(ask->fkey)], fault);
    if (e != ERR_OK)
        return e;
    if (loop_find_capture(txn, &work->arena, work->id, ask->fkey, &begun) == ERR_OK) {
        const struct loop_line *line = &begun.mark.line;
        request.has_voice = request.has_since = true;
        request.voice = begun.mark.voice;
        request.since = line->frame < line->now ? line->frame : line->now;
    }
    return work_ask(work, "streamer.mark_loop", &request, take_mark, fault);
}

/* ---- the record ---- */

/* Seconds from the begin of the capture to its end: by the transport if it ran all the time in one tempo, which is
 * exact; otherwise by the audio clock. */
static double measure_seconds(const struct loop_mark *from, const struct loop_mark *to, struct loop *loop)
{
    const double steps = to->line.place - from->line.place;

    loop->has_tempo = loop->has_beats = from->line.has_place && to->line.has_place && steps > 0 &&
                                        !(fabs(from->line.bpm - to->line.bpm) > 0) && from->line.bpm > 0;
    loop->tempo = from->line.bpm;
    loop->beats = steps / 4;
    if (loop->has_beats)
        return loop->beats * 60 / loop->tempo;
    return (double)(to->line.frame - from->line.frame) / (double)from->line.rate;
}

/* The item that was heard first, as far as its file goes. */
static void fill_context(const struct loop_mark *from, const struct loop_heard_part *heard, struct loop *loop)
{
    const double rate = (double)from->rate;
    const int64_t end = heard->from + (int64_t)floor(loop->duration * rate + 0.5);
    const bool is_over = id_equal(heard->item, from->id) && from->frames > heard->from && end > from->frames;

    loop->has_music_context = true;
    loop->music_context = (struct loop_context){ .source_video_id = heard->item,
                                                 .start_frame = heard->from,
                                                 .end_frame = is_over ? from->frames : end,
                                                 .rate = rate };
}

static enum err refuse_short(double frames, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "the capture has %.0f frames, and a loop needs %d", fmax(0, frames), LEAST);
    return fault_hint(fault, "the capture goes on: press again later"), ERR_CONFLICT;
}

static enum err make_loop(struct work *work, const struct loop_capture *begun, struct loop *loop,
                          const struct element *row, struct action *to, struct fault *fault)
{
    const double volume = loop->fkey ? loop->volume : 0.5;
    const struct loop_job *job = loop_job_of(work);
    const double rate = (double)begun->mark.rate;

    *loop = (struct loop){ .fkey = begun->fkey, .volume = volume, .actions = job->part.actions };
    loop->duration = measure_seconds(&begun->mark, &job->mark, loop);
    if (!(loop->duration * rate >= LEAST))
        return refuse_short(loop->duration * rate, fault);
    fill_context(&begun->mark, &job->part, loop);
    *to = action_put(ELEMENT_KIND_LOOP, work->id, row->revision ? row->id : loop_part_id(work->id, begun->fkey),
                     loop_body_write(loop, TEXT("{}"), &work->arena), row->revision);
    return ERR_OK;
}

/* ---- the plan ---- */

static enum err send_capture(struct work *work, struct action *actions, uint32_t count, uint64_t fkey,
                             struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = arena_printf(&work->arena, "capture loop %s", loop_key_name(fkey)),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };

    return work_apply(work, &apply, fault);
}

static enum err end_capture(struct work *work, struct txn *txn, const struct loop_capture *begun, struct fault *fault)
{
    struct loop loops[LOOP_KEYS];
    struct element rows[LOOP_KEYS] = { 0 };
    const uint32_t number = loop_number(begun->fkey);
    struct action actions[3];
    enum err e = loop_find_all(txn, &work->arena, work->id, loops, rows);

    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    e = loop_check_unlocked(&loops[number], fault);
    if (e == ERR_OK)
        e = make_loop(work, begun, &loops[number], &rows[number], &actions[0], fault);
    if (e != ERR_OK)
        return e;
    actions[1] = loop_before_put(&work->arena, work->id, begun->fkey, rows[number].body);
    actions[2] = loop_capture_remove(work->id, begun->fkey);
    return send_capture(work, actions, 3, begun->fkey, fault);
}

static bool find_begun(struct work *work, struct txn *txn, uint64_t fkey, struct loop_capture *to)
{
    const struct loop_job *job = loop_job_of(work);

    return loop_find_capture(txn, &work->arena, work->id, fkey, to) == ERR_OK &&
           (!job->has_mark || loop_capture_is_of(to, job->mark.line.now));
}

/* A capture of an engine that has ended was left. */
static enum err refuse_silent(struct fault *fault)
{
    fault_set(fault, ERR_NOT_FOUND, "no voice plays a sound that could become a loop");
    return fault_hint(fault, "`loophole play ITEM` starts one; `loophole voice` lists them"), ERR_NOT_FOUND;
}

static enum err plan_capture(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_capture *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    struct loop_capture begun;
    struct action action;

    job->is_lost = false;
    if (find_begun(work, txn, ask->fkey, &begun)) {
        const bool waits = begun.mark.line.frame > job->mark.line.now;
        job->is_lost = !waits && !loop_parts_hear(&begun, &job->mark, &work->arena, &job->part);
        if (!job->is_lost && !waits)
            return end_capture(work, txn, &begun, fault);
        action = loop_capture_remove(work->id, ask->fkey); /* lost; or it waits, and is taken back */
    } else if (job->mark.silent) {
        return refuse_silent(fault);
    } else {
        begun = (struct loop_capture){ .fkey = ask->fkey, .mark = job->mark };
        action = loop_capture_put(&work->arena, work->id, &begun);
    }
    return send_capture(work, &action, 1, ask->fkey, fault);
}

static enum err answer_capture(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_capture *ask = work->ask;

    if (loop_job_of(work)->is_lost) {
        fault_set(
            fault, ERR_CONFLICT,
            "the capture of %s is taken back: too much was done, its voice got a queued file, or nothing was heard",
            loop_key_name(ask->fkey));
        return fault_hint(fault, "`loophole loop capture %s` begins another one", loop_key_name(ask->fkey)),
               ERR_CONFLICT;
    }
    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_capture = {
    .ends_when_done = true,
    .before = ask_mark,
    .plan = plan_capture,
    .answer = answer_capture,
};
