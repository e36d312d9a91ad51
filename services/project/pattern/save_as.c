#include "services/project/pattern/save_as.h"

#include <stdio.h>

#include "common/process/log.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/handlers/handler_save.h"
#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/sound_body.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/slot_writes.h"

/* True: this is a repeated ask, and the copy was made by the first one. */
static bool is_made(struct work *work, struct txn *txn, struct id *copy)
{
    *copy = id_of_bytes(work->sender.request.b, 16);
    return elements_is_complete(txn, &work->arena, *copy);
}

/* ---- the files as they are ---- */

/* The texts of all files of slots, which another program may have changed. */
struct found_slots {
    struct id from; /* the project that is copied */
    bool has_moved; /* its loops that play are asked to be the copy's */
    uint32_t count;
    struct found_slot {
        uint32_t number;
        struct text file;
    } *at;
};

static void take_found(void *owner, struct slot_io *io)
{
    struct work *work = owner;
    struct found_slots *found = arena_alloc(&work->kept, sizeof(*found));

    if (io->fault.code != ERR_OK) {
        work_continue_after(work, &io->fault);
        return;
    }
    found->from = work->id;
    found->at = arena_array(&work->kept, io->count + 1, sizeof(*found->at));
    for (uint32_t i = 0; i < io->count; i++) {
        const struct slot_file *file = &io->files[i];
        const struct text text = { (uint32_t)file->bytes.len, (const char *)file->bytes.at };

        if (file->fault.code == ERR_OK)
            found->at[found->count++] = (struct found_slot){ file->number, arena_text(&work->kept, text) };
    }
    work->own = found;
    work_file(work, FILE_IO_ABSENT, handler_in_folder(&work->arena, work->folder, "project.json"), (struct bytes){ 0 });
}

static enum err find_slots(struct work *work, struct txn *txn)
{
    struct slot_io *io;
    struct tree place;

    parts_place(txn, &work->arena, work->id, &place);
    io = slot_io_new(tree_text(&place, "folder"), 0, false);
    io->finds = true;
    slot_io_hurry(io, call_deadline(work->call));
    work->is_sent = true;
    slot_io_start(work->p, io, take_found, work);
    return ERR_OK;
}

static bool is_open(struct work *work, struct txn *txn, struct id project)
{
    struct id open;

    return elements_current(txn, &work->arena, &open) == ERR_OK && id_equal(open, project);
}

/* What the first ask, before a death, copied: its loops may not be asked to be the copy's yet. */
static struct found_slots *find_origin(struct work *work, struct txn *txn, struct id copy)
{
    struct found_slots *found = arena_alloc(&work->kept, sizeof(*found));
    struct tree place;

    *found = (struct found_slots){ 0 };
    parts_place(txn, &work->arena, copy, &place);
    return is_open(work, txn, copy) && tree_id(&place, "copy_of", &found->from) ? found : NULL;
}

static enum err begin_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_save_as *ask = work->ask;
    struct id copy;
    enum err e = kinds_check_name(ask->name, fault);

    if (e == ERR_OK && is_made(work, txn, &copy)) {
        work->own = find_origin(work, txn, copy);
        work->id = copy;
        return handler_read_mirror(work, txn, fault);
    }
    if (e == ERR_OK)
        e = handler_check_unused(work, txn, ask->name, copy, fault);
    if (e == ERR_OK)
        e = handler_new_folder(work, ask->folder, ask->name, fault);
    if (e == ERR_OK)
        e = handler_check_folder(work, txn, copy, fault);
    return e == ERR_OK ? find_slots(work, txn) : e;
}

/* The part of the sound has an id that is made from the project's. */
static void rename_sound(struct element_list *parts, struct id from, struct id to)
{
    for (uint32_t i = 0; i < parts->count; i++)
        if (id_equal(parts->at[i].id, sound_body_id(from)))
            parts->at[i].id = sound_body_id(to);
}

static enum err read_copy(struct work *work, struct txn *txn, struct element *project, struct element_list *parts,
                          struct fault *fault)
{
    const struct project_save_as *ask = work->ask;
    struct tree body;
    enum err e = work_project(work, txn, project, fault);

