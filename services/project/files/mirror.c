#include "services/project/files/mirror.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "common/process/log.h"
#include "services/project/parts/document.h"

enum { SAVES_COMPARED = 64 };

static struct text hash_text(struct arena *arena, struct bytes bytes)
{
    char hex[33];

    return arena_text(arena, text_of(hash_hex(hash_of(bytes.at, bytes.len), 32, hex)));
}

uint64_t mirror_find_save(struct txn *txn, struct arena *arena, struct id project, struct bytes file)
{
    const struct text hash = hash_text(arena, file);
    struct tree place;
    uint64_t last;

    parts_place(txn, arena, project, &place);
    last = (uint64_t)tree_real(&place, "saved", 0);
    for (uint64_t n = last; n > 0 && last - n < SAVES_COMPARED; n--)
        if (parts_save_is(txn, arena, project, n, hash))
            return n;
    return 0;
}

struct text mirror_compare(struct txn *txn, struct arena *arena, struct id project, enum err read, struct bytes file)
{
    struct tree place;
    uint64_t save;

    if (read == ERR_NOT_FOUND)
        return TEXT("none");
    if (read == ERR_BAD_REQUEST || read == ERR_TOO_LARGE || read == ERR_DENIED) /* it is there, and no save of ours */
        return TEXT("changed");
    if (read != ERR_OK)
        return TEXT("away");
    parts_place(txn, arena, project, &place);
    save = mirror_find_save(txn, arena, project, file);
    if (save)
        return save == (uint64_t)tree_real(&place, "saved", 0) ? TEXT("same") : TEXT("old");
    return text_equal(hash_text(arena, file), tree_text(&place, "seen")) ? TEXT("old") : TEXT("changed");
}

/* ---- writing it again ---- */

struct mirror_renewing {
    struct project *p;
    struct id project;
    mirror_done *done;
    void *owner;
    struct text state; /* of the file that was read; a constant */
};

/* The file that was loaded last, and no save came after it: the store has it as changes of its last save. */
static bool is_loaded(const struct tree *place, struct text hash)
{
    return text_equal(hash, tree_text(place, "seen")) &&
           tree_real(place, "seen_at", 1e15) >= tree_real(place, "saved", 0);
}

static bool has_one_save(const struct tree *place)
{
    const struct tree *saves = tree_get(place, "saves");

    return saves && saves->type == TREE_LIST && saves->count == 1;
}

/* The text that the file is to have; empty: it stays. */
static struct text find_due(struct mirror_renewing *r, struct txn *txn, struct arena *arena, const struct file_io *io)
{
    const struct text state = mirror_compare(txn, arena, r->project, io->fault.code, buffer_bytes(&io->bytes));
    struct parts_save last;
    struct tree place;
    struct text file;

    parts_place(txn, arena, r->project, &place);
    r->state = state;
    if (text_is(state, "old") ? is_loaded(&place, hash_text(arena, buffer_bytes(&io->bytes)))
                              : !text_is(state, "none") || !io->real[0] || !has_one_save(&place))
        return (struct text){ 0 };
    if (parts_last_save(txn, arena, r->project, &last) != ERR_OK || last.number == 0)
        return (struct text){ 0 };
    file = document_file(tree_get(&last.body, "document"), arena);
    if (!text_equal(hash_text(arena, bytes_of(file.at, file.len)), tree_text(&last.body, "file")))
        return (struct text){ 0 }; /* another program wrote it, in another layout */
    log_info("save %llu was not written to %s: it is written now", (unsigned long long)last.number, io->path);
    return file;
}

static void end_renewing(void *owner, struct file_io *io)
{
    const struct mirror_renewing r = *(struct mirror_renewing *)owner;

    free(owner);
    r.done(r.owner, &io->fault, buffer_bytes(&io->bytes), r.state);
}

static void take_read(void *owner, struct file_io *io)
{
    struct mirror_renewing *r = owner;
    struct arena arena = { 0 };
    struct text file = { 0 }, was = { 0 };
    struct txn *txn;

    if (project_read(r->p, &txn, NULL) == ERR_OK) {
        file = find_due(r, txn, &arena, io);
        txn_end(txn);
    }
    if (io->fault.code == ERR_OK)
        was = hash_text(&arena, buffer_bytes(&io->bytes));
    if (file.len)
        r->state = (struct text){ 0 };
    if (file.len)
        file_io_renew(r->p, io->path, was.len ? was.at : "", bytes_of(file.at, file.len), end_renewing, r);
    else
        end_renewing(r, io);
    arena_free(&arena);
}

void mirror_renew(struct project *p, struct id project, const char *path, usec_t patience, mirror_done *done,
                  void *owner)
{
    struct mirror_renewing *r = alloc_zeroed(1, sizeof(*r));

    *r = (struct mirror_renewing){ .p = p, .project = project, .done = done, .owner = owner };
    file_io_start(p, FILE_IO_READ, path, (struct bytes){ 0 }, patience, take_read, r);
}
