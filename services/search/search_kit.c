/* search_kit.c: sounds for the slots of a kit. */
#include "services/search/search_kit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/musical_key.h"
#include "services/search/index/blocks.h"
#include "services/search/kit/order.h"
#include "services/search/kit/tune.h"
#include "services/search/near/vectors.h"

enum { LOOKS_MOST = 400 /* items that are read for one slot */, PACK_MOST = 2 };
static const float nearly_same = 0.25F;           /* distance: velocity layers of one instrument are nearer */
static const double quietest = 0.05, loudest = 4; /* gains */
static const double give = 12;                    /* dB */

/* The usual slots of a family; and what a slot may have: a query, another one for want of the first, and the fact that
 * says how sure that is. */
static const char *const usual[] = {
    [KIT_FAMILY_DRUM] = "kick snare clap hat perc1 perc2 perc3 fx",
    [KIT_FAMILY_VOCAL] = "lead adlib chop1 chop2 chop3 chop4 fx",
    [KIT_FAMILY_TEXTURE] = "drone swells risers impacts",
};
static const struct slot_row {
    const char *slot, *clause, *wider, *fact;
} rows[] = {
    { "kick", "class:kick -is:loop", NULL, "class" },
    { "snare", "class:snare -is:loop", NULL, "class" },
    { "clap", "class:clap -is:loop", NULL, "class" },
    { "hat", "class:hat_closed -is:loop", "class:hat_open -is:loop", "class" },
    { "openhat", "class:hat_open -is:loop", NULL, "class" },
    { "perc",
      "(class:perc_bell or class:perc_hand or class:perc_shaker or class:perc_wood or class:rim or class:tom) "
      "-is:loop",
      NULL, "class" },
    { "crash", "class:cymbal -is:loop", NULL, "class" },
    { "ride", "class:cymbal -is:loop", NULL, "class" },
    { "fx", "(family:fx or tag:riser or tag:impact) -family:drums -family:bass", NULL, "family" },
    { "lead", "class:vocal", NULL, "class" },
    { "adlib", "class:vocal dur:<4s", "class:vocal", "class" },
    { "chop", "class:vocal dur:<2s", "class:vocal", "class" },
    { "drone", "tag:drone -family:drums", NULL, "tag:drone" },
    { "swells", "tag:swell -family:drums", NULL, "tag:swell" },
    { "risers", "tag:riser -family:drums", NULL, "tag:riser" },
    { "impacts", "tag:impact -family:bass", NULL, "tag:impact" },
};
static const struct slot_row other_slot = { "", "", NULL, "class" };
enum { ROWS = sizeof(rows) / sizeof(*rows) };

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
    struct arena scratch;                          /* of one item */
    struct bitmap *with_vector, *preferred, *like; /* like: NULL: like nothing */
    int key;                                       /* -1: sounds are not tuned */
    float weights[ENTRY_VECTOR];
    struct chosen chosen[SEARCH_KIT_SLOTS];
    uint32_t count;
};

/* How picky a pass is; each next one for want of the one before. */
static const struct pass {
    double sure; /* the least confidence */
    bool varies; /* at most PACK_MOST sounds of a pack */
} passes[] = { { 0.95, true }, { 0.85, true }, { 0.95, false }, { 0.85, false },
               { 0.7, true },  { 0.7, false }, { 0.5, false },  { 0, false } };
enum { PASSES = sizeof(passes) / sizeof(*passes) };

/* ---- one item ---- */

static bool is_nearly(struct picking *p, uint32_t row, const struct item *item)
{
    struct index *index = &p->request->search->index;
    const bool has_vector = p->with_vector && bitmap_has(p->with_vector, row);

    for (uint32_t i = 0; i < p->count; i++) {
        const struct chosen *other = &p->chosen[i];
        struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, NULL, p->weights };
        if (other->row == row || (other->content.len && bytes_equal(other->content, item->media.content)))
            return true;
        if (!has_vector || !bitmap_has(p->with_vector, other->row))
            continue;
        vectors.target = index_vector(index, other->row);
        if (vectors_distance(&vectors, row) < nearly_same)
            return true;
    }
    return false;
}

bool search_kit_can_play(const struct item *item)
{
    const int32_t state = item->media.availability.value;

    return item->path.len && (state == ITEM_STATE_LOCAL || state == ITEM_STATE_EXTERNAL_ONLINE) &&
           item->media.kind.value == KIND_AUDIO && item->media.frames > 0;
}

const struct fact *search_kit_fact(const struct item *item, const char *attribute)
{
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (text_is(item->facts.at[i].attribute, attribute))
            return &item->facts.at[i];
    return NULL;
}

