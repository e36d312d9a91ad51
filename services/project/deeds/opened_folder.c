#include "services/project/deeds/opened_folder.h"

#include <string.h>

#include "services/project/deeds/deeds.h"
#include "services/project/deeds/mirror.h"

/* What a thread found in the folder that the project has. */
struct own_folder {
    struct text path;
    bool is_there; /* with a project.json, or perhaps: it does not answer or cannot be read */
};

static void take_own_folder(void *owner, struct file_io *io)
{
    struct doing *work = owner;
    struct own_folder *own = work->own;

    own->is_there = io->fault.code != ERR_NOT_FOUND && !text_equal(text_of(io->real), work->folder);
    work_continue(work);
}

static void begin_look(struct doing *work, struct text folder)
{
    struct own_folder *own = arena_alloc(&work->kept, sizeof(*own));

    own->path = arena_text(&work->kept, folder);
    work->own = own;
    work->is_sent = true;
    file_io_start(work->p, FILE_IO_READ, deed_in_folder(&work->arena, folder, "project.json").at, (struct bytes){ 0 },
                  take_own_folder, work);
}

static enum err refuse_copy(struct doing *work, struct txn *txn, struct text folder, struct fault *fault)
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

enum err opened_folder_check(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct own_folder *own = work->own;
    struct tree place;
    struct text folder;

    parts_place(txn, &work->arena, work->id, &place);
    folder = tree_text(&place, "folder");
    if (work->was_done || folder.len == 0 || text_equal(folder, work->folder) ||
        text_is(deed_compare_mirror(work, txn), "same"))
        return ERR_OK;
    if (!own || !text_equal(own->path, folder)) {
        begin_look(work, folder);
        return ERR_OK;
    }
    return own->is_there ? refuse_copy(work, txn, own->path, fault) : ERR_OK;
}

/* ---- links out of it ---- */

enum { LINKS_SHOWN = 16, LINK_SHOWN = 1000 };

/* Names of files are any bytes; a message has UTF-8. */
static struct text show_link(struct arena *arena, const char *link)
{
    struct text shown = arena_printf(arena, "%.*s", LINK_SHOWN, link);
    char *at = arena_alloc(arena, shown.len + 1);

    if (text_is_utf8(shown))
        return shown;
    for (uint32_t i = 0; i < shown.len; i++)
        at[i] = (char)((signed char)shown.at[i] < 0 ? '?' : shown.at[i]);
    return (struct text){ shown.len, at };
}

void opened_folder_fill(struct doing *work, struct project_line *state)
{
    const char *at = buffer_c(&work->links), *end = at + work->links.len;

    state->has_links = work->links.len > 0;
    state->links.at = arena_array(&work->arena, LINKS_SHOWN, sizeof(*state->links.at));
    state->has_moved_from = work->moved_from.len > 0;
    state->moved_from = bytes_of(work->moved_from.at, work->moved_from.len);
    for (; at < end && state->links.count < LINKS_SHOWN; at += strlen(at) + 1)
        state->links.at[state->links.count++] = show_link(&work->arena, at);
}

void opened_folder_read(struct doing *work, struct text folder)
{
    const struct project_open *ask = work->ask;
    const bool trusts = ask->has_trust_links && ask->trust_links;

    work_file(work, trusts ? FILE_IO_TRUST : FILE_IO_OPEN, deed_in_folder(&work->arena, folder, "project.json"),
              (struct bytes){ 0 });
}
