#include "services/persist/steps/kit_uses.h"

#include "proto/wire/tree.h"
#include "services/persist/edit/stated_kit.h"
#include "services/persist/uses/uses.h"
#include "store/elements.h"
#include "store/uses.h"

enum {
    ROLE_LONGEST = 64,
    NAME_LONGEST = 255,
    LAYER_SHORTEST = sizeof("{\"media\":\"01J0000000000000000000000B\"}") - 1
};

uint32_t kit_uses_most(size_t body)
{
    const size_t layers = body / LAYER_SHORTEST;

    return layers < KIT_USES_MOST ? (uint32_t)layers : KIT_USES_MOST;
}

static bool is_known(struct persist *p, struct id media)
{
    struct key key = key_id(media);
    struct bytes value;

    return txn_get(p->w.txn, DB_MEDIA, key_bytes(&key), &value) == ERR_OK;
}

/* The role of a sound is the name of its slot. */
static void list_slot(struct persist *p, const struct tree *slot, struct use_list *to)
{
    const struct tree *layers = tree_get(slot, "layers");
    struct use use = { .role = tree_text(slot, "slot") };

    use.role.len = use.role.len <= ROLE_LONGEST ? use.role.len : 0;
    for (uint32_t i = 0; layers && layers->type == TREE_LIST && i < layers->count && to->count < KIT_USES_MOST; i++)
        if (tree_id(&layers->members[i].value, "media", &use.media) && is_known(p, use.media))
            to->at[to->count++] = use;
}

static void list_uses(struct persist *p, struct text body, struct persist_use *to)
{
    const struct tree *slots;
    struct tree kit;

    if (tree_read(body, &p->arena, &kit, NULL) != ERR_OK)
        return;
    to->name = tree_text(&kit, "name");
    to->name.len = to->name.len <= NAME_LONGEST ? to->name.len : 0;
    slots = tree_get(&kit, "slots");
    for (uint32_t i = 0; slots && slots->type == TREE_LIST && i < slots->count; i++)
        list_slot(p, &slots->members[i].value, &to->uses);
}

/* Two projects may have kits with the same id. */
static struct id context_of(struct id project, struct id kit)
{
    static const char word[] = "uses of a kit";
    struct key key = { 0 };

    key_add(&key, word, sizeof(word));
    key_add(&key, project.b, sizeof(project.b));
    key_add(&key, kit.b, sizeof(kit.b));
    return id_of_bytes(key.b, key.len);
}

enum err kit_uses_follow(struct persist *p, struct choice kind, struct id project, struct id kit, struct fault *fault)
{
    struct persist_use uses = { .has_id = true,
                                .id = context_of(project, kit),
                                .kind.value = CONTEXT_KIND_KIT,
                                .name = TEXT("kit"),
                                .whole = true };
    struct context context;
    struct element now;
    struct done done;

    if (kind.value != ELEMENT_KIND_KIT || uses_is_of_another_kind(p, uses.id, uses.kind))
        return ERR_OK;
    uses.uses.at = arena_array(&p->arena, KIT_USES_MOST, sizeof(*uses.uses.at));
    if (!uses.uses.at)
        return fault_set(fault, ERR_FULL, "no memory is left for the uses of a kit");
    if (elements_get(p->w.txn, &p->arena, kind, project, kit, &now) == ERR_OK)
        list_uses(p, now.body, &uses);
    if (uses.uses.count == 0 && uses_context(p->w.txn, &p->arena, uses.id, &context) == ERR_NOT_FOUND)
        return ERR_OK;
    return uses_note(p, &uses, &done, fault);
}

enum err kit_uses_follow_change(struct persist *p, const struct element_edit *edit, struct fault *fault)
{
    enum err e = kit_uses_follow(p, edit->kind, edit->project, edit->id, fault);

    if (e != ERR_OK)
        return e;
    e = stated_by_part(p, edit->kind, edit->project, edit->id);
    return e == ERR_OK ? e : fault_set(fault, e, "what the team is to know of a kit cannot be written");
}

bool kit_uses_are_global(struct persist *p, struct id context)
{
    const struct key all = key_id(elements_global_kits);
    struct walk walk;
    bool are = false;

    if (walk_begin(p->w.txn, DB_ELEMENT, key_bytes(&all), key_bytes(&all), &walk) != ERR_OK)
        return false;
    while (!are && walk_next(&walk))
        are = id_equal(context, context_of(elements_global_kits, key_id_at(walk.key, sizeof(struct id))));
    walk_end(&walk);
    return are;
}
