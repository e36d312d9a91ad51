/* loop_capture.c: a capture: its first ask marks where it begins, its second makes the loop. */
#include <math.h>

#include "services/project/deeds/deed_action.h"
#include "services/project/loop/loop_actions.h"
#include "services/project/loop/loop_deeds.h"
#include "services/project/loop/loop_job.h"

enum { LEAST = 256 /* frames, as loop_length of streamer.play */ };

/* ---- the mark ---- */

/* None: the voice of the capture has ended. */
static void take_mark(struct doing *work, const void *answer)
{
    struct loop_job *job = loop_job_of(work);

    job->has_mark = answer != NULL;
    if (answer)
        job->mark = *(const struct loop_mark *)answer;
}

static enum err ask_mark(struct doing *work, struct txn *txn, struct fault *fault)
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
        request.has_voice = work->may_be_none = true;
        request.voice = begun.mark.voice;
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

/* The part that was heard. It ends with the file at the latest. */
static enum err fill_context(const struct loop_job *job, const struct loop_mark *from, struct loop *loop,
                             struct fault *fault)
{
    const double rate = (double)from->rate;
    int64_t left = from->frames > 0 ? from->frames - from->position : INT64_MAX;

    loop->duration = measure_seconds(from, &job->mark, loop);
    if (!(fmin(loop->duration * rate, (double)left) >= LEAST)) {
        fault_set(fault, ERR_CONFLICT, "the capture has %.0f frames, and a loop needs %d",
                  fmax(0, fmin(loop->duration * rate, (double)left)), LEAST);
        return fault_hint(fault, "the capture goes on: press again later"), ERR_CONFLICT;
    }
    if (loop->duration * rate > (double)left) {
        loop->duration = (double)left / rate;
        loop->has_beats = false;
    }
    loop->has_music_context = true;
    loop->music_context =
        (struct loop_context){ .source_video_id = from->id,
                               .start_frame = from->position,
                               .end_frame = from->position + (int64_t)floor(loop->duration * rate + 0.5),
                               .rate = rate };
    return ERR_OK;
}

/* The capture as actions: what a person hears is the item, from the frame on at which the capture began. */
static struct text write_actions(struct doing *work, const struct loop_mark *from)
{
    struct loop_action action = { .verb = LOOP_VERB_PLAY, .item = from->id, .frame = from->position };
    const struct loop_action_list list = { 1, &action };

    return loop_actions_write(&list, &work->arena);
}

static enum err make_loop(struct doing *work, const struct loop_capture *begun, struct loop *loop,
                          const struct element *row, struct action *to, struct fault *fault)
{
    const double volume = loop->fkey ? loop->volume : 0.5;
    enum err e;

    *loop = (struct loop){ .fkey = begun->fkey, .volume = volume };
    e = fill_context(loop_job_of(work), &begun->mark, loop, fault);
    if (e != ERR_OK)
        return e;
    loop->actions = write_actions(work, &begun->mark);
    *to = deed_put_action(ELEMENT_KIND_LOOP, work->id, row->revision ? row->id : loop_part_id(work->id, begun->fkey),
                          loop_body_write(loop, TEXT("{}"), &work->arena), row->revision);
    return ERR_OK;
}

/* ---- the plan ---- */

static enum err send_capture(struct doing *work, struct action *actions, uint32_t count, uint64_t fkey,
                             struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = arena_printf(&work->arena, "capture loop %s", loop_key_name(fkey)),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };

    return work_apply(work, &apply, fault);
}

static enum err end_capture(struct doing *work, struct txn *txn, const struct loop_capture *begun, struct fault *fault)
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

/* The voice of the capture played on until now: it was not stopped, replaced or sought meanwhile. */
static bool plays_on(const struct loop_job *job, const struct loop_mark *from)
{
    return job->has_mark && job->mark.generation == from->generation && id_equal(job->mark.id, from->id);
}

static bool find_begun(struct doing *work, struct txn *txn, uint64_t fkey, struct loop_capture *to)
{
    const struct loop_job *job = loop_job_of(work);

    return loop_find_capture(txn, &work->arena, work->id, fkey, to) == ERR_OK &&
           (!job->has_mark || loop_capture_is_of(to, job->mark.line.now));
}

static enum err plan_capture(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_capture *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    struct loop_capture begun;
    struct action action;

    job->is_lost = false;
    if (find_begun(work, txn, ask->fkey, &begun)) {
        job->is_lost = !plays_on(job, &begun.mark);
        if (!job->is_lost && begun.mark.line.frame <= job->mark.line.now)
            return end_capture(work, txn, &begun, fault);
        action = loop_capture_remove(work->id, ask->fkey); /* lost; or it waits, and is taken back */
    } else {
        begun = (struct loop_capture){ .fkey = ask->fkey, .mark = job->mark };
        action = loop_capture_put(&work->arena, work->id, &begun);
    }
    return send_capture(work, &action, 1, ask->fkey, fault);
}

static enum err answer_capture(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_capture *ask = work->ask;

    if (loop_job_of(work)->is_lost) {
        fault_set(fault, ERR_CONFLICT,
                  "the capture of %s is taken back: its voice has ended, or was stopped, sought or replaced",
                  loop_key_name(ask->fkey));
        return fault_hint(fault, "begin and end a capture while its voice plays on"), ERR_CONFLICT;
    }
    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct deed loop_deed_capture = {
    .ends_when_done = true,
    .before = ask_mark,
    .plan = plan_capture,
    .answer = answer_capture,
};
