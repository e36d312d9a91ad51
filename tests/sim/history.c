#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codec.h"
#include "store/catalogue.h"
#include "store/catalogue_meta.h"
#include "store/changelog.h"
#include "store/check.h"
#include "tests/each_media.h"
#include "tests/sim/model.h"

enum { ROWS = 32768, QUIET = 8192, REFUSALS = 4096 };

struct quiet {
    int64_t at;
    struct id request;
};

/* A world's end: what the store says was done, in the order in which it was done. */
struct history {
    struct txn *txn;
    struct arena arena;
    struct change rows[ROWS];
    struct quiet quiets[QUIET]; /* requests that changed nothing */
    uint64_t row_count, quiet_count;
    int64_t offset;                  /* of the store's clock from the simulator's */
    struct deed *refusals[REFUSALS]; /* told to a client, and not yet seen to be right at some moment */
    uint32_t refusal_count;
    struct model model;
};

/* ---- reading ---- */

static bool add_row(void *state, const struct change *change)
{
    struct history *h = state;

    if (h->row_count == ROWS)
        sim_fail("more changes than the simulator has room for");
    h->rows[h->row_count++] = *change;
    if (change->revision != h->row_count)
        sim_fail("the change log has a gap: %llu stands where %llu must be",
                 (unsigned long long)change->revision, (unsigned long long)h->row_count);
    return true;
}

static void read_quiets(struct history *h)
{
    struct walk walk;
    const struct bytes none = { 0, NULL };

    if (walk_begin(h->txn, DB_QUIET, none, none, &walk) != ERR_OK)
        sim_fail("the quiet requests cannot be read");
    while (walk_next(&walk)) {
        if (h->quiet_count == QUIET)
            sim_fail("more quiet requests than the simulator has room for");
        h->quiets[h->quiet_count++] =
            (struct quiet){ (int64_t)key_number_at(walk.key, 0), key_id_at(walk.key, 8) };
    }
    walk_end(&walk);
}

/* ---- answers ---- */

static void hold(const struct deed *deed, uint32_t i, const struct verdict *must, enum err error,
                 uint64_t revision, struct id id)
{
    if (error != must->error)
        sim_fail("request %u, operation %u: answered %s, and must be %s", deed_number(deed), i,
                 err_name(error), err_name(must->error));
    if (error == ERR_OK && (revision != must->revision || !id_equal(id, must->id)))
        sim_fail("request %u, operation %u: answered revision %llu, and must be %llu", deed_number(deed), i,
                 (unsigned long long)revision, (unsigned long long)must->revision);
}

static void hold_outcomes(struct history *h, const struct deed *deed, const struct verdict *verdicts,
                          struct bytes answer)
{
    struct outcomes got = { 0 };

    if (codec_decode(&outcomes_shape, answer, &h->arena, &got, NULL) != ERR_OK ||
        got.each.count != deed->op_count)
        sim_fail("request %u: the kept answer is none of a batch of %u", deed_number(deed), deed->op_count);
    for (uint32_t i = 0; i < deed->op_count; i++) {
        const struct outcome *outcome = &got.each.at[i];
        char name[20];
        text_copy(name, sizeof(name), outcome->error);
        hold(deed, i, &verdicts[i], err_named(name), outcome->revision, outcome->id);
        if (outcome->created != verdicts[i].created || outcome->stale != verdicts[i].stale)
            sim_fail("request %u, operation %u: created or stale are wrong", deed_number(deed), i);
    }
}

/* The kept answer is the model's, and the one that the client has. */
static void hold_answer(struct history *h, const struct deed *deed, const struct verdict *verdicts)
{
    struct remembered kept;
    struct bytes answer;
    struct done done = { 0 };

    if (changelog_recall(h->txn, deed->request, &kept) != ERR_OK || kept.error != ERR_OK)
        sim_fail("request %u changed the store, and its answer is not kept", deed_number(deed));
    answer = kept.answer;
    const struct buffer *given = &deed_of(deed->request)->answer;
    if (given->len > 0 && !bytes_equal(buffer_bytes(given), answer))
        sim_fail("request %u: the kept answer is not the one that was given", deed_number(deed));
    if (deed->kind == DEED_BATCH) {
        hold_outcomes(h, deed, verdicts, answer);
        return;
    }
    if (codec_decode(&done_shape, answer, &h->arena, &done, NULL) != ERR_OK)
        sim_fail("request %u: the kept answer does not decode", deed_number(deed));
    hold(deed, 0, &verdicts[0], ERR_OK, done.revision, done.id);
}

