#include "services/project/parts/named_parts.h"

#include <string.h>

struct named_gathering {
    struct arena *arena;
    int32_t kind;
    struct element_list *to;
    uint32_t room;
};

static bool gather_part(void *state, const struct element *part)
{
    struct named_gathering *g = state;

    if (part->kind.value != g->kind)
        return true;
    g->to->at = arena_grow(g->arena, g->to->at, g->to->count, &g->room, sizeof(*g->to->at));
    g->to->at[g->to->count++] = *part;
    return true;
}

enum err named_parts_all(struct txn *txn, struct arena *arena, int32_t kind, struct id owner, struct element_list *to)
{
    struct named_gathering gathering = { arena, kind, to, 0 };

    *to = (struct element_list){ 0 };
    return elements_each_part(txn, arena, owner, gather_part, &gathering);
}

struct text named_parts_name(const struct element *part, struct arena *arena)
{
    struct tree body;

    return tree_read(part->body, arena, &body, NULL) == ERR_OK ? tree_text(&body, "name") : (struct text){ 0 };
}

/* To parse all kits would take 100 ms of 1,024: only those are that contain the name. */
const struct element *named_parts_in(const struct element_list *parts, struct text name, struct arena *arena)
{
    struct tree keys = { .type = TREE_OBJECT };
    struct text member;

    tree_set(&keys, arena, "name", tree_of_text(name));
    member = tree_canonical(&keys, arena); /* {"name":"Dusty"}: a body has it without the braces */
    for (uint32_t i = 0; i < parts->count; i++)
        if (memmem(parts->at[i].body.at, parts->at[i].body.len, member.at + 1, member.len - 2) &&
            text_equal(named_parts_name(&parts->at[i], arena), name))
            return &parts->at[i];
    return NULL;
}

enum err named_parts_find(struct txn *txn, struct arena *arena, int32_t kind, struct id owner, struct text named,
                          struct element *to)
{
    struct element_list parts;
    const struct element *found;
    struct id id;
    enum err e;

    if (id_read(named, &id) && elements_get(txn, arena, parts_kind(kind), owner, id, to) == ERR_OK &&
        to->kind.value == kind)
        return ERR_OK;
    e = named_parts_all(txn, arena, kind, owner, &parts);
    found = e == ERR_OK ? named_parts_in(&parts, named, arena) : NULL;
    if (found)
        *to = *found;
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}
