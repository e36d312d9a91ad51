#include "services/persist/edit/tags.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static enum err room_for(struct arena *arena, uint32_t count, struct text_list *to)
{
    *to = (struct text_list){ 0, arena_array(arena, count, sizeof(struct text)) };
    return to->at ? ERR_OK : ERR_FULL;
}

enum err tags_sorted(struct arena *arena, struct text_list any, struct text_list *to)
{
    uint32_t kept = 0;
    enum err e = room_for(arena, any.count, to);

    if (e != ERR_OK || any.count == 0)
        return e;
    memcpy(to->at, any.at, any.count * sizeof(struct text));
    qsort(to->at, any.count, sizeof(struct text), by_bytes);
    for (uint32_t i = 0; i < any.count; i++)
        if (i == 0 || !text_equal(to->at[i], to->at[i - 1]))
            to->at[kept++] = to->at[i];
    to->count = kept;
    return ERR_OK;
}

bool tags_have(struct text_list sorted, struct text tag)
{
    return sorted.count && bsearch(&tag, sorted.at, sorted.count, sizeof(tag), by_bytes);
}

enum err tags_without(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to)
{
    enum err e = room_for(arena, a.count, to);

    for (uint32_t i = 0, j = 0; e == ERR_OK && i < a.count; i++) {
        while (j < b.count && text_compare(b.at[j], a.at[i]) < 0)
            j++;
        if (j == b.count || !text_equal(a.at[i], b.at[j]))
            to->at[to->count++] = a.at[i];
    }
    return e;
}

enum err tags_with(struct arena *arena, struct text_list a, struct text_list b, struct text_list *to)
{
    struct text_list both;
    enum err e = room_for(arena, a.count + b.count, &both);

    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < a.count; i++)
        both.at[both.count++] = a.at[i];
    for (uint32_t i = 0; i < b.count; i++)
        both.at[both.count++] = b.at[i];
    return tags_sorted(arena, both, to);
}
