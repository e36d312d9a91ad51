#include "services/project/library/library_handlers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/process/limits.h"
#include "proto/wire/codec_copy.h"
#include "services/project/library/library_change.h"
#include "services/project/library/library_job.h"
#include "services/project/library/library_state.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/message.h"

enum { LISTED = 1000, ANSWER_BYTES = 4 << 20 };

/* ---- list ---- */

static bool has_part(struct text name, struct text part)
{
    for (uint32_t i = 0; i + part.len <= name.len; i++)
        if (strncasecmp(name.at + i, part.at, part.len) == 0)
            return true;
    return part.len == 0;
}

static bool has_tag(const struct library_pattern *line, struct text tag)
{
    for (uint32_t i = 0; i < line->tags.count; i++)
        if (text_equal(line->tags.at[i], tag))
            return true;
    return tag.len == 0;
}

static bool is_in(const struct library_pattern *line, struct text folder)
{
    return folder.len == 0 ||
           (line->place.len > folder.len && text_starts(line->place, folder) && line->place.at[folder.len] == '/');
}

static bool is_wanted(const struct project_list_library *ask, const struct library_pattern *line)
{
    return line->archived == ask->archived && (ask->genre.len == 0 || text_equal(ask->genre, line->genre)) &&
           has_tag(line, ask->tag) && has_part(line->name, ask->name) && is_in(line, ask->folder) &&
           (!ask->has_bpm_from || line->bpm >= ask->bpm_from) && (!ask->has_bpm_until || line->bpm <= ask->bpm_until);
}

int library_by_name(const void *a, const void *b)
{
    const struct library_pattern *x = a, *y = b;
    const int order = text_compare(x->name, y->name);

    return order ? order : text_compare(x->place, y->place);
}

static int newest_first(const void *a, const void *b)
{
    const struct library_pattern *x = a, *y = b;

    return x->time < y->time ? 1 : x->time > y->time ? -1 : library_by_name(a, b);
}

enum err library_keep_lines(struct library_job *job, const struct library_pattern_list *lines, struct fault *fault)
{
    struct library_pattern *to = arena_array(&job->arena, lines->count + 1, sizeof(*to));
    size_t bytes = 0;

    job->said.each.at = to;
    for (uint32_t i = 0; i < lines->count && bytes < ANSWER_BYTES; i++) {
        if (codec_copy(&library_pattern_shape, &lines->at[i], &job->arena, &to[i]) != ERR_OK)
            return limits_refuse(fault, "the list");
        bytes += 200 + lines->at[i].place.len + lines->at[i].name.len + (size_t)lines->at[i].tags.count * 64;
        job->said.each.count++;
    }
    return ERR_OK;
}

static enum err act_list(struct library_job *job, struct fault *fault)
{
    const struct project_list_library *ask = job->ask;
    const struct pattern_library *library = job->library;
    struct arena arena = { 0 };
    struct library_pattern_list lines = { 0, arena_array(&arena, library->count + 1, sizeof(*lines.at)) };
    const uint32_t most = ask->limit ? (uint32_t)ask->limit : LISTED;
    uint32_t from;
    enum err e;

    for (uint32_t i = 0; i < library->count; i++)
        if (is_wanted(ask, &library->entries[i].line))
            lines.at[lines.count++] = library->entries[i].line;
    qsort(lines.at, lines.count, sizeof(*lines.at), ask->recent ? newest_first : library_by_name);
    if (ask->recent && lines.count > ask->recent)
        lines.count = (uint32_t)ask->recent;
    job->said.total = lines.count;
    job->said.message = message_counted(MESSAGE_FILES_LISTED, &job->arena, lines.count, (struct text){ 0 });
    from = ask->offset < lines.count ? (uint32_t)ask->offset : lines.count;
    lines.at += from;
    lines.count = lines.count - from < most ? lines.count - from : most;
    e = library_keep_lines(job, &lines, fault);
    arena_free(&arena);
    return e;
}

static enum err begin_list(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, &project_list_library_shape, act_list));
    return ERR_OK;
}

const struct handler library_handler_list = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_list,
    .answer = library_job_answer,
};

/* ---- changes ---- */

enum err library_do_step(struct library_job *job, struct library_step *step, struct fault *fault)
{
    step->sender = job->sender;
    job->said.message = step->said;
    job->said.total = step->count;
    return library_do(job->library, step, fault);
}

/* A repeated ask is answered as the first was. */
enum err library_find_first_answer(struct library_job *job, struct fault *fault)
{
    return library_state_answer(job->library, &job->sender, &job->arena, &job->said.message, fault);
}

static enum err act_change(struct library_job *job, struct fault *fault)
{
    const struct project_change_library *ask = job->ask;
    struct library_step step;
    enum err e = library_find_first_answer(job, fault);

    if (e != ERR_OK || job->said.message.len) {
        job->said.total = ask->names.count;
        return e;
    }
    e = library_plan(job->library, ask, &job->arena, &step, fault);
    if (e == ERR_OK)
        e = library_do_step(job, &step, fault);
    job->said.total = ask->names.count;
    return e;
}