    if (e == ERR_OK)
        e = tree_read(project->body, &work->arena, &body, fault);
    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, parts);
    if (e != ERR_OK)
        return e;
    tree_set(&body, &work->arena, "name", tree_of_text(ask->name));
    work->id = id_of_bytes(work->sender.request.b, 16);
    rename_sound(parts, project->id, work->id);
    project->id = project->project = work->id;
    project->body = tree_canonical(&body, &work->arena);
    return ERR_OK;
}

static uint32_t copy_parts(struct work *work, const struct element *project, const struct element_list *parts,
                           struct action *to)
{
    uint32_t count = 0;

    to[count++] = action_without_step(action_put(ELEMENT_KIND_PROJECT, work->id, work->id, project->body, 0));
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        if (kinds_is_edit(part->kind.value))
            to[count++] = action_without_step(action_put(part->kind.value, work->id, part->id, part->body, 0));
    }
    return count;
}

static bool is_pattern(struct work *work, struct text text)
{
    struct pattern_file *file = arena_alloc(&work->arena, sizeof(*file));

    return pattern_file_read(text, &work->arena, file, &(struct fault){ 0 }) == ERR_OK;
}

/* True: the file is a pattern, and differs from the slot and from each of its earlier texts. */
static bool is_foreign(struct work *work, const struct slot_row *row, struct text file)
{
    if (text_equal(file, row->file) || slot_is_ours(row, slot_digest(&work->arena, file)))
        return false;
    if (is_pattern(work, file)) {
        log_info("slot %u was changed by another program: its file is copied", row->number);
        return true;
    }
    log_warn("the file of slot %u is not a pattern: the copy gets the pattern of the store", row->number);
    return false;
}

/* Copies the patterns that another program wrote to files of slots, even if such a slot is empty in the store. */
static uint32_t copy_foreign(struct work *work, struct txn *txn, struct id from, bool *taken, struct action *to)
{
    const struct found_slots *found = work->own;
    struct slot_row row;
    uint32_t count = 0;

    for (uint32_t i = 0; found && i < found->count; i++) {
        const struct found_slot *slot = &found->at[i];

        slot_read_row(txn, &work->arena, from, slot->number, &row);
        if (!is_foreign(work, &row, slot->file))
            continue;
        taken[slot->number - 1] = true;
        row = (struct slot_row){ .number = slot->number };
        count += slot_put(&work->arena, work->id, &row, slot->file, true, to + count);
    }
    return count;
}

static uint32_t copy_rows(struct work *work, const struct element_list *parts, const bool *taken, struct action *to)
{
    struct slot_row row;
    uint32_t count = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        if (!slot_read_part(&parts->at[i], &work->arena, &row) || taken[row.number - 1])
            continue;
        row.revision = 0;
        count += slot_put(&work->arena, work->id, &row, row.file, true, to + count);
    }
    return count;
}

/* The ids of slots are made from the project's id. */
static uint32_t copy_slots(struct work *work, struct txn *txn, struct id from, const struct element_list *parts,
                           struct action *to)
{
    bool *taken = arena_array(&work->arena, SLOTS_BANK * SLOTS_BANKS, sizeof(*taken));
    struct slot_banks banks;
    uint32_t count = copy_foreign(work, txn, from, taken, to);

    count += copy_rows(work, parts, taken, to + count);
    slot_read_banks(txn, &work->arena, from, &banks);
    if (banks.revision == 0)
        return count;
    banks.revision = 0;
    to[count++] = slot_put_banks(&work->arena, work->id, &banks);
    return count;
}

/* Finishes a copy that was made already. Only files may be missing, because project.json is written last. */
static enum err finish_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    struct parts_save last;
    struct tree place;
    enum err e = parts_last_save(txn, &work->arena, work->id, &last);

    if (e != ERR_OK)
        return fault_set(fault, e, "the save cannot be read");
    if (work->filed.code != ERR_NOT_FOUND || last.number == 0)
        return ERR_OK;
    parts_place(txn, &work->arena, work->id, &place);
    work->folder = arena_text(&work->kept, tree_text(&place, "folder"));
    work->file = document_file(tree_get(&last.body, "document"), &work->kept);
    return ERR_OK;
}

/* Another client may have made a project since `before`. */
static enum err check_copy(struct work *work, struct txn *txn, struct id copy, struct fault *fault)
{
    const struct project_save_as *ask = work->ask;
    enum err e = handler_check_unused(work, txn, ask->name, copy, fault);

