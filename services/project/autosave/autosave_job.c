#include "services/project/autosave/autosave_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/process/priority.h"
#include "common/sha256.h"
#include "services/project/autosave/autosave_differs.h"
#include "services/project/autosave/autosave_summary.h"
#include "services/project/parts/kinds.h"
#include "store/catalogue.h"

enum { ITEMS_A_TURN = 64 };
static const usec_t patience_us = (usec_t)10 * 1000000;

/* ---- the loop: the rows ---- */

static struct element keep_row(struct arena *arena, const struct element *row)
{
    struct element kept = *row;

    kept.body = arena_text(arena, row->body);
    kept.kind.word = (struct text){ 0 };
    return kept;
}

/* The last save, as the row that it is: a thread reads it. */
static enum err copy_save(struct autosave_job *job, struct txn *txn)
{
    struct element row;
    enum err e;

    job->saved_number = (uint64_t)tree_real(&job->place, "saved", 0);
    if (!job->saved_number)
        return ERR_OK;
    e = elements_get(txn, &job->arena, parts_kind(ELEMENT_KIND_SAVED), job->project,
                     parts_save_id(job->project, job->saved_number), &row);
    if (e == ERR_OK) {
        job->saved_row = arena_text(&job->arena, row.body);
        job->saved_revision = row.revision;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err copy_rows(struct autosave_job *job, struct txn *txn)
{
    uint64_t tail;
    struct tree place;
    enum err e = parts_get(txn, &job->arena, job->project, &job->element);

    if (e == ERR_OK)
        e = parts_all(txn, &job->arena, job->project, &job->parts);
    if (e == ERR_OK)
        e = catalogue_id(txn, &job->catalogue);
    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, &job->head);
    if (e != ERR_OK)
        return e;
    job->element = keep_row(&job->arena, &job->element);
    for (uint32_t i = 0; i < job->parts.count; i++)
        job->parts.at[i] = keep_row(&job->arena, &job->parts.at[i]);
    parts_place(txn, &job->arena, job->project, &place);
    job->place = place;
    job->folder = arena_text(&job->arena, tree_text(&place, "folder"));
    return copy_save(job, txn);
}

/* ---- the thread: the document ---- */

static void make_document(struct autosave_job *job)
{
    struct tree body;

    document_make(&job->arena, &job->element, &job->parts, &job->document);
    text_copy(job->content, sizeof(job->content), document_hash(&job->document, &job->arena));
    if (tree_read(job->element.body, &job->arena, &body, NULL) == ERR_OK)
        job->name = tree_text(&body, "name");
    if (job->saved_row.len && tree_read(job->saved_row, &job->arena, &job->saved, NULL) != ERR_OK)
        job->saved = (struct tree){ .type = TREE_NULL };
    job->is_dirty = !text_is(tree_text(&job->saved, "content"), job->content);
    job->is_empty = autosave_is_empty(&job->document);
}

static bool is_change_before(const struct autosave_job *job, const struct element *row)
{
    return row->revision > job->saved_revision && row->revision <= job->started;
}

/* A part that was removed before the start has no row: the newest set tells. What never was saved differs by its parts,
 * as autosave_is_empty says. */
static bool find_changes_before(const struct autosave_job *job)
{
    const struct autosave_look *look = &job->look;

    if (job->saved_number && is_change_before(job, &job->element))
        return true;
    for (uint32_t i = 0; i < job->parts.count; i++)
        if (is_change_before(job, &job->parts.at[i]) && kinds_list_name(job->parts.at[i].kind.value) &&
            (job->saved_number || job->parts.at[i].kind.value != ELEMENT_KIND_SOUND))
            return true;
    return look->has_newest && look->newest.mutation > job->saved_revision && look->newest.mutation <= job->started &&
           !text_is(look->save_content, look->newest_content) && job->saved_number;
}

static void look_at_sets(struct autosave_job *job)
{
    struct fault unused = { 0 };
    struct beneath in;

    job->look = (struct autosave_look){ .errand = &job->errand,
                                        .in = &in,
                                        .hand = service_in_hand(job->p->service),
                                        .project = job->project,
                                        .catalogue = job->catalogue,
                                        .head = job->head,
                                        .saved = job->saved_number,
                                        .save_content = tree_text(&job->saved, "content"),
                                        .save = tree_get(&job->saved, "document"),
                                        .content = job->content,
                                        .answered = tree_get(&job->place, "answered") };
    if (beneath_open(&in, job->folder.at, job->p->paths->data, &unused) == ERR_OK)
        autosave_look(&job->look);
    beneath_close(&in);
    job->look.in = NULL;
    if (job->is_dirty)
        job->differs = autosave_differs(&job->document, job->look.save, &job->arena);
}

static void compare_state(struct autosave_job *job)
{
    make_document(job);
    if (!errand_goes_on(&job->errand))
        return;
    if (job->looks && job->folder.len)
        look_at_sets(job);
    if (job->looks && job->look.has_newest)
        memcpy(job->known, job->look.newest_content, sizeof(job->known));
    job->was_dirty = find_changes_before(job);
    uses_find(&job->arena, &job->parts, &job->uses);
    job->saved_items = listed_items_of(&job->arena, tree_get(&job->saved, "document"));
}

/* ---- the thread: the files ---- */

/* The folder of a project that was never saved may be missing. One that a person moved away, or that is on a disk that
 * is away, is not made: nothing could be moved back to its place. */
static enum err make_folder(struct autosave_job *job, struct fault *fault)
{
    const struct text projects = text_of(job->p->folder);
    char above[PATH_MAX];
    char *slash;
    bool is_in_projects;