/* ---- refusals: each must have been right at some moment between the first sending and the answer ---- */

static void gather_refusals(struct history *h)
{
    for (uint32_t i = 0; i < deed_count(); i++) {
        struct deed *deed = deed_at(i);
        if (deed->answered && deed->error != ERR_OK)
            h->refusals[h->refusal_count++] = deed;
    }
}

/* A batch has its id while a thread writes its files, and while it is done in parts: it may be refused after that. */
static bool rival_has_the_id(const struct deed *deed)
{
    const struct deed *rival = deed->rival;

    return rival && (rival->done || (rival->kind == DEED_BATCH && rival->first_sent &&
                                     rival->first_sent < deed->answered));
}

/* Of a request id that was used for something else nothing but `conflict` is right. */
static bool is_right(struct history *h, const struct deed *deed)
{
    if (deed->error == ERR_CONFLICT && rival_has_the_id(deed))
        return true;
    return !(deed->rival && deed->rival->done) && model_refusal(&h->model, deed) == deed->error;
}

/* The model's state holds from `from` until `until`. */
static void look_at_refusals(struct history *h, int64_t from, int64_t until)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < h->refusal_count; i++) {
        struct deed *deed = h->refusals[i];
        bool now = deed->first_sent < until && deed->answered > from;
        if (!now || !is_right(h, deed))
            h->refusals[kept++] = deed;
    }
    h->refusal_count = kept;
}

/* ---- doing it all again ---- */

static int64_t next_at(const struct history *h, uint64_t quiet)
{
    int64_t row = h->model.head < h->row_count ? h->rows[h->model.head].at : INT64_MAX;
    int64_t other = quiet < h->quiet_count ? h->quiets[quiet].at : INT64_MAX;

    return row < other ? row : other;
}

/* Of two deeds under one id the kept digest says which was done. */
static struct deed *deed_done(struct history *h, struct id request)
{
    struct remembered kept;
    struct deed *deed;

    if (!deed_of(request))
        sim_fail("change %llu is of a request that nobody made", (unsigned long long)h->model.head + 1);
    if (changelog_recall(h->txn, request, &kept) != ERR_OK)
        sim_fail("request %u changed the store, and its answer is not kept", deed_number(deed_of(request)));
    deed = deed_with(request, kept.digest);
    if (!deed)
        sim_fail("request %u is kept with a digest of no ask", deed_number(deed_of(request)));
    return deed;
}

static void do_again(struct history *h, struct id request)
{
    struct verdict verdicts[OPS] = { { 0 } };
    struct deed *deed = deed_done(h, request);

    if (deed->done)
        sim_fail("request %u was done twice", deed_number(deed));
    deed->done = true;
    model_do(&h->model, deed, verdicts);
    hold_answer(h, deed, verdicts);
    arena_reset(&h->arena);
}

static void do_all_again(struct history *h)
{
    uint64_t quiet = 0;
    int64_t from = 0, at;

    while ((at = next_at(h, quiet)) != INT64_MAX) {
        look_at_refusals(h, from, at - h->offset);
        if (quiet < h->quiet_count && h->quiets[quiet].at == at)
            do_again(h, h->quiets[quiet++].request);
        else
            do_again(h, h->rows[h->model.head].request);
        from = at - h->offset;
    }
    look_at_refusals(h, from, INT64_MAX);
}

static void hold_deeds(struct history *h)
{
    for (uint32_t i = 0; i < deed_count(); i++) {
        struct deed *deed = deed_at(i);
        bool rival_done = deed->rival && deed->rival->done;
        if (deed->answer.len > 0 && !deed->done && !rival_done)
            sim_fail("request %u was acked, and is lost", deed_number(deed));
        if (deed->acked && !deed->done)
            sim_fail("request %u was acked, and what was done under its id is another", deed_number(deed));
        sim.counts.refused_then_done +=
            deed->answered && deed->error != ERR_OK && deed->done && !deed->asked_anew;
    }
    if (h->refusal_count > 0)
        sim_fail("request %u was refused with %s, which was right at no moment", deed_number(h->refusals[0]),
                 err_name(h->refusals[0]->error));
}