static enum err begin_change(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, &project_change_library_shape, act_change));
    return ERR_OK;
}

const struct handler library_handler_change = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_change,
    .answer = library_job_answer,
};

static enum err take_step_back(struct library_job *job, bool again, struct fault *fault)
{
    enum err e = library_find_first_answer(job, fault);

    job->said.total = 1;
    return e != ERR_OK || job->said.message.len
               ? e
               : library_undo(job->library, again, &job->sender, &job->arena, &job->said.message, fault);
}

static enum err act_undo(struct library_job *job, struct fault *fault)
{
    return take_step_back(job, false, fault);
}

static enum err act_redo(struct library_job *job, struct fault *fault)
{
    return take_step_back(job, true, fault);
}

static enum err begin_undo(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, NULL, act_undo));
    return ERR_OK;
}

static enum err begin_redo(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, NULL, act_redo));
    return ERR_OK;
}

const struct handler library_handler_undo = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_undo,
    .answer = library_job_answer,
};
const struct handler library_handler_redo = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_redo,
    .answer = library_job_answer,
};

/* ---- save ---- */

enum err library_read_given(struct work *work, struct text file, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);

    if (file.len == 0)
        return work_ask(work, "audio.pattern", NULL, slot_take_playing, fault);
    job->pattern = arena_alloc(&work->kept, sizeof(*job->pattern));
    return pattern_file_read(file, &work->kept, job->pattern, fault);
}

static enum err begin_save(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    return library_read_given(work, ((const struct project_save_file *)work->ask)->file, fault);
}

static enum err act_save(struct library_job *job, struct fault *fault)
{
    const struct project_save_file *ask = job->ask;
    struct pattern_file *file = arena_alloc(&job->arena, sizeof(*file));
    struct library_step step;
    enum err e = library_find_first_answer(job, fault);

    job->said.total = 1;
    if (e != ERR_OK || job->said.message.len)
        return e;
    e = slot_parse(job->hand, arena_printf(&job->arena, "%.*s", TEXT_ARG(ask->name)).at, job->text, &job->arena, file,
                   fault);
    if (e == ERR_OK)
        e = library_plan_save(job->library, file, ask->folder, ask->name, &job->arena, &step, fault);
    return e == ERR_OK ? library_do_step(job, &step, fault) : e;
}

/* The text of the given pattern, or of the one that plays, for the thread. */
struct text library_given_text(struct work *work)
{
    struct slot_job *slot = slot_job_of(work);
    struct pattern_file *file = slot->pattern ? slot->pattern : slot->playing;

    slot_name_pattern(&file->pattern, (struct text){ 0 }, TEXT("Pattern"));
    return slot_job_text(work, file);
}

static enum err save_given(struct work *work, struct txn *txn, struct fault *fault)
{
    struct library_job *job = library_job_new(work, &project_save_file_shape, act_save);

    (void)txn, (void)fault;
    job->text = arena_text(&job->arena, library_given_text(work));
    library_job_start(job);
    return ERR_OK;
}

static void explain_save(const struct work *work, struct fault *fault)
{
    (void)message_cover(MESSAGE_FAILED_TO_SAVE_FILE, ((const struct project_save_file *)work->ask)->name, fault);
}

const struct handler library_handler_save = {
    .explain = explain_save,
    .needs_no_project = true,
    .before = begin_save,
    .after = save_given,
    .answer = library_job_answer,
};

/* ---- load ---- */

enum err library_find_text(struct library_job *job, struct text name, struct fault *fault)
{
    const struct library_entry *entry;
    enum err e = library_find(job->library, name, false, &entry, fault);

    if (e == ERR_NOT_FOUND && library_find(job->library, name, true, &entry, &(struct fault){ 0 }) == ERR_OK)
        e = ERR_OK; /* an archived one can still be loaded */
    return e == ERR_OK ? library_need_text(job->library, entry, &job->arena, &job->text, fault) : e;
}

static enum err act_load(struct library_job *job, struct fault *fault)
{
    return library_find_text(job, ((const struct project_load_file *)job->ask)->name, fault);
}

static enum err begin_load_file(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, &project_load_file_shape, act_load));
    return ERR_OK;
}

static enum err sound_file(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_file *ask = work->ask;
    struct pattern_file *file = arena_alloc(&work->kept, sizeof(*file));
    struct fault why = { 0 };
    enum err e;

    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    e = pattern_file_read(work->file, &work->kept, file, &why);
    if (e == ERR_OK)
        return slot_job_sound(work, txn, &file->pattern, ask->immediate, fault);
    message_fault(MESSAGE_FILE_CORRUPT, ask->name, text_of(why.what), fault);
    return fault->code = e == ERR_VERSION ? e : fault->code;
}

const struct handler library_handler_load = {
    .explain = slot_job_explain,
    .before = begin_load_file,
    .after = sound_file,
    .answer = slot_answer_said,
};