    snprintf(above, sizeof(above), "%.*s", TEXT_ARG(job->folder));
    slash = strrchr(above, '/');
    if (slash)
        *slash = '\0';
    is_in_projects = text_is(projects, above) ||
                     bytes_path_contains(bytes_of(projects.at, projects.len), bytes_of(above, strlen(above)));
    if (job->saved_number || access(job->folder.at, F_OK) == 0 || (!is_in_projects && access(above, F_OK) != 0))
        return ERR_OK;
    return file_make_dirs(job->folder.at, 0755, fault);
}

static void read_manifest(struct autosave_job *job, struct beneath *in, struct buffer *to)
{
    struct fault unused = { 0 };
    char hex[2 * SHA256_BYTES + 1];

    buffer_reset(to);
    if (beneath_read(in, "project_manifest.json", SET_MANIFEST_MOST, to, &unused) != ERR_OK) {
        buffer_reset(to);
        return;
    }
    autosave_manifest_read(buffer_bytes(to), &job->arena, &job->manifest);
    job->manifest.sha256 = arena_text(&job->arena, text_of(sha256_hex(buffer_bytes(to), hex)));
}

static struct text snapshot_of(struct autosave_job *job)
{
    document_put_items(&job->arena, &job->parts, &job->uses, job->items, &job->document);
    tree_set(&job->document, &job->arena, "revision", tree_of_whole((int64_t)job->saved_number));
    return document_file(&job->document, &job->arena);
}

static enum err write_set(struct autosave_job *job, struct beneath *in, struct fault *fault)
{
    char folder[64], id[ID_TEXT_SIZE], hex[33];
    const struct text snapshot = snapshot_of(job);
    struct buffer manifest = { 0 };
    struct set_list list;
    enum err e;

