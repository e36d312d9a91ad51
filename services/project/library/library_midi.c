/* MIDI files in the folder of exports, which other programs read and write. */
#include <stdio.h>
#include <string.h>

#include "common/beneath/beneath.h"
#include "common/file.h"
#include "common/naming/safe_names.h"
#include "services/project/library/library_change.h"
#include "services/project/library/library_handlers.h"
#include "services/project/library/library_source.h"
#include "services/project/parts/kinds.h"
#include "services/project/pattern/slot_handlers.h"
#include "store/pattern/message.h"
#include "store/pattern/midi_export.h"
#include "store/pattern/midi_import.h"
#include "store/pattern/pattern_check.h"

enum { FILE_SIZE = SAFE_NAME_SIZE + 8 /* with an ending */ };

/* DATA/patterns/export, or a file in it. */
static void path_in_exports(const struct library_job *job, const char *file, char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "%.3000s/export%s%.300s", job->library->folder, file[0] ? "/" : "", file);
}

/* The message has the path's own memory in the job. */
static void say_converted(struct library_job *job, enum message message, struct text from, struct text to,
                          const char *path)
{
    const struct text own = arena_text(&job->arena, text_of(path));

    job->midi.message = message_text(message, &job->arena, from, to);
    job->midi.file = bytes_of(own.at, own.len);
}

/* ---- export ---- */

static enum err write_exported(struct library_job *job, const char *file, const struct midi_file *midi,
                               struct fault *fault)
{
    char folder[PATH_MAX], path[PATH_MAX];
    struct buffer bytes = { 0 };
    enum err e;

    path_in_exports(job, "", folder);
    path_in_exports(job, file, path);
    midi_file_write(midi, &bytes);
    e = file_make_dirs(folder, 0700, fault);
    if (e == ERR_OK)
        e = beneath_write_named(path, buffer_bytes(&bytes), bytes_of("MThd", 4), 0644, fault);
    buffer_free(&bytes);
    return e;
}

static enum err export_pattern(struct library_job *job, const struct pattern *pattern, struct fault *fault)
{
    struct remarks remarks = { .arena = &job->arena };
    char file[FILE_SIZE], path[PATH_MAX];
    struct midi_file midi;
    enum err e = pattern_check(pattern, PATTERN_IN_MESSAGE, fault);

    if (e != ERR_OK)
        return e;
    safe_name_write(pattern->metadata.name.len ? pattern->metadata.name : TEXT("Pattern"), file);
    (void)strcat(file, ".mid");
    midi_export(pattern, &job->arena, &midi, &remarks);
    e = write_exported(job, file, &midi, fault);
    path_in_exports(job, file, path);
    job->midi.remarks = remarks.list;
    say_converted(job, MESSAGE_EXPORTED, pattern->metadata.name, text_of(file), path);
    return e;
}

static enum err act_export(struct library_job *job, struct fault *fault)
{
    const struct project_export_midi *ask = job->ask;
    struct pattern_file *file = arena_alloc(&job->arena, sizeof(*file));
    enum err e = library_source_read(job, ask->name, file, fault);

    return e == ERR_OK ? export_pattern(job, &file->pattern, fault) : e;
}

static struct library_source source_of(const struct project_export_midi *ask)
{
    return (struct library_source){ .slot = ask->slot, .name = ask->name };
}

static enum err begin_export(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct library_source source = source_of(work->ask);

    return library_source_begin(work, txn, &source, fault);
}

static enum err start_export(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct library_source source = source_of(work->ask);

    return library_source_start(work, txn, &source, &project_export_midi_shape, act_export, fault);
}

static enum err answer_midi(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    work_answer(work, &((const struct library_job *)work->result)->midi);
    return ERR_OK;
}

const struct handler library_handler_export = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_export,
    .after = start_export,
    .answer = answer_midi,
};
const struct handler library_handler_export_slot = {
    .explain = slot_job_explain,
    .before = begin_export,
    .after = start_export,
    .answer = answer_midi,
};

/* ---- the text, for an export by the client ---- */

static enum err act_read(struct library_job *job, struct fault *fault)
{
    const struct project_read_pattern *ask = job->ask;
    struct pattern_file *file = arena_alloc(&job->arena, sizeof(*file));

