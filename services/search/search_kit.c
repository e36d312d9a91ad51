/* search_kit.c: sounds for the slots of a kit. */
#include "services/search/search_kit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/musical_key.h"
#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/kit/order.h"
#include "services/search/kit/tune.h"
#include "services/search/near/vectors.h"
#include "services/search/search_begin.h"
#include "services/search/search_kit_signs.h"
#include "services/search/search_page.h"
#include "store/catalogue_facts.h"

enum { LOOKS_MOST = 400 /* items that are read for one slot */, PACK_MOST = 2, LIKED_MOST = 64 };
static const float nearly_same = 0.25F;           /* distance: velocity layers of one instrument are nearer */
static const double quietest = 0.05, loudest = 4; /* gains */
static const double give = 12;                    /* dB */
static const double certainty = 12;               /* exponent of the confidence by which a distance is divided */
#define LEAST_SURE 0.2 /* a sound of which the class is less sure is no better than any other */

struct chosen {
    uint32_t row;
    struct bytes content;
    struct text pack;
    double lufs; /* NaN: unknown */
};

struct picking {
    struct request *request;
    const struct search_pick_kit *ask;
    struct txn *txn;
    struct arena scratch;              /* of one item */
    struct bitmap *with_vector, *like; /* like: NULL: like nothing */
    struct bitmap *wanted, *unwanted;  /* by tags; NULL: all, none */
    struct kit_signs signs;
    struct kit_source source; /* of `like` */
    int key;                  /* -1: sounds are not tuned */
    float weights[ENTRY_VECTOR];
    struct chosen liked[LIKED_MOST], chosen[KIT_SLOTS];
    uint32_t liked_count, count;
    double unsure; /* the highest confidence of those that are too unsure for the slot; 0: none */
};

/* How picky a pass is; each next one for want of the one before. */
static const struct pass {
    double sure; /* the least confidence */
    bool varies; /* at most PACK_MOST sounds of a pack */
} passes[] = { { 0.95, true }, { 0.85, true }, { 0.95, false }, { 0.85, false },
               { 0.7, true },  { 0.7, false }, { 0.5, false },  { LEAST_SURE, false } };
enum { PASSES = sizeof(passes) / sizeof(*passes) };

/* ---- one item ---- */

static bool is_nearly_one(const struct picking *p, uint32_t row, const struct item *item, const struct chosen *each,
                          uint32_t count)
{
    struct index *index = &p->request->search->index;
    const bool has_vector = p->with_vector && bitmap_has(p->with_vector, row);

    for (uint32_t i = 0; i < count; i++) {
        struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, NULL, p->weights };
        if (each[i].row == row || (each[i].content.len && bytes_equal(each[i].content, item->media.content)))
            return true;
        if (!has_vector || !bitmap_has(p->with_vector, each[i].row))
            continue;
        vectors.target = index_vector(index, each[i].row);
        if (vectors_distance(&vectors, row) < nearly_same)
            return true;
    }
    return false;
}

static bool is_nearly(const struct picking *p, uint32_t row, const struct item *item)
{
    return is_nearly_one(p, row, item, p->chosen, p->count) || is_nearly_one(p, row, item, p->liked, p->liked_count);
}

static uint32_t count_pack(const struct picking *p, struct text pack)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->count; i++)
        count += pack.len && text_equal(p->chosen[i].pack, pack);
    return count;
}

static double confidence_of(struct picking *p, struct text facts, const struct item *item)
{
    const double sure = kit_slots_know(item, facts).confidence;

    if (sure < LEAST_SURE)
        p->unsure = fmax(p->unsure, sure);
    return sure;
}

/* The first pass that may take the item if it can be played. */
static int pass_of(struct picking *p, struct text facts, const struct item *item)
{
    const double sure = confidence_of(p, facts, item);
    const bool varies = count_pack(p, item->media.pack) < PACK_MOST;
    int pass = 0;

    while (pass < PASSES && (sure < passes[pass].sure || (passes[pass].varies && !varies)))
        pass++;
    return pass;
}

/* ---- one slot ---- */

/* The caller frees the list. */
static enum err find_candidates(struct picking *p, struct text query, struct kit_candidate **to, uint32_t *count)
{
    const struct kit_ordering by = {
        &p->request->search->index, p->ask->seed, p->with_vector, &p->signs, p->like, &p->source, p->weights
    };
    struct bitmap *found = NULL;
    struct node *root;
    enum err e = search_rows(p->request, query, &root, &found);

