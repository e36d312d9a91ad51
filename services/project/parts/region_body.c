#include "services/project/parts/region_body.h"

#include <math.h>
#include <stdlib.h>

#include "proto/wire/quoted_json.h"

enum { ROW_0 = 48, ROW_9 = 57, PAD_1 = 1073741913, PAD_0 = 1073741922, KEY_ROOM = 11 };

static const char regions_key[] = REGION_BODY_KEY, unread_key[] = "selection_regions_unread",
                  rate_key[] = "selection_regions_rate";
static const double frames_most = 1099511627776.0;

int region_digit(uint64_t key)
{
    if (key >= ROW_0 && key <= ROW_9)
        return (int)(key - ROW_0);
    if (key >= PAD_1 && key <= PAD_0)
        return (int)(key - PAD_1 + 1) % REGION_KEYS;
    return -1;
}

/* ---- reading ---- */

/* 0: it is no number of a key. */
static uint64_t read_keycode(struct text name)
{
    uint64_t key = 0;

    for (uint32_t i = 0; i < name.len; i++) {
        if (name.len >= KEY_ROOM || name.at[i] < '0' || name.at[i] > '9')
            return 0;
        key = key * 10 + (uint64_t)(name.at[i] - '0');
    }
    return region_digit(key) >= 0 ? key : 0;
}

static bool is_in_range(const struct tree *value, double least, double most)
{
    return (value->type == TREE_WHOLE || value->type == TREE_REAL) && value->real >= least && value->real <= most;
}

static bool read_list(const struct tree *list, struct region *to)
{
    const struct tree_member *at = list->members;

    if (list->type != TREE_LIST || list->count < 2 || list->count > 4 || !is_in_range(&at[0].value, 0, frames_most) ||
        !is_in_range(&at[1].value, at[0].value.real + 1, frames_most))
        return false;
    if ((list->count > 2 && !is_in_range(&at[2].value, 0, 8)) ||
        (list->count > 3 && at[3].value.type != TREE_BOOL && !is_in_range(&at[3].value, 0, 1)))
        return false;
    to->start = (int64_t)at[0].value.real;
    to->end = (int64_t)at[1].value.real;
    to->volume = list->count > 2 ? at[2].value.real : 1;
    to->locked = list->count > 3 && (at[3].value.type == TREE_BOOL ? at[3].value.truth : at[3].value.real > 0);
    return true;
}

/* NULL: the clip has no regions, or none that can be read. */
static const struct tree *read_object(const struct tree *body, struct arena *arena, struct tree *room,
                                      struct text *warning)
{
    const struct tree *value = tree_get(body, regions_key);

    if (!value || value->type == TREE_NULL)
        return NULL;
    if (quoted_json_object(value, arena, room))
        return room;
    *warning = TEXT("selection_regions is no JSON object: it is kept, and the clip has no regions");
    return NULL;
}

void region_body_read(const struct tree *body, struct arena *arena, struct region *to, struct text *warning)
{
    struct tree room;
    const struct tree *object = read_object(body, arena, &room, warning);

    for (uint32_t i = 0; i < REGION_KEYS; i++)
        to[i] = (struct region){ 0 };
    for (uint32_t i = 0; object && i < object->count; i++) {
        struct region region = { .key = read_keycode(object->members[i].name) };
        const int digit = region_digit(region.key);
        if (digit < 0 || !read_list(&object->members[i].value, &region)) {
            *warning = TEXT("selection_regions has values that are no regions: they are kept");
            continue;
        }
        region.digit = (uint64_t)digit;
        if (!to[region_place(digit)].key)
            to[region_place(digit)] = region;
    }
}

/* ---- writing ---- */

static struct tree list_of(const struct region *region, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };

    tree_add(&list, arena, tree_of_whole(region->start));
    tree_add(&list, arena, tree_of_whole(region->end));
    tree_add(&list, arena, tree_of_real(region->volume));
    tree_add(&list, arena, tree_of_bool(region->locked));
    return list;
}

/* A copy without the keys of the digit. */
static struct tree copy_without(const struct tree *object, struct arena *arena, int digit)
{
    struct tree to = { .type = TREE_OBJECT };

    for (uint32_t i = 0; object && i < object->count; i++)
        if (region_digit(read_keycode(object->members[i].name)) != digit)
            tree_set_text(&to, arena, object->members[i].name, object->members[i].value);
    return to;
}

static struct tree scale_list(const struct tree *list, struct arena *arena, double ratio)
{
    struct region region;

    if (!read_list(list, &region))
        return *list;
    region.start = (int64_t)fmin(round((double)region.start * ratio), frames_most - 1);
    region.end = (int64_t)fmin(fmax(round((double)region.end * ratio), (double)region.start + 1), frames_most);
    return list_of(&region, arena);
}

void region_body_scale(struct tree *body, struct arena *arena, double rate)
{
    const double from = tree_real(body, rate_key, 0);
    struct tree room, to = { .type = TREE_OBJECT };
    struct text warning;
    const struct tree *object = read_object(body, arena, &room, &warning);

    if (!object || !(rate >= 1) || !(from >= 1 && from <= 1e6))
        return;
    for (uint32_t i = 0; i < object->count; i++)
        tree_set_text(&to, arena, object->members[i].name, scale_list(&object->members[i].value, arena, rate / from));
    tree_set(body, arena, regions_key, to);
    tree_remove(body, text_of(rate_key));
}

void region_body_put(struct tree *body, struct arena *arena, const struct region *region)
{
    const struct tree *value = tree_get(body, regions_key);
    struct tree room, to;
    struct text warning = { 0 };
    const struct tree *object = read_object(body, arena, &room, &warning);

    to = copy_without(object, arena, region_digit(region->key));
    if (!object && value && value->type != TREE_NULL)
        tree_set(body, arena, unread_key, *value);
    if (region->end)
        tree_set_text(&to, arena, arena_printf(arena, "%llu", (unsigned long long)region->key), list_of(region, arena));
    tree_set(body, arena, regions_key, to.count ? to : (struct tree){ .type = TREE_NULL });
}
