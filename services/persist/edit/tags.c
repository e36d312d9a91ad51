#include "services/persist/edit/tags.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

struct text_list tags_sorted(struct arena *arena, struct text_list any)
{
    struct text_list to = { 0, arena_array(arena, any.count, sizeof(struct text)) };

    if (any.count == 0)
        return to;
    memcpy(to.at, any.at, any.count * sizeof(struct text));
    qsort(to.at, any.count, sizeof(struct text), by_bytes);
    for (uint32_t i = 0; i < any.count; i++)
        if (i == 0 || !text_equal(to.at[i], to.at[to.count - 1]))
            to.at[to.count++] = to.at[i];
    return to;
}

bool tags_have(struct text_list sorted, struct text tag)
{
    return sorted.count && bsearch(&tag, sorted.at, sorted.count, sizeof(tag), by_bytes);
}

struct text_list tags_without(struct arena *arena, struct text_list a, struct text_list b)
{
    struct text_list to = { 0, arena_array(arena, a.count, sizeof(struct text)) };

    for (uint32_t i = 0, j = 0; i < a.count; i++) {
        while (j < b.count && text_compare(b.at[j], a.at[i]) < 0)
            j++;
        if (j == b.count || !text_equal(a.at[i], b.at[j]))
            to.at[to.count++] = a.at[i];
    }
    return to;
}

struct text_list tags_with(struct arena *arena, struct text_list a, struct text_list b)
{
    struct text_list both = { 0, arena_array(arena, a.count + b.count, sizeof(struct text)) };

    for (uint32_t i = 0; i < a.count; i++)
        both.at[both.count++] = a.at[i];
    for (uint32_t i = 0; i < b.count; i++)
        both.at[both.count++] = b.at[i];
    return tags_sorted(arena, both);
}