    *count = 0;
    if (e == ERR_OK && p->wanted)
        bitmap_and(found, p->wanted);
    if (e == ERR_OK && p->unwanted)
        bitmap_and_not(found, p->unwanted);
    *to = e == ERR_OK ? kit_order(&by, found, LOOKS_MOST, count) : NULL;
    bitmap_free(found);
    return e;
}

static void take_sound(struct picking *p, struct text facts, const struct kit_candidate *which, const struct item *item,
                       struct kit_pick *to)
{
    const struct fact *lufs = kit_slots_fact(item, "lufs");
    struct arena *arena = p->request->arena;

    kit_slots_fill(arena, facts, item, to);
    to->why = kit_signs_say(&p->signs, arena, which->row, to->why);
    if (which->distance >= 0)
        to->why = arena_printf(arena, "%.*s, at the distance %.2f", TEXT_ARG(to->why), (double)which->distance);
    if (p->key >= 0)
        kit_tune(arena, p->key, &item->facts, to);
    p->chosen[p->count++] = (struct chosen){ .row = which->row,
                                             .content = to->content,
                                             .pack = arena_text(p->request->arena, item->media.pack),
                                             .lufs = lufs && lufs->has_number ? lufs->number : (double)NAN };
}

static bool read_candidate(struct picking *p, const struct kit_candidate *which, struct item *to)
{
    arena_reset(&p->scratch);
    return catalogue_item(p->txn, &p->scratch, index_id(&p->request->search->index, which->row), to) == ERR_OK;
}

/* Without path and state, which take about half of the time to read an item. */
static bool read_facts(struct picking *p, const struct kit_candidate *which, struct item *to)
{
    struct fact_list all;

    arena_reset(&p->scratch);
    return catalogue_media(p->txn, &p->scratch, index_id(&p->request->search->index, which->row), &to->media) ==
               ERR_OK &&
           catalogue_facts(p->txn, &p->scratch, &to->media, &all) == ERR_OK &&
           catalogue_winning(&p->scratch, all, &to->facts) == ERR_OK;
}

static bool may_take(struct picking *p, const struct kit_candidate *which, struct item *item)
{
    return read_candidate(p, which, item) && kit_slots_can_play(item) && !is_nearly(p, which->row, item);
}

/* The first candidate of the earliest pass. NULL: none may be taken. */
static const struct kit_candidate *choose_surest(struct picking *p, struct text facts, const struct kit_candidate *each,
                                                 uint32_t count)
{
    const struct kit_candidate *best = NULL;
    struct item item;
    int earliest = PASSES;

    for (uint32_t i = 0; earliest > 0 && i < count; i++) {
        const int pass = read_facts(p, &each[i], &item) ? pass_of(p, facts, &item) : PASSES;
        if (pass < earliest && may_take(p, &each[i], &item)) {
            best = &each[i];
            earliest = pass;
        }
    }
    return best;
}

/* The nearest candidate; one of an unsure class counts as farther. NULL: none may be taken. */
static const struct kit_candidate *choose_nearest(struct picking *p, struct text facts,
                                                  const struct kit_candidate *each, uint32_t count)
{
    const struct kit_candidate *best = NULL;
    struct item item;
    double nearest = INFINITY;

    for (uint32_t i = 0; i < count && each[i].order < nearest; i++) {
        const double sure = read_facts(p, &each[i], &item) ? confidence_of(p, facts, &item) : 0;
        const double order = each[i].order * pow(sure, -certainty);
        if (sure >= LEAST_SURE && order < nearest && may_take(p, &each[i], &item)) {
            best = &each[i];
            nearest = order;
        }
    }
    return best;
}

static void choose_best(struct picking *p, struct text facts, const struct kit_candidate *each, uint32_t count,
                        struct kit_pick *to)
{
    const struct kit_candidate *best = (p->like ? choose_nearest : choose_surest)(p, facts, each, count);
    struct item item;

    if (best && read_candidate(p, best, &item))
        take_sound(p, facts, best, &item, to);
}

/* `to` has no item if none may be taken. */
static enum err choose_sound(struct picking *p, struct text clause, struct text facts, struct kit_pick *to,
                             uint32_t *count)
{
    struct arena *arena = p->request->arena;
    const struct text query = p->ask->query.len ? arena_printf(arena, "%.*s -is:missing -is:offline (%.*s)",
                                                               TEXT_ARG(clause), TEXT_ARG(p->ask->query))
                                                : arena_printf(arena, "%.*s -is:missing -is:offline", TEXT_ARG(clause));
    struct kit_candidate *each;
    enum err e = find_candidates(p, query, &each, count);

    if (e == ERR_OK)
        choose_best(p, facts, each, *count, to);
    free(each);
    return e;
}