static double confidence_of(const struct item *item, const char *attribute)
{
    const struct fact *fact = search_kit_fact(item, attribute);

    return fact ? fact->confidence : 0;
}

static uint32_t count_pack(const struct picking *p, struct text pack)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->count; i++)
        count += pack.len && text_equal(p->chosen[i].pack, pack);
    return count;
}

/* The first pass that may take the item if it can be played. */
static int pass_of(const struct picking *p, const char *fact, const struct item *item)
{
    const double sure = confidence_of(item, fact);
    const bool varies = p->like || count_pack(p, item->media.pack) < PACK_MOST;
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
        &p->request->search->index, p->ask->seed, p->with_vector, p->preferred, p->like, p->weights
    };
    struct bitmap *found = NULL;
    struct node *root;
    enum err e = search_rows(p->request, query, &root, &found);

    *count = 0;
    *to = e == ERR_OK ? kit_order(&by, found, LOOKS_MOST, count) : NULL;
    bitmap_free(found);
    return e;
}

static struct text say_why(struct arena *arena, const char *attribute, const struct item *item)
{
    const struct fact *fact = search_kit_fact(item, attribute);
    struct text why = TEXT("it matches");

    if (fact)
        why = arena_printf(arena, "%.*s, confidence %.2f", TEXT_ARG(fact->has_text ? fact->text : text_of(attribute)),
                           fact->confidence);
    return item->media.pack.len ? arena_printf(arena, "%.*s, from %.*s", TEXT_ARG(why), TEXT_ARG(item->media.pack))
                                : why;
}

void search_kit_fill(struct arena *arena, const char *fact, const struct item *item, struct kit_pick *to)
{
    const struct bytes content = item->media.content;
    const struct text kept = arena_text(arena, (struct text){ content.len, (const char *)content.at });

    to->has_media = true;
    to->media = item->media.id;
    to->name = arena_text(arena, item->media.name);
    to->content = (struct bytes){ kept.len, (const uint8_t *)kept.at };
    to->why = say_why(arena, fact, item);
}

/* What a person said of it, and how like it is. */
static struct text add_reasons(struct arena *arena, struct text why, float distance, const struct item *item)
{
    const struct fact *rating = search_kit_fact(item, "rating");

    if (item->media.favourite)
        why = arena_printf(arena, "%.*s, a favourite", TEXT_ARG(why));
    if (rating && rating->has_number && rating->number >= 4)
        why = arena_printf(arena, "%.*s, rated %.0f", TEXT_ARG(why), rating->number);
    return distance >= 0 ? arena_printf(arena, "%.*s, at the distance %.2f", TEXT_ARG(why), (double)distance) : why;
}

static void take_sound(struct picking *p, const char *fact, const struct kit_candidate *which, const struct item *item,
                       struct kit_pick *to)
{
    const struct fact *lufs = search_kit_fact(item, "lufs");

    search_kit_fill(p->request->arena, fact, item, to);
    to->why = add_reasons(p->request->arena, to->why, which->distance, item);
    if (p->key >= 0)
        kit_tune(p->request->arena, p->key, &item->facts, to);
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
    return read_candidate(p, which, item) && search_kit_can_play(item) && !is_nearly(p, which->row, item);
}

/* The first candidate of the earliest pass. */
static void choose_best(struct picking *p, const char *fact, const struct kit_candidate *each, uint32_t count,
                        struct kit_pick *to)
{
    const struct kit_candidate *best = NULL;
    struct item item;
    int earliest = PASSES;

    for (uint32_t i = 0; earliest > 0 && i < count; i++) {
        const int pass = read_facts(p, &each[i], &item) ? pass_of(p, fact, &item) : PASSES;
        if (pass < earliest && may_take(p, &each[i], &item)) {
            best = &each[i];
            earliest = pass;
        }
    }
    if (best && read_candidate(p, best, &item))
        take_sound(p, fact, best, &item, to);
}

/* `to` has no item if none may be taken. */
static enum err choose_sound(struct picking *p, struct text clause, const char *fact, struct kit_pick *to,
                             uint32_t *count)
{
    struct arena *arena = p->request->arena;
    const struct text query = p->ask->query.len ? arena_printf(arena, "%.*s -is:missing -is:offline (%.*s)",
                                                               TEXT_ARG(clause), TEXT_ARG(p->ask->query))
                                                : arena_printf(arena, "%.*s -is:missing -is:offline", TEXT_ARG(clause));
    struct kit_candidate *each;
    enum err e = find_candidates(p, query, &each, count);

    if (e == ERR_OK)
        choose_best(p, fact, each, *count, to);
    free(each);
    return e;
}

