/* Building: search chooses the sounds of a new kit. */
#include <string.h>

#include "schema_search.h"
#include "services/project/kit/kit_deeds.h"

enum { SEED_MOST = 1000000 };

/* A seed of the ask's own: a repeated ask has the same one. */
static uint64_t seed_of(const struct doing *work)
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
        .media = pick->media, .has_velocity_until = true, .velocity_until = 1, .has_gain = true, .gain = pick->gain
    };
    slot.layers = (struct kit_layer_list){ 1, layer };
    return slot;
}

static void take_picks(struct doing *work, const void *answer)
{
    const struct kit_pick_list *picks = &((const struct kit_picks *)answer)->each;
    struct kit_slot_list *slots = arena_alloc(&work->kept, sizeof(*slots));

    *slots = (struct kit_slot_list){ picks->count, arena_array(&work->kept, picks->count, sizeof(*slots->at)) };
    for (uint32_t i = 0; i < picks->count; i++)
        slots->at[i] = slot_of_pick(&picks->at[i], i, &work->kept);
    work->own = slots;
}

static enum err ask_search(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    const struct search_pick_kit request = {
        .family = ask->family, .slots = ask->slots, .query = ask->query, .seed = seed_of(work)
    };

    (void)txn;
    return work->was_done ? ERR_OK : work_ask(work, "search.pick_kit", &request, take_picks, fault);
}

/* ---- the kit ---- */

static enum err plan_build(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    struct kit kit = {
        .name = ask->name, .scope = ask->scope, .family = ask->family, .has_seed = true, .seed = seed_of(work)
    };

    if (work->own)
        kit.slots = *(const struct kit_slot_list *)work->own;
    if (kit.name.len == 0)
        kit.name = arena_printf(&work->arena, "%s %llu", choice_word(&kit_family_table, ask->family.value),
                                (unsigned long long)kit.seed);
    return kit_plan_new(work, txn, &kit, fault);
}

const struct deed kit_deed_build = {
    .needs_no_project = true,
    .before = ask_search,
    .plan = plan_build,
    .answer = kit_answer,
};
const struct deed kit_deed_build_in_project = { .before = ask_search, .plan = plan_build, .answer = kit_answer };