/* Why a slot has no sound; `count`: of the candidates. */
static struct text say_none(const struct picking *p, struct text name, uint32_t count)
{
    struct arena *arena = p->request->arena;
    const struct text stem = kit_slots_stem(name);

    if (count && p->unsure > 0)
        return arena_printf(arena, "no sound is sure enough for %.*s: the surest that is left has a confidence of %.2f",
                            TEXT_ARG(stem), p->unsure);
    if (count)
        return TEXT("all sounds for it are used already, nearly the same, or cannot be read");
    return arena_printf(arena, "the library has no sound for %.*s that can be read now%s%s", TEXT_ARG(stem),
                        p->ask->query.len ? " and matches the query" : "",
                        p->wanted     ? " and has one of the tags"
                        : p->unwanted ? " and has none of the unwanted tags"
                                      : "");
}

static enum err pick_slot(struct picking *p, struct text name, struct kit_pick *to)
{
    struct kit_slot_query query;
    uint32_t count = 0, wider = 0;
    enum err e = kit_slots_query(p->request->arena, name, &query, p->request->fault);

    *to = (struct kit_pick){ .slot = name, .gain = 1 };
    p->unsure = 0;
    if (e == ERR_OK)
        e = choose_sound(p, query.clause, query.facts, to, &count);
    if (e == ERR_OK && !to->has_media && query.wider.len)
        e = choose_sound(p, query.wider, query.facts, to, &wider);
    if (!to->has_media)
        to->why = say_none(p, name, count + wider);
    return e;
}

/* ---- loudness ---- */

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* That of the middle sound, or less, so that a gain brings the quietest to it: the others are made quieter, but by at
 * most `give`. NaN: no sound has a loudness. */
static double common_loudness(const struct picking *p)
{
    double each[KIT_SLOTS];
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->count; i++)
        if (!isnan(p->chosen[i].lufs))
            each[count++] = p->chosen[i].lufs;
    if (count == 0)
        return NAN;
    qsort(each, count, sizeof(*each), by_number);
    return fmax(each[count / 2] - give, fmin(each[count / 2], each[0] + 20 * log10(loudest)));
}

static void match_loudness(const struct picking *p, struct kit_pick *picks, uint32_t count)
{
    const double common = common_loudness(p);
    const struct chosen *next = p->chosen;

    for (uint32_t i = 0; i < count; i++) {
        const struct chosen *chosen = picks[i].has_media ? next++ : NULL;
        if (!chosen || isnan(chosen->lufs) || isnan(common))
            continue;
        picks[i].gain = fmin(loudest, fmax(quietest, pow(10, (common - chosen->lufs) / 20)));
        picks[i].why = arena_printf(p->request->arena, "%.*s; %+.1f dB, from %.1f to %.1f LUFS", TEXT_ARG(picks[i].why),
                                    20 * log10(picks[i].gain), chosen->lufs, chosen->lufs + 20 * log10(picks[i].gain));
    }
}

/* ---- the ask ---- */

/* The tags of the ask, or those that no sound has. */
static struct text list_tags(const struct picking *p, bool only_unknown)
{
    const struct text_list *tags = &p->ask->tags;
    struct buffer to = { 0 };

    for (uint32_t i = 0; i < tags->count; i++) {
        struct bitmap *rows = search_kit_rows_said(p->request, tags->at[i], false);
        if (!only_unknown || bitmap_count(rows) == 0) {
            buffer_add_text(&to, to.len ? " or " : "");
            buffer_add(&to, tags->at[i].at, tags->at[i].len);
        }
        bitmap_free(rows);
    }
    return arena_take(p->request->arena, &to);
}

/* A kit of placeholders only is of no use. */
static enum err refuse_tags(const struct picking *p)
{
    struct fault *fault = p->request->fault;
    const struct text all = list_tags(p, false), unknown = list_tags(p, true);

    if (unknown.len == all.len)
        fault_set(fault, ERR_NOT_FOUND, "no sound has the tag, genre or class %.*s", TEXT_ARG(all));
    else
        fault_set(fault, ERR_NOT_FOUND, "no sound with the tag, genre or class %.*s fits a slot of the kit%s%.*s",
                  TEXT_ARG(all), unknown.len ? "; none at all has " : "", TEXT_ARG(unknown));
    fault_hint(fault, "leave the tags out, or give sounds a tag: loophole tag QUERY +TAG");
    return fault_field(fault, "tags");
}

