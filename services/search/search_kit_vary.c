#include "services/search/search_kit_vary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/kit/order.h"
#include "services/search/kit/signs.h"
#include "services/search/kit/tune.h"
#include "services/search/near/vectors.h"
#include "services/search/search_begin.h"
#include "services/search/search_kit.h"
#include "services/search/search_kit_signs.h"
#include "services/search/search_page.h"
#include "store/catalogue_facts.h"

enum { PLACES_MOST = 64, POOL_MOST = 2000, LOOKS_MOST = 400 /* items that are read for one slot */ };
static const double quietest = 0.05, loudest = 4;

struct varying {
    struct request *request;
    const struct search_vary_kit *ask;
    struct txn *txn;
    struct arena of_slot, of_look; /* memory of one slot, and of one item that is looked at */
    struct bitmap *taken;          /* rows that are not to be chosen */
    struct bitmap *wanted;         /* by the kit's tags; NULL: all */
    int key;                       /* -1: sounds are not tuned */
    float weights[ENTRY_VECTOR];
};

/* One slot. */
struct vary_slot {
    const struct kit_vary *of;
    struct kit_slot_query query;
    struct nearby *near; /* the nearest first */
    uint32_t count;
    struct item now; /* valid if has_now */
    bool has_now;
};

static void take_row(struct varying *v, struct id id)
{
    uint32_t row;

    if (index_find(&v->request->search->index, id, &row))
        bitmap_add(v->taken, row);
}

/* ---- the nearest ---- */

static enum err find_readable(struct varying *v, struct text clause, struct bitmap **rows)
{
    struct node *root;

    return search_rows(v->request, arena_printf(v->request->arena, "%.*s -is:missing -is:offline", TEXT_ARG(clause)),
                       &root, rows);
}

/* Removes the rows without one of the kit's tags, unless that is all of them. */
static void keep_to_tags(const struct varying *v, struct bitmap *rows)
{
    struct bitmap *with = v->wanted && !v->ask->any ? bitmap_copy(rows) : NULL;

    if (!with)
        return;
    bitmap_and(with, v->wanted);
    if (bitmap_count(with))
        bitmap_and(rows, with);
    bitmap_free(with);
}

/* The rows that the slot may have, without taken ones. The caller frees them. */
static enum err find_rows_of_slot(struct varying *v, const struct vary_slot *slot, struct bitmap **rows)
{
    struct bitmap *with_vector;
    enum err e = find_readable(v, v->ask->any ? TEXT("kind:audio") : slot->query.clause, rows);

    if (e == ERR_OK && !v->ask->any && bitmap_count(*rows) == 0 && slot->query.wider.len) {
        bitmap_free(*rows);
        e = find_readable(v, slot->query.wider, rows);
    }
    if (e != ERR_OK)
        return e;
    with_vector = index_with_vector(&v->request->search->index);
    bitmap_and(*rows, with_vector);
    bitmap_free(with_vector);
    bitmap_and_not(*rows, v->taken);
    return ERR_OK;
}

static bool is_by_source(const struct varying *v)
{
    return v->ask->has_like && v->ask->like;
}

/* The nearest as a build finds those like a sound: one of another source counts as farther away. Writes at most
 * PLACES_MOST; returns their number. */
static uint32_t find_alike(struct varying *v, uint32_t row, const struct bitmap *with_vector, const struct bitmap *rows,
                           struct nearby *to)
{
    struct index *index = &v->request->search->index;
    struct bitmap *like = bitmap_new();
    struct kit_source source;
    const struct kit_ordering by = { index, v->ask->seed, with_vector, NULL, like, &source, v->weights };
    struct kit_candidate *each;
    uint32_t count;

    bitmap_add(like, row);
    kit_source_open(&source, index, like);
    each = kit_order(&by, rows, PLACES_MOST, &count);
    for (uint32_t i = 0; i < count; i++)
        to[i] = (struct nearby){ each[i].row, each[i].distance, index_id(index, each[i].row) };
    free(each);
    kit_source_free(&source);
    bitmap_free(like);
    return count;
}

static uint32_t room_for(const struct varying *v, uint32_t total)
{
    const uint32_t pool = 1 + (uint32_t)(v->ask->spread * (total > 1 ? total - 1 : 0));
    const uint32_t most = v->ask->has_place || is_by_source(v) ? PLACES_MOST : pool < POOL_MOST ? pool : POOL_MOST;

    return most < total ? most : total;
}

/* Without a sound that the index knows, or without its embedding, there are no neighbours. */
static enum err find_near(struct varying *v, struct vary_slot *slot)
{
    struct index *index = &v->request->search->index;
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, NULL, v->weights };
    struct bitmap *with_vector = index_with_vector(index), *rows = NULL;
    uint32_t row, room;
    enum err e = ERR_OK;

    slot->count = 0;
    if (with_vector && index_find(index, slot->of->media, &row) && bitmap_has(with_vector, row)) {
        vectors.target = index_vector(index, row);
        e = find_rows_of_slot(v, slot, &rows);
        if (e == ERR_OK) {
            bitmap_remove(rows, row); /* the sound itself */
            keep_to_tags(v, rows);
            room = room_for(v, bitmap_count(rows));
            slot->near = arena_array(&v->of_slot, room + 1, sizeof(*slot->near));
            slot->count = is_by_source(v) ? find_alike(v, row, with_vector, rows, slot->near)
                                          : near_find(&index->near, &vectors, rows, room, slot->near);
        }
    }
    bitmap_free(with_vector);
    bitmap_free(rows);
    return e;
}

/* ---- one of them ---- */