    return library_source_read(job, ask->name, file, fault);
}

static enum err begin_read(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_read_pattern *ask = work->ask;

    return library_source_begin(work, txn, &(const struct library_source){ .slot = ask->slot, .name = ask->name },
                                fault);
}

static enum err start_read(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_read_pattern *ask = work->ask;

    return library_source_start(work, txn, &(const struct library_source){ .slot = ask->slot, .name = ask->name },
                                &project_read_pattern_shape, act_read, fault);
}

static enum err answer_read(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    work_answer(work, &(const struct pattern_state){ .file = work->file });
    return ERR_OK;
}

const struct handler library_handler_read = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_read,
    .after = start_read,
    .answer = answer_read,
};
const struct handler library_handler_read_slot = {
    .explain = slot_job_explain,
    .before = begin_read,
    .after = start_read,
    .answer = answer_read,
};

/* ---- import ---- */

static enum err read_midi(const char *path, struct library_job *job, struct pattern *to, struct remarks *remarks,
                          struct fault *fault)
{
    struct file_in_hand reading = { 0 };
    struct buffer bytes = { 0 };
    struct midi_file midi;
    enum err e = file_read_all(path, MIDI_FILE_BYTES, &bytes, fault);

    if (e == ERR_OK)
        e = file_take_in_hand(&reading, job->hand, path, buffer_bytes(&bytes), fault);
    if (e == ERR_OK)
        e = midi_file_read(buffer_bytes(&bytes), &job->arena, &midi, fault);
    file_lay_down(&reading);
    if (e == ERR_OK)
        e = midi_import(&midi, &job->arena, to, remarks, fault);
    buffer_free(&bytes);
    return e;
}

/* The name of a file of the folder; no path leads out of it. */
static enum err find_exported(const struct library_job *job, struct text name, char to[PATH_MAX], struct fault *fault)
{
    char file[FILE_SIZE];

    if (name.len == 0)
        return message_fault(MESSAGE_NO_NAME, name, name, fault);
    if (kinds_check_pattern_name(name, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    safe_name_write(name, file);
    (void)strcat(file, ".mid");
    path_in_exports(job, file, to);
    return ERR_OK;
}

static enum err import_pattern(struct library_job *job, struct text name, const char *path, struct library_step *step,
                               struct fault *fault)
{
    struct pattern_file *file = arena_alloc(&job->arena, sizeof(*file));
    struct remarks remarks = { .arena = &job->arena };
    struct fault why = { 0 };
    enum err e = read_midi(path, job, &file->pattern, &remarks, &why);

    job->midi.remarks = remarks.list;
    if (e == ERR_NOT_FOUND)
        return message_fault(MESSAGE_NO_MIDI, name, (struct text){ 0 }, fault);
    if (e == ERR_BAD_REQUEST || e == ERR_TOO_LARGE)
        return message_fault(MESSAGE_MIDI_CORRUPT, name, text_of(why.what), fault);
    if (e != ERR_OK)
        return *fault = why, e;
    return library_plan_save(job->library, file, TEXT("user"), name, &job->arena, step, fault);
}

static enum err act_import(struct library_job *job, struct fault *fault)
{
    const struct project_import_midi *ask = job->ask;
    struct library_step step = { 0 };
    char path[PATH_MAX], stem[SAFE_NAME_SIZE];
    enum err e = find_exported(job, ask->name, path, fault);

    if (e == ERR_OK)
        e = library_find_first_answer(job, fault);
    if (e != ERR_OK)
        return e;
    safe_name_write(ask->name, stem);
    job->midi.place = arena_printf(&job->arena, "user/%s", stem);
    if (job->said.message.len == 0) {
        e = import_pattern(job, ask->name, path, &step, fault);
        step.said = message_text(MESSAGE_IMPORTED, &job->arena, ask->name, job->midi.place);
        e = e == ERR_OK ? library_do_step(job, &step, fault) : e;
    }
    say_converted(job, MESSAGE_IMPORTED, ask->name, job->midi.place, path);
    return e;
}

static enum err start_import(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    library_job_start(library_job_new(work, &project_import_midi_shape, act_import));
    return ERR_OK;
}

const struct handler library_handler_import = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = start_import,
    .answer = answer_midi,
};