static enum err pick_all(struct picking *p, struct kit_picks *to)
{
    const struct text_list names = kit_slots_names(p->ask, p->request->arena);
    enum err e = ERR_OK;

    to->each = (struct kit_pick_list){ 0, arena_array(p->request->arena, names.count, sizeof(*to->each.at)) };
    for (uint32_t i = 0; e == ERR_OK && i < names.count; i++)
        e = pick_slot(p, names.at[i], &to->each.at[to->each.count++]);
    if (e == ERR_OK && p->wanted && p->count == 0)
        return refuse_tags(p);
    if (e == ERR_OK)
        match_loudness(p, to->each.at, to->each.count);
    return e;
}

enum err search_kit_key(struct request *request, bool has_key, struct text key, int *to)
{
    *to = -1;
    if (!has_key || !key.len || musical_key_read(key, to))
        return ERR_OK;
    fault_set(request->fault, ERR_BAD_REQUEST, "\"%.*s\" is no key: expected a key such as Am or F#maj", TEXT_ARG(key));
    return fault_field(request->fault, "key");
}

/* The kit gets neither copies of it nor sounds that are nearly the same. */
static void note_liked(struct picking *p, uint32_t row)
{
    struct chosen *to = &p->liked[p->liked_count++];
    struct media media;

    *to = (struct chosen){ .row = row };
    if (catalogue_media(p->txn, p->request->arena, index_id(&p->request->search->index, row), &media) == ERR_OK)
        to->content = media.content;
}

/* The rows that the sounds are to be like. Errors (explained): not_found. */
static enum err find_liked(struct picking *p)
{
    uint32_t row;
    char id[ID_TEXT_SIZE];

    if (!p->ask->has_like || p->ask->like.count == 0)
        return ERR_OK;
    p->like = bitmap_new();
    for (uint32_t i = 0; i < p->ask->like.count; i++) {
        if (!index_find(&p->request->search->index, p->ask->like.at[i], &row)) {
            fault_set(p->request->fault, ERR_NOT_FOUND, "no item %s", id_write(p->ask->like.at[i], id));
            return fault_field(p->request->fault, "like");
        }
        bitmap_add(p->like, row);
        note_liked(p, row);
    }
    return ERR_OK;
}

static enum err pick_prepared(struct picking *p, struct kit_picks *to)
{
    enum err e = search_kit_key(p->request, p->ask->has_key, p->ask->key, &p->key);

    if (e == ERR_OK)
        e = find_liked(p);
    kit_source_open(&p->source, &p->request->search->index, p->like);
    if (e == ERR_OK)
        e = search_kit_find_signs(p->request, p->txn, p->ask, p->key, &p->signs);
    p->wanted = p->ask->has_tags ? search_kit_rows_with(p->request, &p->ask->tags, false) : NULL;
    p->unwanted = p->ask->has_without ? search_kit_rows_with(p->request, &p->ask->without, true) : NULL;
    return e == ERR_OK ? pick_all(p, to) : e;
}

enum err search_pick_kit(struct request *request, const void *of, void *answer)
{
    const usec_t began = clock_steady();
    struct kit_picks *picks = answer;
    struct picking p = { .request = request, .ask = of };
    enum err e;

    if (p.ask->family.value <= 0 || p.ask->family.value > KIT_FAMILY_TEXTURE) {
        fault_set(request->fault, ERR_BAD_REQUEST,
                  "a kit of this family has no usual slots: expected drum, vocal or texture");
        return fault_field(request->fault, "family");
    }
    e = search_read(request->search, &p.txn, request->fault);
    if (e != ERR_OK)
        return e;
    p.with_vector = index_with_vector(&request->search->index);
    blocks_weigh(&(const struct weights){ 0 }, p.weights);
    e = pick_prepared(&p, picks);
    bitmap_free(p.with_vector);
    bitmap_free(p.like);
    bitmap_free(p.wanted);
    bitmap_free(p.unwanted);
    kit_signs_free(&p.signs);
    kit_source_free(&p.source);
    arena_free(&p.scratch);
    txn_end(p.txn);
    picks->revision = request->search->index.revision;
    picks->took_us = (double)(clock_steady() - began);
    return e;
}