    return e == ERR_OK ? handler_check_folder(work, txn, copy, fault) : e;
}

static enum err plan_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    struct element project;
    struct element_list parts;
    struct parts_save none = { 0 };
    struct tree document, place = { .type = TREE_OBJECT };
    struct text folder, content;
    struct action_list due = { 0 };
    const struct found_slots *found = work->own;
    struct id copy;
    enum err e = work->filed.code;

    if (is_made(work, txn, &copy) && id_equal(copy, work->id))
        return finish_copy(work, txn, fault);
    if (e != ERR_OK)
        return *fault = work->filed, e;
    folder = arena_text(&work->arena, work->folder);
    work->id = found->from; /* also when the plan is made again */
    e = check_copy(work, txn, copy, fault);
    if (e == ERR_OK)
        e = read_copy(work, txn, &project, &parts, fault);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &project, &parts, &document);
    content = document_hash(&document, &work->arena);
    work->number = 1;
    handler_finish_document(work, txn, &parts, &none, false, &document);
    work->folder = arena_text(&work->kept, folder);
    due.at = arena_array(&work->arena, 2 * (parts.count + found->count) + 5, sizeof(*due.at));
    due.count = copy_parts(work, &project, &parts, due.at);
    due.count += copy_slots(work, txn, found->from, &parts, due.at + due.count);
    tree_set(&place, &work->arena, "folder", tree_of_text(folder));
    tree_set(&place, &work->arena, "copy_of", tree_of_id(found->from, &work->arena));
    parts_note_save(&place, &work->arena, 1, TEXT(""));
    due.at[due.count] = handler_save_action(work, &document, content);
    if (handler_check_save(work, &due.at[due.count++], fault) != ERR_OK)
        return ERR_TOO_LARGE;
    due.at[due.count++] = action_place(&work->arena, work->id, place, txn);
    due.at[due.count++] = action_open_alone(&work->arena, work->id, txn);
    const struct persist_apply apply = { .label = TEXT("save as"),
                                         .actions = action_left_to_do(txn, &work->arena, work->id, due) };
    return work_apply(work, &apply, fault);
}

/* ---- files ---- */

static void take_slots(void *owner, struct slot_io *io)
{
    struct work *work = owner;

    if (io->fault.code != ERR_OK)
        work_continue_after(work, &io->fault);
    else
        work_file(work, FILE_IO_WRITE, handler_in_folder(&work->arena, work->folder, "project.json"),
                  bytes_of(work->file.at, work->file.len));
}

static uint32_t count_slots(const struct element_list *parts)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < parts->count; i++)
        count += parts->at[i].kind.value == ELEMENT_KIND_SLOT;
    return count;
}

static void write_slots(struct work *work, const struct element_list *parts, uint32_t most)
{
    struct slot_io *io = slot_io_new(work->folder, most, true);
    struct slot_row row;

    io->count = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        struct slot_file *file = &io->files[io->count];

        if (!slot_read_part(&parts->at[i], &work->arena, &row))
            continue;
        slot_job_name_file(file, row.number);
        buffer_add(&file->bytes, row.file.at, row.file.len);
        io->count++;
    }
    work->is_sent = true;
    slot_io_hurry(io, call_deadline(work->call));
    slot_writes_start(work->p, io, take_slots, work);
}

static enum err write_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    struct element_list parts;
    uint32_t count;
    enum err e;

    if (work->file.len == 0)
        return ERR_OK;
    e = parts_all(txn, &work->arena, work->id, &parts);
    if (e != ERR_OK)
        return fault_set(fault, e, "the slots of the copy cannot be read");
    count = count_slots(&parts);
    if (count == 0)
        return handler_write_mirror(work, txn, fault);
    write_slots(work, &parts, count);
    return ERR_OK;
}

/* The copy has the same loops: those that play go on as its own. Those of another project that was open stop. */
static enum err answer_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    struct found_slots *found = work->own;

    if (found && !found->has_moved) {
        found->has_moved = true;
        if (handler_move_loops(work, found->from))
            return ERR_OK;
    }
    return found && handler_stop_other_loops(work, txn) ? ERR_OK : handler_answer_saved(work, txn, fault);
}

const struct handler save_as_handler = {
    .before = begin_copy,
    .plan = plan_copy,
    .after = write_copy,
    .answer = answer_copy,
};
