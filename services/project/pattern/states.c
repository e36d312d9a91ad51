/* Answers with the text of the pattern that plays, and plays a pattern from its text. A snapshot has only the part of
 * the sequencer. */
#include "services/project/pattern/slot_handlers.h"
#include "store/pattern/pattern_rest.h"

static enum err ask_playing(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    return work_ask(work, "audio.pattern", NULL, slot_take_playing, fault);
}

static void answer_text(struct work *work, struct pattern_file *file)
{
    struct pattern *pattern = &file->pattern;
    struct pattern_state state;

    slot_name_pattern(pattern, (struct text){ 0 }, TEXT("Pattern"));
    state.file = slot_job_text(work, file);
    work_answer(work, &state);
}

static enum err answer_all(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    answer_text(work, slot_job_of(work)->playing);
    return ERR_OK;
}

static enum err answer_snapshot(struct work *work, struct txn *txn, struct fault *fault)
{
    struct pattern_file *playing = slot_job_of(work)->playing;

    (void)txn, (void)fault;
    playing->pattern.modules = (struct modules){ 0 };
    pattern_rest_drop(&playing->pattern, TEXT("modules"), &work->kept);
    answer_text(work, playing);
    return ERR_OK;
}

const struct handler state_handler_capture = { .needs_no_project = true, .before = ask_playing, .answer = answer_all };
const struct handler state_handler_snapshot = { .needs_no_project = true,
                                                .before = ask_playing,
                                                .answer = answer_snapshot };

/* ---- playing a text ---- */

static enum err read_pattern(struct work *work, struct text file, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);

    job->pattern = arena_alloc(&work->kept, sizeof(*job->pattern));
    return pattern_file_read(file, &work->kept, job->pattern, fault);
}

static enum err begin_apply(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_apply_snapshot *ask = work->ask;
    enum err e = read_pattern(work, ask->file, fault);

    work->may_be_none = true;
    return e == ERR_OK ? ask_playing(work, txn, fault) : e;
}

/* Plays the rows of a snapshot with the current voices. A voice that a row names but that does not play gets its
 * defaults. */
static enum err apply_snapshot(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_apply_snapshot *ask = work->ask;
    struct slot_job *job = slot_job_of(work);

    work->may_be_none = false;
    job->pattern->pattern.modules = job->playing->pattern.modules;
    pattern_rest_take(&job->pattern->pattern, &job->playing->pattern, TEXT("modules"), &work->kept);
    return slot_job_sound(work, txn, &job->pattern->pattern, ask->immediate, fault);
}

static enum err begin_restore(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_restore_all_states *ask = work->ask;

    (void)txn;
    return read_pattern(work, ask->file, fault);
}

static enum err restore_all(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_restore_all_states *ask = work->ask;

    return slot_job_sound(work, txn, &slot_job_of(work)->pattern->pattern, ask->immediate, fault);
}

const struct handler state_handler_apply = {
    .before = begin_apply,
    .after = apply_snapshot,
    .answer = slot_answer_said,
};
const struct handler state_handler_restore = {
    .before = begin_restore,
    .after = restore_all,
    .answer = slot_answer_said,
};
