/* Building: search chooses the sounds of a new kit. */
#include <string.h>

#include "schema_search.h"
#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/parts/named_parts.h"
#include "store/catalogue.h"
#include "store/kit/kit_body.h"

enum { SEED_MOST = 1000000 };
enum { LIKE_MOST = 64, ROLES_MOST = 16, SECTIONS_MOST = 64, WORD_MOST = 64 }; /* as in search.schema */

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

/* Reads what the open project says of a kit. */
struct project_reading {
    struct work *work;
    struct search_pick_kit *to;
};

static void add_unlike(struct text word, uint32_t most, struct text_list *to)
{
    if (word.len == 0 || word.len > WORD_MOST || to->count == most)
        return;
    for (uint32_t i = 0; i < to->count; i++)
        if (text_equal(to->at[i], word))
            return;
    to->at[to->count++] = word;
}

/* Uses have the role of a track or section, or else its name, at most WORD_MOST bytes (uses_note.c). A section that the
 * ask names becomes that, and has a place in any case. */
static bool take_role(void *state, const struct element *part)
{
    const struct project_reading *r = state;
    const struct project_build_kit *ask = r->work->ask;
    struct arena *kept = &r->work->kept;
    struct tree body;
    struct text name, role;

    if ((part->kind.value != ELEMENT_KIND_TRACK && part->kind.value != ELEMENT_KIND_SECTION) ||
        tree_read(part->body, &r->work->arena, &body, NULL) != ERR_OK)
        return true;
    name = tree_text(&body, "name");
    role = tree_text(&body, "role");
    role = arena_text(kept, role.len ? role : name);
    if (part->kind.value == ELEMENT_KIND_TRACK) {
        add_unlike(role, ROLES_MOST, &r->to->roles);
        return true;
    }
    if (ask->has_section && text_equal_caseless(ask->section, name)) {
        r->to->has_section = role.len <= WORD_MOST;
        r->to->section = role;
        r->to->sections.count -= r->to->sections.count == SECTIONS_MOST;
    }
    add_unlike(role, SECTIONS_MOST, &r->to->sections);
    return true;
}

/* Its tempo, key, tracks and sections; without one, nothing. */
static enum err read_project(struct work *work, struct txn *txn, struct search_pick_kit *to)
{
    struct project_reading reading = { work, to };
    struct element project;
    struct tree body;

    if (elements_current(txn, &work->arena, &to->context) != ERR_OK ||
        parts_get(txn, &work->arena, to->context, &project) != ERR_OK ||
        tree_read(project.body, &work->arena, &body, NULL) != ERR_OK)
        return ERR_OK;
    if (!to->has_key)
        to->key = arena_text(&work->kept, tree_text(&body, "key"));
    to->tempo = tree_real(&body, "bpm", 0);
    to->has_tempo = to->tempo >= 20 && to->tempo <= 400;
    to->has_context = to->has_roles = to->has_sections = true;
    to->roles.at = arena_array(&work->kept, ROLES_MOST, sizeof(*to->roles.at));
    to->sections.at = arena_array(&work->kept, SECTIONS_MOST, sizeof(*to->sections.at));
    return elements_each_part(txn, &work->arena, to->context, take_role, &reading);
}

static enum err ask_search(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_build_kit *ask = work->ask;
    struct search_pick_kit request = { .family = ask->family,
                                       .slots = ask->slots,
                                       .query = ask->query,
                                       .seed = seed_of(work),
                                       .has_key = ask->has_key,
                                       .key = ask->key,
                                       .has_like = ask->has_like && ask->like.count,
                                       .has_tags = ask->has_tags,
                                       .tags = ask->tags,
                                       .has_without = ask->has_without,
                                       .without = ask->without,
                                       .has_section = ask->has_section,
                                       .section = ask->section };
    struct building *building = arena_alloc(&work->kept, sizeof(*building));
    enum err e;

    if (work->was_done)
        return ERR_OK;
    e = read_project(work, txn, &request);
    request.has_key = true;
    *building = (struct building){ .key = request.key };
    work->own = building;
    if (e == ERR_OK && request.has_like)
        e = find_all_liked(work, txn, &request.like, fault);
    return e == ERR_OK ? work_ask(work, "search.pick_kit", &request, take_picks, fault) : e;
}

/* ---- the kit ---- */

/* The family and the seed; if another kit of the scope has this name, with a number. */
static struct text name_kit(struct work *work, struct txn *txn, const struct kit *kit)
{
    const struct text first = arena_printf(&work->arena, "%s %llu", choice_word(&kit_family_table, kit->family.value),
                                           (unsigned long long)kit->seed);
    struct element_list kits;
    const struct element *found;
    struct text name = first;
    struct id owner;

    if (kit_find_owner(work, kit->scope, &owner, NULL) != ERR_OK ||
        named_parts_all(txn, &work->arena, ELEMENT_KIND_KIT, owner, &kits) != ERR_OK)
        return first;
    for (int n = 2; (found = named_parts_in(&kits, name, &work->arena)) && !id_equal(found->id, kit_made_id(work)); n++)
        name = arena_printf(&work->arena, "%.*s (%d)", TEXT_ARG(first), n);
    return name;
}

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
    if (ask->has_tags)
        kit.tags = ask->tags;
    if (kit.name.len == 0)
        kit.name = name_kit(work, txn, &kit);
    return kit_plan_new(work, txn, &kit, fault);
}

const struct handler kit_handler_build = {
    .needs_no_project = true,
    .before = ask_search,
    .plan = plan_build,
    .answer = kit_answer,
};
const struct handler kit_handler_build_in_project = { .before = ask_search, .plan = plan_build, .answer = kit_answer };
