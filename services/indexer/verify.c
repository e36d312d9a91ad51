#include "services/indexer/verify.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cloud_file.h"
#include "proto/wire/codec_copy.h"
#include "store/availability.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { GOING_MAX = 8 };

/* ---- one item ---- */

/* What the catalogue knows of an item's file. */
struct known_file {
    struct arena arena;
    struct id id;
    struct media media;
    struct volume volume;
    struct bytes path;
    enum backend backend;
};

static enum err look_at_item(void *state, struct txn *txn)
{
    struct known_file *known = state;
    enum err e = catalogue_media(txn, &known->arena, known->id, &known->media);

    if (e == ERR_OK)
        e = catalogue_state(txn, &known->arena, &known->media, &known->path, &known->volume, &known->backend);
    return e;
}

/* Judges an item without reading its file. `content` is what the ask expects, or empty. Returns 0 if the file must be
 * read. */
static enum file_verdict judge_unread(const struct known_file *known, enum err e, struct bytes content)
{
    if (e == ERR_NOT_FOUND || known->media.availability.value == ITEM_STATE_MISSING)
        return FILE_VERDICT_MISSING;
    if (e != ERR_OK || known->media.content.len != sizeof(struct id))
        return FILE_VERDICT_UNREAD;
    if (content.len && !bytes_equal(content, known->media.content))
        return FILE_VERDICT_CHANGED;
    if (!availability_is_readable((enum item_state)known->media.availability.value) || known->path.len == 0)
        return FILE_VERDICT_OFFLINE;
    return 0;
}

static struct analysis *make_work(const struct indexer *indexer, const struct known_file *known, uint64_t number)
{
    const struct media *media = &known->media;
    struct analysis *analysis = analysis_new(known->path);
    const struct library_state *lib;
    const char *below;
    char copy[PATH_MAX];

    if (!analysis)
        return NULL;
    lib = library_state_at(indexer->libraries, known->path, &below, copy);
    analysis->id = media->id;
    analysis->library = lib ? lib->library.id : (struct id){ { 0 } };
    analysis->size = media->size;
    analysis->mtime = media->mtime;
    analysis->is_cloud = known->backend == BACKEND_CLOUD || cloud_file_is_named(indexer->cloud_globs, analysis->path);
    analysis->changed = media->has_changed && !analysis->is_cloud ? media->changed : 0;
    analysis->inode = media->inode;
    analysis->seen = clock_steady();
    analysis->verifies = number;
    memcpy(analysis->expected.b, media->content.at, sizeof(analysis->expected.b));
    return analysis;
}

static void start_one(struct indexer *indexer, struct verification *v)
{
    const struct bytes content = v->next < v->contents.count ? v->contents.at[v->next] : (struct bytes){ 0 };
    struct item_file *one = &v->each[v->next++];
    struct known_file known = { .id = one->id };
    enum err e = catalogue_reader_within(indexer->catalogue, look_at_item, &known);
    struct analysis *analysis = NULL;

    one->verdict.value = (int32_t)judge_unread(&known, e, content);
    if (!one->verdict.value && !(analysis = make_work(indexer, &known, v->number)))
        one->verdict.value = FILE_VERDICT_UNREAD;
    arena_free(&known.arena);
    if (!analysis) {
        v->done++;
        return;
    }
    v->going++;
    pipeline_verify(indexer->pipeline, analysis);
}

/* ---- one ask ---- */

static void drop_verification(struct verification *v)
{
    free(v->each);
    arena_free(&v->arena);
    *v = (struct verification){ 0 };
}

static void continue_verification(struct indexer *indexer, struct verification *v)
{
    const uint64_t before = ticket_take_up(indexer->service, v->ticket);

    while (v->next < v->count && v->going < GOING_MAX)
        start_one(indexer, v);
    if (v->done == v->count) {
        ticket_answer(indexer->service, v->ticket, &(struct item_files){ .each = { v->count, v->each } });
        drop_verification(v);
    }
    service_lay_down(indexer->service, before);
}