/* ---- the records ---- */

static void hold_item(struct history *h, const struct media *media)
{
    struct model_item *item = model_item(&h->model, media->id);
    char file[WORD], id[ID_TEXT_SIZE];

    id_write(media->id, id);
    if (!item)
        sim_fail("item %s is in the store, and must not be", id);
    if (media->revision != item->revision || !text_is(media->name, item->name) ||
        !text_is(media->notes, item->notes))
        sim_fail("item %s: revision, name or notes are not what they must be", id);
    if (media->favourite != item->favourite || media->hidden != item->hidden ||
        deed_tag_bits(media->tags) != item->tags)
        sim_fail("item %s: tags or marks are not what they must be", id);
    if (!id_equal(media->folder, item->folder) || !bytes_equal(media->file, deed_file(item->file, file)) ||
        media->size != item->size || media->mtime != item->mtime ||
        media->availability.value != item->availability)
        sim_fail("item %s: its place is not what it must be", id);
}

struct holding {
    struct history *h;
    uint32_t count;
};

static bool hold_one(void *state, const struct media *media)
{
    struct holding *holding = state;

    hold_item(holding->h, media);
    holding->count++;
    return true;
}

static void hold_items(struct history *h)
{
    struct holding holding = { h, 0 };
    uint32_t must = 0;

    for (uint32_t i = 0; i < h->model.item_count; i++)
        must += !h->model.items[i].gone;
    if (each_media(h->txn, &h->arena, hold_one, &holding) != ERR_OK)
        sim_fail("the items cannot be read");
    if (holding.count != must)
        sim_fail("the store has %u items, and must have %u", holding.count, must);
}

static void hold_folders(struct history *h)
{
    uint32_t must = 0;

    for (uint32_t i = 0; i < h->model.folder_count; i++) {
        const struct model_folder *is = &h->model.folders[i];
        struct folder folder;
        char name[WORD];
        if (is->gone)
            continue;
        must++;
        if (catalogue_folder(h->txn, &h->arena, is->id, &folder) != ERR_OK ||
            !bytes_equal(folder.name, deed_folder(is->name, name)) || folder.library != is->is_library)
            sim_fail("a folder is not what it must be");
    }
    if (txn_count(h->txn, DB_FOLDER) != must)
        sim_fail("the store has other folders than it must");
}

static void hold_undo(struct history *h)
{
    struct key key = key_name(META_UNDO);
    struct bytes value = { 0, NULL };
    enum err e = txn_get(h->txn, DB_META, key_bytes(&key), &value);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        sim_fail("the undo stack cannot be read");
    if (key_number_at(value, 0) != h->model.at || key_number_at(value, 8) != h->model.top)
        sim_fail("undo stands at %llu of %llu, and must at %llu of %llu",
                 (unsigned long long)key_number_at(value, 0), (unsigned long long)key_number_at(value, 8),
                 (unsigned long long)h->model.at, (unsigned long long)h->model.top);
}

static void tell_problem(void *state, const char *what)
{
    (void)state;
    sim_fail("the store does not hold together: %s", what);
}

static void check(struct history *h)
{
    struct check_counts counts = { 0 };

    if (catalogue_each_change(h->txn, &h->arena, 0, add_row, h) != ERR_OK)
        sim_fail("the change log cannot be read");
    read_quiets(h);
    gather_refusals(h);
    model_begin(&h->model, h->rows, h->row_count);
    do_all_again(h);
    hold_deeds(h);
    hold_items(h);
    hold_folders(h);
    hold_undo(h);
    if (check_store(h->txn, NULL, tell_problem, NULL, &counts) != ERR_OK)
        sim_fail("the store cannot be checked");
}

void history_check(void)
{
    struct history *h = calloc(1, sizeof(*h));
    struct store *store = NULL;
    struct fault fault = { 0 };

    if (!h || store_open(&sim.paths, STORE_READER, &store, &fault) != ERR_OK ||
        store_read(store, &h->txn, &fault) != ERR_OK)
        sim_fail("the store cannot be read: %s", fault.what);
    h->offset = clock_now() - sim.now;
    check(h);
    sim.counts.changes += h->row_count;
    txn_end(h->txn);
    store_close(store);
    arena_free(&h->arena);
    free(h);
}