/* The name without a number at its end: perc of perc12. */
static struct text stem_of(struct text name)
{
    while (name.len > 1 && name.at[name.len - 1] >= '0' && name.at[name.len - 1] <= '9')
        name.len--;
    return name;
}

static const struct slot_row *row_of(struct text stem)
{
    for (int i = 0; i < ROWS; i++)
        if (text_is(stem, rows[i].slot))
            return &rows[i];
    return &other_slot;
}

static bool is_slot_word(struct text stem)
{
    for (uint32_t i = 0; i < stem.len; i++) {
        const char c = stem.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return stem.len > 0;
}

enum err search_kit_query(struct request *request, struct text slot, struct search_kit_query *to)
{
    const struct text stem = stem_of(slot);
    const struct slot_row *row = row_of(stem);

    if (!is_slot_word(stem)) {
        fault_set(request->fault, ERR_BAD_REQUEST, "slot \"%.*s\" is not a word of letters, digits, _ and -",
                  TEXT_ARG(slot));
        return fault_field(request->fault, "slots");
    }
    *to = (struct search_kit_query){ .clause = text_of(row->clause),
                                     .wider = row->wider ? text_of(row->wider) : (struct text){ 0 },
                                     .fact = row->fact };
    if (row == &other_slot)
        to->clause = arena_printf(request->arena, "(class:%.*s or tag:%.*s)", TEXT_ARG(stem), TEXT_ARG(stem));
    return ERR_OK;
}

static enum err pick_slot(struct picking *p, struct text name, struct kit_pick *to)
{
    struct search_kit_query query;
    uint32_t count = 0;
    enum err e = search_kit_query(p->request, name, &query);

    *to = (struct kit_pick){ .slot = name, .gain = 1 };
    if (e == ERR_OK)
        e = choose_sound(p, query.clause, query.fact, to, &count);
    if (e == ERR_OK && !to->has_media && query.wider.len)
        e = choose_sound(p, query.wider, query.fact, to, &count);
    if (!to->has_media)
        to->why = count ? TEXT("all sounds for it are used already, nearly the same, or cannot be read")
                        : arena_printf(p->request->arena, "the library has no sound for %.*s that can be read now%s",
                                       TEXT_ARG(stem_of(name)), p->ask->query.len ? " and matches the query" : "");
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
    double each[SEARCH_KIT_SLOTS];
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

static struct text_list names_of(const struct search_pick_kit *ask, struct arena *arena)
{
    struct text_list to = { 0, arena_array(arena, SEARCH_KIT_SLOTS, sizeof(*to.at)) };
    const char *at = ask->slots.count ? "" : usual[ask->family.value];

    if (ask->slots.count)
        return ask->slots;
    while (*at) {
        const size_t len = strcspn(at, " ");
        to.at[to.count++] = (struct text){ (uint32_t)len, at };
        at += len + (at[len] == ' ');
    }
    return to;
}

static enum err pick_all(struct picking *p, struct kit_picks *to)
{
    const struct text_list names = names_of(p->ask, p->request->arena);
    enum err e = ERR_OK;

    to->each = (struct kit_pick_list){ 0, arena_array(p->request->arena, names.count, sizeof(*to->each.at)) };
    for (uint32_t i = 0; e == ERR_OK && i < names.count; i++)
        e = pick_slot(p, names.at[i], &to->each.at[to->each.count++]);
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
    }
    return ERR_OK;
}

/* Favourites, well rated sounds, and those whose key goes with the one to which they are tuned. */
static enum err find_preferred(struct picking *p)
{
    struct arena *arena = p->request->arena;
    const struct text query =
        p->key < 0 ? TEXT("is:favourite or rating:>=4")
                   : arena_printf(arena, "is:favourite or rating:>=4 or key:~%s", musical_key_name(p->key));
    struct node *root;

    return search_rows(p->request, query, &root, &p->preferred);
}

static enum err pick_prepared(struct picking *p, struct kit_picks *to)
{
    enum err e = search_kit_key(p->request, p->ask->has_key, p->ask->key, &p->key);

    if (e == ERR_OK)
        e = find_liked(p);
    if (e == ERR_OK)
        e = find_preferred(p);
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
    bitmap_free(p.preferred);
    bitmap_free(p.like);
    arena_free(&p.scratch);
    txn_end(p.txn);
    picks->revision = request->search->index.revision;
    picks->took_us = (double)(clock_steady() - began);
    return e;
}
