#include "services/project/handlers/recheck.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/project/base/file_check.h"
#include "services/project/handlers/media_tree.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"

enum { FOLDERS_MOST = 64, BUDGET_MS = 30000 };

/* The damaged copies of one project. */
struct rechecked {
    struct arena arena;
    struct id project;
    struct text_list damaged; /* below its folder */
};

/* ---- what is compared ---- */

static char *own_path(struct bytes path)
{
    char *own = alloc_zeroed(path.len + 1, 1);

    memcpy(own, path.at, path.len);
    return own;
}

static void add_items(struct txn *txn, struct arena *arena, const struct item_uses *uses, struct file_check *to)
{
    struct item item;

    for (uint32_t i = 0; i < uses->count; i++)
        if (uses->at[i].state == USE_HERE && catalogue_item(txn, arena, uses->at[i].resolved, &item) == ERR_OK &&
            item.media.lifecycle.value == LIFECYCLE_FINAL)
            file_check_add(to, (struct checked_file){
                                   .path = own_path(item.path), .size = item.media.size, .mtime = item.media.mtime });
}

/* A note without a size is of an earlier version: its copy is hashed. */
static void add_copy(struct arena *arena, struct text folder, const struct tree *note, struct file_check *to)
{
    const struct text copy = tree_text(note, "copy"), digest = tree_text(note, "copy_digest");
    struct checked_file file = { .size = (uint64_t)tree_real(note, "copy_size", 0),
                                 .mtime = (usec_t)tree_real(note, "copy_time", 0) };
    struct text path;

    if (!parts_is_copy(copy) || digest.len != sizeof(file.digest) - 1)
        return;
    path = arena_printf(arena, "%.*s/%.*s", TEXT_ARG(folder), TEXT_ARG(copy));
    file.path = own_path(bytes_of(path.at, path.len));
    memcpy(file.digest, digest.at, digest.len);
    file_check_add(to, file);
}

static void add_copies(struct arena *arena, const struct element_list *parts, struct text folder, struct file_check *to)
{
    struct tree body;

    for (uint32_t i = 0; folder.len && i < parts->count; i++)
        if (parts->at[i].kind.value == ELEMENT_KIND_ITEM && tree_read(parts->at[i].body, arena, &body, NULL) == ERR_OK)
            add_copy(arena, folder, &body, to);
}

struct media_place {
    struct bytes path;
    bool is_watched;
};

static bool look_at_library(void *state, const struct library *library)
{
    struct media_place *at = state;

    at->is_watched =
        library->online && (bytes_equal(library->path, at->path) || bytes_path_contains(library->path, at->path));
    return !at->is_watched;
}

/* The catalogue has all files of Media if it is in a library, or is a tree of its own. Else it may have takes that no
 * part uses: of another machine, or newer than a restored store. */
static void add_media(struct txn *txn, struct arena *arena, struct text folder, struct file_check *to)
{
    const struct text path = arena_printf(arena, "%.*s/Media/Audio", TEXT_ARG(folder));
    struct media_place at = { .path = bytes_of(path.at, path.len) };

    if (folder.len && catalogue_each_library(txn, arena, look_at_library, &at) == ERR_OK && !at.is_watched)
        to->looks_at_media = true;
}

/* ---- what differs ---- */

static void log_refusal(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_info("a changed sound of a project is not looked at again: %s", fault->what);
}

static void ask_for_scan(struct project *p, const char *folder, size_t len)
{
    const struct indexer_rescan ask = { .path = bytes_of(folder, (uint32_t)len),
                                        .has_shallow = len > 0,
                                        .shallow = len > 0 };

    (void)service_ask(p->service, "indexer.rescan", &ask, BUDGET_MS, NULL, log_refusal, p, NULL);
}

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash > path ? (size_t)(slash - path) : 1;
}

/* Each folder once; all libraries if there are too many. */
static void scan_again(struct project *p, const struct file_check *check)
{
    const char *asked[FOLDERS_MOST];
    uint32_t count = 0;

    for (uint32_t i = 0; i < check->items; i++) {
        const char *path = check->files[i].path;
        uint32_t at = 0;
        if (!check->files[i].differs)
            continue;
        while (at < count && (folder_len(asked[at]) != folder_len(path) || memcmp(asked[at], path, folder_len(path))))
            at++;
        if (at == FOLDERS_MOST) {
            ask_for_scan(p, "", 0);
            return;
        }
        if (at == count)
            asked[count++] = path;
    }
    for (uint32_t i = 0; i < count; i++)
        ask_for_scan(p, asked[i], folder_len(asked[i]));
}

/* A file that an ask wrote during the check may be noted by now: then another check finds out. */
static void add_others(struct project *p, const struct file_check *check)
{
    if (p->media_works || p->media_ends != check->media_ends)
        service_every(p->service, RECHECK_LOOK_US, recheck_look, p);
    else
        media_tree_add(p, check->project);
}