/* Reads an item; it is valid until the next one is read. */
static bool read_item(struct varying *v, struct id id, struct item *to)
{
    arena_reset(&v->of_look);
    return catalogue_item(v->txn, &v->of_look, id, to) == ERR_OK;
}

static bool read_playable(struct varying *v, struct id id, struct item *to)
{
    return read_item(v, id, to) && kit_slots_can_play(to);
}

/* The one at the place, of those that can be played; place 0 is the sound itself. */
static bool take_place(struct varying *v, const struct vary_slot *slot, struct item *to)
{
    struct id each[PLACES_MOST + 1];
    int64_t count = 0, place;

    if (read_item(v, slot->of->media, to))
        each[count++] = slot->of->media;
    for (uint32_t i = 0; i < slot->count; i++)
        if (read_playable(v, slot->near[i].id, to))
            each[count++] = slot->near[i].id;
    if (count < 2)
        return false;
    place = v->ask->place % count;
    return read_item(v, each[place < 0 ? place + count : place], to);
}

static bool has_other_content(const struct vary_slot *slot, const struct item *item)
{
    return !slot->has_now || !item->media.content.len || !bytes_equal(item->media.content, slot->now.media.content);
}

static bool take_random(struct varying *v, const struct vary_slot *slot, struct item *to)
{
    const uint32_t first = (uint32_t)(kit_order_hash(v->ask->seed, slot->of->media) * slot->count);

    for (uint32_t i = 0; i < slot->count && i < LOOKS_MOST; i++)
        if (read_playable(v, slot->near[(first + i) % slot->count].id, to) && has_other_content(slot, to))
            return true;
    return false;
}

/* The gain with which it is as loud as the sound that the slot has now. */
static double gain_of(const struct vary_slot *slot, const struct item *item)
{
    const struct fact *was = slot->has_now ? kit_slots_fact(&slot->now, "lufs") : NULL;
    const struct fact *now = kit_slots_fact(item, "lufs");

    if (!was || !now || !was->has_number || !now->has_number)
        return slot->of->gain;
    return fmin(loudest, fmax(quietest, slot->of->gain * pow(10, (was->number - now->number) / 20)));
}

/* Which of the kit's tags it has, and no more of them than a build names: a reason has at most 1,024 bytes. */
static void add_tags(const struct varying *v, struct kit_pick *to)
{
    uint32_t row, named = 0;

    if (!index_find(&v->request->search->index, to->media, &row))
        return;
    for (uint32_t i = 0; v->wanted && i < v->ask->tags.count && named < KIT_SIGNS_COUNTED; i++) {
        struct bitmap *rows = search_kit_rows_said(v->request, v->ask->tags.at[i], false);
        if (bitmap_has(rows, row)) {
            to->why =
                arena_printf(v->request->arena, "%.*s, it is %.*s", TEXT_ARG(to->why), TEXT_ARG(v->ask->tags.at[i]));
            named++;
        }
        bitmap_free(rows);
    }
}

static enum err vary_slot(struct varying *v, const struct kit_vary *of, struct kit_pick *to)
{
    struct vary_slot slot = { .of = of };
    struct item item;
    enum err e = kit_slots_query(v->request->arena, of->slot, &slot.query, v->request->fault);

    *to =
        (struct kit_pick){ .slot = of->slot, .gain = of->gain, .why = TEXT("no other sound of its class can be read") };
    arena_reset(&v->of_slot);
    slot.has_now = catalogue_item(v->txn, &v->of_slot, of->now, &slot.now) == ERR_OK;
    if (e == ERR_OK)
        e = find_near(v, &slot);
    if (e != ERR_OK || !(v->ask->has_place ? take_place(v, &slot, &item) : take_random(v, &slot, &item)))
        return e;
    kit_slots_fill(v->request->arena, slot.query.facts, &item, to);
    add_tags(v, to);
    to->gain = gain_of(&slot, &item);
    if (v->key >= 0)
        kit_tune(v->request->arena, v->key, &item.facts, to);
    take_row(v, to->media);
    return ERR_OK;
}

static enum err vary_all(struct varying *v, struct kit_picks *to)
{
    const struct kit_vary_list *each = &v->ask->each;
    enum err e = ERR_OK;

    to->each = (struct kit_pick_list){ 0, arena_array(v->request->arena, each->count, sizeof(*to->each.at)) };
    for (uint32_t i = 0; i < v->ask->taken.count; i++)
        take_row(v, v->ask->taken.at[i]);
    for (uint32_t i = 0; e == ERR_OK && i < each->count; i++)
        e = vary_slot(v, &each->at[i], &to->each.at[to->each.count++]);
    return e;
}

enum err search_vary_kit(struct request *request, const void *of, void *answer)
{
    const usec_t began = clock_steady();
    struct kit_picks *picks = answer;
    struct varying v = { .request = request, .ask = of };
    enum err e = search_read(request->search, &v.txn, request->fault);

    if (e != ERR_OK)
        return e;
    v.taken = bitmap_new();
    v.wanted = v.ask->has_tags ? search_kit_rows_with(request, &v.ask->tags, false) : NULL;
    blocks_weigh(&(const struct weights){ 0 }, v.weights);
    e = search_kit_key(request, v.ask->has_key, v.ask->key, &v.key);
    if (e == ERR_OK)
        e = vary_all(&v, picks);
    bitmap_free(v.taken);
    bitmap_free(v.wanted);
    arena_free(&v.of_slot);
    arena_free(&v.of_look);
    txn_end(v.txn);
    picks->revision = request->search->index.revision;
    picks->took_us = (double)(clock_steady() - began);
    return e;
}
