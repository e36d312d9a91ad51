#include "services/project/handlers/opened_folder.h"

#include <string.h>

#include "services/project/files/mirror.h"
#include "services/project/handlers/handler_parts.h"

/* What a thread found in the folder that the project has. */
struct own_folder {
    struct text path;
    bool is_there; /* with a project.json, or perhaps: it does not answer or cannot be read */
};

static void take_own_folder(void *owner, struct file_io *io)
{
    struct work *work = owner;
    struct own_folder *own = work->own;

    own->is_there = io->fault.code != ERR_NOT_FOUND && !text_equal(text_of(io->real), work->folder);
    work_continue(work);
}

static void begin_look(struct work *work, struct text folder)
{
    struct own_folder *own = arena_alloc(&work->kept, sizeof(*own));

    own->path = arena_text(&work->kept, folder);
    work->own = own;
    work->is_sent = true;
    file_io_start(work->p, FILE_IO_READ, handler_in_folder(&work->arena, folder, "project.json").at,
                  (struct bytes){ 0 }, file_io_patience(call_deadline(work->call)), take_own_folder, work);
}

static enum err refuse_copy(struct work *work, struct txn *txn, struct text folder, struct fault *fault)
{
    const unsigned long long save = mirror_find_save(txn, &work->arena, work->id, buffer_bytes(&work->bytes));

    if (save) {
        fault_set(fault, ERR_CONFLICT, "this is save %llu of the project in %.180s", save, folder.at);
        return fault_hint(fault,
                          "nothing was changed; open the project by its name, and `loophole project load %llu` "
                          "goes back to this save",
                          save);
    }
    fault_set(fault, ERR_CONFLICT, "this is another state of the project in %.180s", folder.at);
    return fault_hint(fault, "nothing was changed; open the project by its name, copy this project.json to its folder, "
                             "and `loophole project load --file` loads it");
}

enum err opened_folder_check(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct own_folder *own = work->own;
    struct tree place;
    struct text folder;

    parts_place(txn, &work->arena, work->id, &place);
    folder = tree_text(&place, "folder");
    if (work->was_done || folder.len == 0 || text_equal(folder, work->folder) ||
        text_is(handler_compare_mirror(work, txn), "same"))
        return ERR_OK;
    if (!own || !text_equal(own->path, folder)) {
        begin_look(work, folder);
        return ERR_OK;
    }
    return own->is_there ? refuse_copy(work, txn, own->path, fault) : ERR_OK;
}

/* ---- links out of it ---- */

void opened_folder_fill(struct work *work, struct project_line *state)
{
    const char *at = buffer_c(&work->links), *end = at + work->links.len;

    state->has_links = work->links.len > 0;
    state->has_moved_from = work->moved_from.len > 0;
    state->moved_from = bytes_of(work->moved_from.at, work->moved_from.len);
    state->links.at = arena_array(&work->arena, FILE_IO_LINKS, sizeof(*state->links.at));
    for (; at < end && state->links.count < FILE_IO_LINKS; at += strlen(at) + 1)
        state->links.at[state->links.count++] = arena_text(&work->arena, text_of(at));
}

/* The links that the ask names; false: it trusts none. */
static bool list_trusted(const struct project_open *ask, struct buffer *to)
{
    if (!ask->has_trust_links || !ask->trust_links)
        return false;
    for (uint32_t i = 0; ask->has_trusted && i < ask->trusted.count; i++) {
        buffer_add(to, ask->trusted.at[i].at, ask->trusted.at[i].len);
        buffer_add(to, "", 1);
    }
    return !ask->has_trusted || ask->trusted.count;
}

void opened_folder_read(struct work *work, struct text folder, usec_t patience)
{
    struct buffer trusted = { 0 };
    const enum file_io_kind kind = list_trusted(work->ask, &trusted) ? FILE_IO_TRUST : FILE_IO_OPEN;

    work_file_within(work, kind, handler_in_folder(&work->arena, folder, "project.json"), buffer_bytes(&trusted),
                     patience);
    buffer_free(&trusted);
}