static void keep_damaged(struct rechecked *to, const struct file_check *check)
{
    arena_reset(&to->arena);
    to->project = check->project;
    to->damaged = (struct text_list){ 0, arena_array(&to->arena, check->count + 1, sizeof(*to->damaged.at)) };
    for (uint32_t i = check->items; i < check->count; i++)
        if (check->files[i].differs)
            to->damaged.at[to->damaged.count++] =
                arena_text(&to->arena, text_of(check->files[i].path + check->folder_len));
}

static void take_checked(struct project *p, struct file_check *check, bool lost)
{
    if (p->checking != check)
        return; /* a newer one ended it */
    p->checking = NULL;
    if (lost)
        return;
    scan_again(p, check);
    if (check->has_others)
        add_others(p, check);
    keep_damaged(p->rechecked, check);
    if (p->rechecked->damaged.count)
        project_publish(p, check->project);
}

/* ---- the asks ---- */

static struct file_check *plan_check(struct project *p, struct txn *txn, struct arena *arena, struct id project,
                                     const struct element_list *parts, const struct item_uses *uses)
{
    const struct text folder = elements_folder(txn, arena, project);
    struct file_check *check = file_check_new(p, uses->count + parts->count);

    check->project = project;
    check->media_ends = p->media_ends;
    check->folder = folder.len ? own_path(bytes_of(folder.at, folder.len)) : NULL;
    check->folder_len = folder.len + 1;
    check->done = take_checked;
    add_items(txn, arena, uses, check);
    check->items = check->count;
    add_copies(arena, parts, folder, check);
    add_media(txn, arena, folder, check);
    return check;
}

void recheck_begin(struct project *p, struct txn *txn, struct arena *arena, struct id project,
                   const struct element_list *parts, const struct item_uses *uses)
{
    if (p->checking)
        errand_stop(&p->checking->errand);
    if (!p->rechecked)
        p->rechecked = alloc_zeroed(1, sizeof(*p->rechecked));
    service_every(p->service, 0, recheck_look, p);
    p->checking = plan_check(p, txn, arena, project, parts, uses);
    file_check_start(p->checking);
}

static void check_open(struct project *p, struct txn *txn, struct arena *arena, struct id open)
{
    struct element_list parts;
    struct item_uses uses;

    if (parts_all(txn, arena, open, &parts) != ERR_OK)
        return;
    uses_find(arena, &parts, &uses);
    uses_resolve(txn, arena, &parts, &uses);
    recheck_begin(p, txn, arena, open, &parts, &uses);
}

void recheck_look(void *project)
{
    struct project *p = project;
    struct arena arena = { 0 };
    struct id open;
    struct txn *txn;

    if (p->media_works || project_read(p, &txn, NULL) != ERR_OK)
        return;
    service_every(p->service, 0, recheck_look, p);
    if (elements_current(txn, &arena, &open) == ERR_OK)
        check_open(p, txn, &arena, open);
    txn_end(txn);
    arena_free(&arena);
}

static int compare_copies(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The copies of all items, sorted; the caller looks for many. */
static struct text_list list_copies(struct arena *arena, const struct element_list *parts)
{
    struct text_list copies = { .at = arena_array(arena, parts->count + 1, sizeof(struct text)) };
    struct tree body;

    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->at[i].kind.value == ELEMENT_KIND_ITEM && tree_read(parts->at[i].body, arena, &body, NULL) == ERR_OK)
            copies.at[copies.count++] = tree_text(&body, "copy");
    qsort(copies.at, copies.count, sizeof(*copies.at), compare_copies);
    return copies;
}

static void add_damaged(const struct text_list *damaged, const struct text_list *copies, uint32_t most,
                        struct project_line *state)
{
    for (uint32_t i = 0; i < damaged->count; i++) {
        if (!bsearch(&damaged->at[i], copies->at, copies->count, sizeof(*copies->at), compare_copies))
            continue;
        state->altered++;
        if (state->altered_items.count < most)
            state->altered_items.at[state->altered_items.count++] = damaged->at[i];
    }
}

void recheck_fill(const struct project *p, struct arena *arena, const struct element_list *parts, uint32_t most,
                  struct project_line *state)
{
    const struct rechecked *of = p->rechecked;

    struct text_list copies;

    if (!of || !id_equal(of->project, state->id) || !of->damaged.count)
        return;
    copies = list_copies(arena, parts);
    add_damaged(&of->damaged, &copies, most, state);
}

void recheck_close(struct project *p)
{
    if (p->rechecked)
        arena_free(&p->rechecked->arena);
    free(p->rechecked);
    p->rechecked = NULL;
}
