/* Building: search chooses the sounds of a new kit. */
#include <string.h>

#include "schema_search.h"
#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/parts/kit_body.h"
#include "store/catalogue.h"

enum { SEED_MOST = 1000000, LIKE_MOST = 64 /* as in search.schema */ };

struct building {
    struct text key; /* "": none */
    struct kit_slot_list slots;
};

/* A seed of the ask's own: a repeated ask has the same one. */
static uint64_t seed_of(const struct work *work)
{
    const struct project_build_kit *ask = work->ask;
    uint32_t seed;

    memcpy(&seed, work->sender.request.b + sizeof(work->sender.request.b) - sizeof(seed), sizeof(seed));
    return ask->has_seed ? ask->seed : 1 + seed % SEED_MOST;
}

/* ---- the sounds ---- */

static struct kit_slot slot_of_pick(const struct kit_pick *pick, uint32_t number, struct arena *arena)
{
    struct kit_slot slot = { .slot = arena_text(arena, pick->slot), .pad = number };
    struct kit_layer *layer = arena_alloc(arena, sizeof(*layer));

    *(pick->has_media ? &slot.why : &slot.placeholder) = arena_text(arena, pick->why);
    if (!pick->has_media)
        return slot;
    *layer = (struct kit_layer){
        .media = pick->media,
        .has_velocity_until = true,
        .velocity_until = 1,
        .has_gain = true,
        .gain = pick->gain,
        .pitch = pick->has_pitch ? pick->pitch : 0,
    };
    slot.layers = (struct kit_layer_list){ 1, layer };
    return slot;
}

static void take_picks(struct work *work, const void *answer)
{
    const struct kit_pick_list *picks = &((const struct kit_picks *)answer)->each;
    struct kit_slot_list *slots = &((struct building *)work->own)->slots;

    *slots = (struct kit_slot_list){ picks->count, arena_array(&work->kept, picks->count, sizeof(*slots->at)) };
    for (uint32_t i = 0; i < picks->count; i++)
        slots->at[i] = slot_of_pick(&picks->at[i], i, &work->kept);
}

/* ---- what the kit is to be like ---- */

static void add_liked(struct id media, struct id_list *to)
{
    if (to->count < LIKE_MOST)
        to->at[to->count++] = media;
}

/* The item, or the sounds of the kit, that `named` names. */
static enum err find_liked(struct work *work, struct txn *txn, const struct kit_owners *owners, struct text named,
                           struct id_list *to, struct fault *fault)
{
    struct element part;
    struct media media;
    struct kit kit;
    struct id id;
    enum err e;

    if (id_read(named, &id) && catalogue_media(txn, &work->arena, id, &media) == ERR_OK) {
        add_liked(id, to);
        return ERR_OK;
    }
    if (kit_find(txn, &work->arena, owners, named, &part, NULL) != ERR_OK) {
        fault_set(fault, ERR_NOT_FOUND, "no item and no kit \"%.*s\"", TEXT_ARG(named));
        return fault ? fault_field(fault, "like") : ERR_NOT_FOUND;
    }
    e = kit_body_read(&part, &work->arena, &kit, fault);
    for (uint32_t i = 0; e == ERR_OK && i < kit.slots.count; i++)
        for (uint32_t k = 0; k < kit.slots.at[i].layers.count && k < 1; k++)
            if (catalogue_media(txn, &work->arena, kit.slots.at[i].layers.at[k].media, &media) == ERR_OK)
                add_liked(media.id, to);
    return e;
}

static enum err find_all_liked(struct work *work, struct txn *txn, struct id_list *to, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    struct kit_owners owners;
    enum err e = kit_find_owners(txn, &work->arena, ask->project, &owners, fault);

    to->at = arena_array(&work->arena, LIKE_MOST, sizeof(*to->at));
    for (uint32_t i = 0; e == ERR_OK && i < ask->like.count; i++)
        e = find_liked(work, txn, &owners, ask->like.at[i], to, fault);
    if (e != ERR_OK || to->count)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "the kit has no sound that is here");
    return fault ? fault_field(fault, "like") : ERR_NOT_FOUND;
}

/* ---- asking search ---- */

/* The key of the open project; "": none. */
static struct text key_of_project(struct work *work, struct txn *txn)
{
    struct element project;
    struct tree body;
    struct id open;

    if (elements_current(txn, &work->arena, &open) != ERR_OK ||
        parts_get(txn, &work->arena, open, &project) != ERR_OK ||
        tree_read(project.body, &work->arena, &body, NULL) != ERR_OK)
        return (struct text){ 0 };
    return arena_text(&work->kept, tree_text(&body, "key"));
}

static enum err ask_search(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    struct search_pick_kit request = {
        .family = ask->family, .slots = ask->slots, .query = ask->query, .seed = seed_of(work), .has_key = true
    };
    struct building *building = arena_alloc(&work->kept, sizeof(*building));
    enum err e = ERR_OK;

    if (work->was_done)
        return ERR_OK;
    *building = (struct building){ .key = ask->has_key ? ask->key : key_of_project(work, txn) };
    work->own = building;
    request.key = building->key;
    request.has_like = ask->has_like && ask->like.count;
    if (request.has_like)
        e = find_all_liked(work, txn, &request.like, fault);
    return e == ERR_OK ? work_ask(work, "search.pick_kit", &request, take_picks, fault) : e;
}

/* ---- the kit ---- */

static enum err plan_build(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    const struct building *building = work->own;
    struct kit kit = {
        .name = ask->name, .scope = ask->scope, .family = ask->family, .has_seed = true, .seed = seed_of(work)
    };

    if (building) {
        kit.slots = building->slots;
        kit.has_key = building->key.len > 0;
        kit.key = building->key;
    }
    if (kit.name.len == 0)
        kit.name = arena_printf(&work->arena, "%s %llu", choice_word(&kit_family_table, ask->family.value),
                                (unsigned long long)kit.seed);
    return kit_plan_new(work, txn, &kit, fault);
}

const struct handler kit_handler_build = {
    .needs_no_project = true,
    .before = ask_search,
    .plan = plan_build,
    .answer = kit_answer,
};
const struct handler kit_handler_build_in_project = { .before = ask_search, .plan = plan_build, .answer = kit_answer };