    if (snapshot.len > SET_SNAPSHOT_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the autosave would have %u KiB: at most %d KiB", snapshot.len >> 10,
                         SET_SNAPSHOT_MOST >> 10);
    set_files_folder(text_of(id_write(job->project, id)), folder);
    file_io_sweep(beneath_list(in, folder), job->p->started);
    set_files_list(in, folder, clock_now(), &list);
    job->set = set_name_next(clock_now(), job->head, list.count ? &list.at[0] : NULL);
    read_manifest(job, in, &manifest);
    const struct autosave_layout layout = { .project_word =
                                                arena_text(&job->arena, text_of(id_write(job->project, id))),
                                            .catalogue = job->catalogue,
                                            .name = job->name,
                                            .set = job->set,
                                            .reason = job->reason,
                                            .saved = job->saved_number,
                                            .is_empty = job->is_empty,
                                            .content = text_of(job->content),
                                            .digest = text_of(hash_hex(hash_of(snapshot.at, snapshot.len), 32, hex)),
                                            .manifest = job->manifest };
    const struct text text = autosave_layout_write(&layout, autosave_count_parts(&job->document, &job->arena),
                                                   autosave_preview(&job->document, &job->arena), &job->arena);
    const struct set_content content = { { bytes_of(snapshot.at, snapshot.len), bytes_of(text.at, text.len),
                                           buffer_bytes(&manifest) } };
    e = set_files_write(in, folder, &job->set, &content, job->kept.second ? &job->kept : NULL, NULL, fault);
    buffer_free(&manifest);
    return e;
}

static void write_files(struct autosave_job *job)
{
    struct fault *fault = &job->fault;
    struct beneath in = { .folder = -1 };

    fault->code = make_folder(job, fault);
    if (fault->code == ERR_OK)
        fault->code = beneath_open(&in, job->folder.at, job->p->paths->data, fault);
    if (fault->code == ERR_OK)
        fault->code = write_set(job, &in, fault);
    job->has_written = fault->code == ERR_OK;
    beneath_close(&in);
}

static void run_job(struct errand *errand)
{
    struct autosave_job *job = (struct autosave_job *)errand;

    priority_background((pid_t)syscall(SYS_gettid));
    if (job->step == AUTOSAVE_COMPARES)
        compare_state(job);
    if (job->step == AUTOSAVE_WRITES)
        write_files(job);
}

/* ---- the loop: the items ---- */

/* An empty project that was never saved loses nothing; at a start neither does one that is as its save. A set from
 * elsewhere stays the newest until the project is edited. Before an import a set is made also of a state that has one,
 * because pruning keeps it longer. */
static bool is_due(const struct autosave_job *job)
{
    const bool edited = strcmp(job->reason, "mutation") == 0;

    if (!job->p->has_autosaves)
        return false;
    if (strcmp(job->reason, "import") == 0)
        return job->folder.len && !(job->is_empty && job->saved_number == 0);
    if (!job->folder.len || strcmp(job->content, job->known) == 0)
        return false;
    return edited || (job->is_dirty && !job->look.has_offer && !(job->is_empty && job->saved_number == 0));
}

static void add_item(struct autosave_job *job, struct txn *txn, struct arena *turn, struct id id)
{
    struct tree one;
    struct text text;

    if (!document_item(txn, turn, &job->parts, &job->saved_items, id, true, &one))
        return;
    text = arena_text(&job->arena, tree_canonical(&one, turn));
    if (tree_read(text, &job->arena, &one, NULL) == ERR_OK)
        tree_add(&job->items, &job->arena, one);
}

static enum err gather_items(struct autosave_job *job)
{
    struct arena turn = { 0 };
    struct txn *txn;
    enum err e = project_read(job->p, &txn, &job->fault);

    if (e != ERR_OK)
        return e;
    for (int i = 0; i < ITEMS_A_TURN && job->at < job->uses.count; i++, job->at++)
        add_item(job, txn, &turn, job->uses.at[job->at].id);
    txn_end(txn);
    arena_free(&turn);
    return ERR_OK;
}

static void drop_job(struct errand *errand);

/* An errand is used once. */
static void start_next_step(struct autosave_job *job)
{
    struct autosave_job *next = alloc_zeroed(1, sizeof(*next));

    *next = *job;
    next->errand =
        (struct errand){ .run = run_job, .done = job->errand.done, .drop = drop_job, .patience = patience_us };
    next->look.errand = &next->errand;
    job->arena = job->look.arena = job->look.offer.arena = (struct arena){ 0 };
    errand_start(next->errands, &next->errand);
}

static void step_job(struct errand *errand, bool lost)
{
    struct autosave_job *job = (struct autosave_job *)errand;

    if (!lost && job->step == AUTOSAVE_COMPARES && is_due(job)) {
        job->step = AUTOSAVE_GATHERS;
        job->items = (struct tree){ .type = TREE_LIST };
    }
    if (!lost && job->step == AUTOSAVE_GATHERS) {
        job->fault.code = gather_items(job);
        if (job->at == job->uses.count)
            job->step = AUTOSAVE_WRITES;
        if (job->fault.code == ERR_OK) {
            start_next_step(job);
            return;
        }
    }
    job->done(job, lost);
}

static void drop_job(struct errand *errand)
{
    struct autosave_job *job = (struct autosave_job *)errand;

    arena_free(&job->look.arena);
    autosave_offer_free(&job->look.offer);
    arena_free(&job->arena);
    free(job);
}

struct autosave_job *autosave_job_new(struct project *p, struct errands *errands, struct id project)
{
    struct autosave_job *job = alloc_zeroed(1, sizeof(*job));

    job->errand = (struct errand){ .run = run_job, .done = step_job, .drop = drop_job, .patience = patience_us };
    job->p = p;
    job->errands = errands;
    job->project = project;
    job->reason = "mutation";
    return job;
}

enum err autosave_job_start(struct autosave_job *job)
{
    struct txn *txn;
    enum err e = project_read(job->p, &txn, NULL);

    if (e == ERR_OK) {
        e = copy_rows(job, txn);
        txn_end(txn);
    }
    if (e != ERR_OK)
        drop_job(&job->errand);
    else
        errand_start(job->errands, &job->errand);
    return e;
}
