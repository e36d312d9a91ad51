#include "services/project/import/imported.h"

#include "common/hash.h"
#include "proto/wire/tree.h"
#include "services/project/parts/loop_body.h"
#include "services/project/parts/region_body.h"

enum { DIGITS = 32 };

static const char note_key[] = "imported";

static bool is_noted_kind(const struct element *part)
{
    return part->kind.value == ELEMENT_KIND_LOOP || part->kind.value == ELEMENT_KIND_CLIP;
}

static struct text digest_of(struct text body, struct arena *arena)
{
    char hex[DIGITS + 1];

    return arena_text(arena, text_of(hash_hex(hash_of(body.at, body.len), DIGITS, hex)));
}

struct text imported_body(struct text body, struct arena *arena)
{
    struct tree tree;

    if (tree_read(body, arena, &tree, NULL) != ERR_OK)
        return body;
    tree_remove(&tree, text_of(note_key));
    return tree_canonical(&tree, arena);
}

struct text imported_mark(const struct element *part, struct arena *arena)
{
    struct tree tree;

    if (!is_noted_kind(part) || tree_read(part->body, arena, &tree, NULL) != ERR_OK)
        return part->body;
    tree_set(&tree, arena, note_key, tree_of_text(digest_of(imported_body(part->body, arena), arena)));
    return tree_canonical(&tree, arena);
}

static bool is_locked(const struct element *part, const struct tree *body, struct arena *arena)
{
    struct region regions[REGION_KEYS];
    struct text unused = { 0 };
    struct loop loop;

    if (loop_body_read(part, arena, &loop))
        return loop.locked;
    region_body_read(body, arena, regions, &unused);
    for (uint32_t i = 0; i < REGION_KEYS; i++)
        if (regions[i].key && regions[i].locked)
            return true;
    return false;
}

bool imported_is_unchanged(const struct element *part, struct arena *arena)
{
    struct tree body;

    return is_noted_kind(part) && tree_read(part->body, arena, &body, NULL) == ERR_OK &&
           text_equal(tree_text(&body, note_key), digest_of(imported_body(part->body, arena), arena)) &&
           !is_locked(part, &body, arena);
}
