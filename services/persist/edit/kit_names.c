#include "services/persist/edit/kit_names.h"

#include "common/alloc.h"
#include "store/elements.h"

static const struct choice kit_kind = { .value = ELEMENT_KIND_KIT };

static void add_kit_name(struct kit_names *names, struct arena *arena, const struct element *part)
{
    struct tree body;

    if (tree_read(part->body, arena, &body, NULL) != ERR_OK)
        body = (struct tree){ .type = TREE_OBJECT };
    const struct text name = tree_text(&body, "name");
    ALLOC_ROOM(names->at, names->count, names->room, 64);
    names->at[names->count++] = (struct kit_name){ part->id, hash_of(name.at, name.len) };
}

static void drop_name(struct kit_names *names, struct id kit)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (id_equal(names->at[i].kit, kit)) {
            names->at[i] = names->at[--names->count];
            return;
        }
}

enum err kit_names_read(struct persist *p)
{
    const struct key all = key_id(elements_global_kits);
    struct arena arena = { 0 };
    struct walk walk;
    enum err e;

    if (p->kit_names.is_read)
        return ERR_OK;
    p->kit_names.count = 0;
    e = walk_begin(p->w.txn, DB_ELEMENT, key_bytes(&all), key_bytes(&all), &walk);
    while (e == ERR_OK && walk_next(&walk)) {
        struct element part = { 0 };
        if (row_decode(p->w.txn, &arena, walk.value, &element_shape, &part) == ERR_OK &&
            part.kind.value == ELEMENT_KIND_KIT)
            add_kit_name(&p->kit_names, &arena, &part);
        arena_reset(&arena);
    }
    walk_end(&walk);
    arena_free(&arena);
    p->kit_names.is_read = e == ERR_OK;
    return e;
}

void kit_names_forget(struct persist *p)
{
    p->kit_names.is_read = false;
}

enum err kit_names_follow(struct persist *p, struct id kit)
{
    struct element part;
    enum err e;

    if (!p->kit_names.is_read)
        return ERR_OK;
    e = elements_get(p->w.txn, &p->arena, kit_kind, elements_global_kits, kit, &part);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    p->kit_names.changes++;
    drop_name(&p->kit_names, kit);
    if (e == ERR_OK && part.kind.value == ELEMENT_KIND_KIT)
        add_kit_name(&p->kit_names, &p->arena, &part);
    return ERR_OK;
}

bool kit_names_are_taken(const struct persist *p, struct text name, struct id kit)
{
    const struct hash hash = hash_of(name.at, name.len);

    for (uint32_t i = 0; i < p->kit_names.count; i++) {
        const struct kit_name *one = &p->kit_names.at[i];
        if (!id_equal(one->kit, kit) && bytes_equal(bytes_of(one->name.b, 16), bytes_of(hash.b, 16)))
            return true;
    }
    return false;
}
