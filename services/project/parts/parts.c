#include "services/project/parts/parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

struct choice parts_kind(int32_t kind)
{
    return (struct choice){ .value = kind };
}

/* ---- projects ---- */

enum err parts_get(struct txn *txn, struct arena *arena, struct id project, struct element *to)
{
    return elements_get(txn, arena, parts_kind(ELEMENT_KIND_PROJECT), project, project, to);
}

enum err parts_find(struct txn *txn, struct arena *arena, struct text named, struct element *to, struct fault *fault)
{
    struct id id;
    enum err e = elements_named(txn, arena, named, &id);

    if (e == ERR_OK)
        e = parts_get(txn, arena, id, to);
    if (e != ERR_NOT_FOUND)
        return e == ERR_OK ? e : fault_set(fault, e, "the projects cannot be read");
    fault_set(fault, ERR_NOT_FOUND, "no project \"%.*s\"", TEXT_ARG(named));
    return fault ? fault_hint(fault, "`loophole project list` shows all") : ERR_NOT_FOUND;
}

struct project_after {
    struct id after, found;
};

static bool find_after(void *state, const struct element *element)
{
    struct project_after *f = state;

    if (id_compare(element->id, f->after) > 0)
        f->found = element->id;
    return id_is_zero(f->found);
}

struct id parts_next_project(struct txn *txn, struct arena *arena, struct id after)
{
    struct project_after next = { .after = after };

    (void)elements_each_project(txn, arena, find_after, &next);
    return next.found;
}

/* ---- parts ---- */

struct part_gathering {
    struct arena *arena;
    struct element_list *to;
    uint32_t room;
};

static bool gather_part(void *state, const struct element *element)
{
    struct part_gathering *g = state;

    g->to->at = arena_grow(g->arena, g->to->at, g->to->count, &g->room, sizeof(*g->to->at));
    g->to->at[g->to->count++] = *element;
    return true;
}

enum err parts_all(struct txn *txn, struct arena *arena, struct id project, struct element_list *to)
{
    struct part_gathering gathering = { arena, to, 0 };

    *to = (struct element_list){ 0 };
    return elements_each_part(txn, arena, project, gather_part, &gathering);
}

static int compare_parts(const void *a, const void *b)
{
    return id_compare(((const struct element *)a)->id, ((const struct element *)b)->id);
}

const struct element *parts_in(const struct element_list *all, struct id id)
{
    const struct element wanted = { .id = id };

    return all->count ? bsearch(&wanted, all->at, all->count, sizeof(wanted), compare_parts) : NULL;
}

enum err parts_one(struct txn *txn, struct arena *arena, struct id project, struct id id, struct element *to,
                   struct fault *fault)
{
    char room[ID_TEXT_SIZE];
    enum err e = elements_get(txn, arena, parts_kind(ELEMENT_KIND_TRACK), project, id, to);

    return e == ERR_OK ? e : fault_set(fault, e, "the project has no part %s", id_write(id, room));
}

void parts_place(struct txn *txn, struct arena *arena, struct id project, struct tree *to)
{
    if (elements_place(txn, arena, project, to) != ERR_OK)
        *to = (struct tree){ .type = TREE_OBJECT };
}

/* ---- saves ---- */

struct id parts_save_id(struct id project, uint64_t number)
{
    uint8_t bytes[24];

    memcpy(bytes, project.b, sizeof(project.b));
    memcpy(bytes + 16, &number, sizeof(number));
    return id_of_bytes(bytes, sizeof(bytes));
}

enum err parts_save_of(struct txn *txn, struct arena *arena, struct id project, uint64_t number, struct parts_save *to)
{
    enum err e =
        elements_get(txn, arena, parts_kind(ELEMENT_KIND_SAVED), project, parts_save_id(project, number), &to->element);

    if (e == ERR_OK)
        e = tree_read(to->element.body, arena, &to->body, NULL) == ERR_OK ? ERR_OK : ERR_INTERNAL;
    to->number = e == ERR_OK ? number : 0;
    return e;
}

bool parts_save_is(struct txn *txn, struct arena *arena, struct id project, uint64_t number, struct text digest)
{
    struct element element;
    struct tree body;

    return elements_get(txn, arena, parts_kind(ELEMENT_KIND_SAVED), project, parts_save_id(project, number),
                        &element) == ERR_OK &&
           memmem(element.body.at, element.body.len, digest.at, digest.len) &&
           tree_read(element.body, arena, &body, NULL) == ERR_OK && text_equal(digest, tree_text(&body, "file"));
}

enum err parts_last_save(struct txn *txn, struct arena *arena, struct id project, struct parts_save *to)
{
    struct tree place;
    uint64_t number;

    *to = (struct parts_save){ 0 };
    parts_place(txn, arena, project, &place);
    number = (uint64_t)tree_real(&place, "saved", 0);
    return number ? parts_save_of(txn, arena, project, number, to) : ERR_OK;
}

void parts_note_save(struct tree *place, struct arena *arena, uint64_t number, struct text name)
{
    const struct tree *was = tree_get(place, "saves");
    struct tree saves = { .type = TREE_LIST }, one = { .type = TREE_OBJECT };

    for (uint32_t i = 0; was && was->type == TREE_LIST && i < was->count; i++)
        if (was->count - i < SAVES_KEPT)
            tree_add(&saves, arena, was->members[i].value);
    tree_set(&one, arena, "number", tree_of_whole((int64_t)number));
    tree_set(&one, arena, "at", tree_of_whole(clock_now()));
    if (name.len)
        tree_set(&one, arena, "name", tree_of_text(name));
    tree_add(&saves, arena, one);
    tree_set(place, arena, "saves", saves);
    tree_set(place, arena, "saved", tree_of_whole((int64_t)number));
}

bool parts_is_copy(struct text copy)
{
    const uint32_t len = (uint32_t)strlen(PARTS_MEDIA);

    if (copy.len <= len || memcmp(copy.at, PARTS_MEDIA, len) != 0)
        return false;
    for (uint32_t at = len; at + 2 <= copy.len; at++)
        if (memcmp(copy.at + at, "..", 2) == 0 && copy.at[at - 1] == '/' &&
            (at + 2 == copy.len || copy.at[at + 2] == '/'))
            return false;
    return true;
}