void verify_made(void *state, const struct analysis *analysis, enum file_verdict verdict)
{
    struct indexer *indexer = state;

    for (unsigned i = 0; i < VERIFY_ASKS; i++) {
        struct verification *v = &indexer->verifying[i];
        if (!v->number || v->number != analysis->verifies)
            continue;
        for (uint32_t k = 0; k < v->next; k++)
            if (!v->each[k].verdict.value && id_equal(v->each[k].id, analysis->id)) {
                v->each[k].verdict.value = (int32_t)verdict;
                v->going--;
                v->done++;
                continue_verification(indexer, v);
                return;
            }
    }
}

/* ---- the functions of verify.h ---- */

static enum err check_contents(struct call *call, const struct indexer_verify *ask)
{
    const struct bytes_list *contents = &ask->contents;
    enum err e = ERR_OK;

    if (contents->count && contents->count != ask->ids.count)
        e = refuse(call, ERR_BAD_REQUEST, "%u contents for %u ids: expected one for each id, or none", contents->count,
                   ask->ids.count);
    for (uint32_t i = 0; e == ERR_OK && i < contents->count; i++)
        if (contents->at[i].len != 0 && contents->at[i].len != sizeof(struct id))
            e = refuse(call, ERR_BAD_REQUEST, "a content of %u bytes: expected %zu, or none", contents->at[i].len,
                       sizeof(struct id));
    return e == ERR_OK ? e : fault_field(call_fault(call), "contents");
}

enum err verify_ask(struct indexer *indexer, struct call *call, const struct indexer_verify *ask)
{
    struct verification *v = indexer->verifying;
    struct indexer_verify kept = { 0 };
    enum err e = check_contents(call, ask);

    if (e != ERR_OK)
        return e;
    while (v < &indexer->verifying[VERIFY_ASKS] && v->number)
        v++;
    if (v == &indexer->verifying[VERIFY_ASKS])
        return refuse(call, ERR_BUSY, "the files of %d other asks are being read: repeat this one later", VERIFY_ASKS);
    struct ticket ticket = call_defer(call);
    if (!ticket.number)
        return ERR_BUSY;
    *v = (struct verification){ .ticket = ticket,
                                .number = ++indexer->verifications,
                                .count = ask->ids.count,
                                .task = id_new(),
                                .since = clock_now(),
                                .each = alloc_zeroed(ask->ids.count + 1, sizeof(*v->each)) };
    for (uint32_t i = 0; i < v->count; i++)
        v->each[i].id = ask->ids.at[i];
    codec_keep(&indexer_verify_shape, &(struct indexer_verify){ .contents = ask->contents }, &v->arena, &kept);
    v->contents = kept.contents;
    return ERR_OK;
}

void verify_turn(struct indexer *indexer)
{
    for (unsigned i = 0; i < VERIFY_ASKS; i++) {
        struct verification *v = &indexer->verifying[i];
        if (v->number && !ticket_is_open(indexer->service, v->ticket))
            drop_verification(v);
        else if (v->number)
            continue_verification(indexer, v);
    }
}

void verify_close(struct indexer *indexer)
{
    for (unsigned i = 0; i < VERIFY_ASKS; i++)
        drop_verification(&indexer->verifying[i]);
}

unsigned verify_list_task(const struct indexer *indexer, struct task *task)
{
    *task = (struct task){ .label = TEXT("Reading the files of duplicates again") };
    for (unsigned i = 0; i < VERIFY_ASKS; i++) {
        const struct verification *v = &indexer->verifying[i];
        if (!v->number)
            continue;
        if (id_is_zero(task->id)) {
            task->id = v->task;
            task->since = v->since;
        }
        task->done += v->done;
        task->total += v->count;
    }
    return !id_is_zero(task->id);
}
