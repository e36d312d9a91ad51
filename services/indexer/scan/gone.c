#include "services/indexer/scan/gone.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

void gone_add(struct gone_list *list, struct id id, struct bytes file)
{
    list->at = arena_grow(&list->arena, list->at, list->count, &list->room, sizeof(*list->at));
    list->at[list->count++] = (struct gone_item){ .id = id, .file = arena_bytes(&list->arena, file) };
}

static void add_keyed(struct gone_list *list, struct id id, uint64_t key)
{
    list->led = arena_grow(&list->arena, list->led, list->led_count, &list->led_room, sizeof(*list->led));
    list->led[list->led_count++] = (struct led_item){ .key = key, .item = { .id = id } };
}

void gone_add_led(struct gone_list *list, struct id id, uint64_t inode)
{
    add_keyed(list, id, inode);
}

/* The key of a path; never 0, which means an unknown inode. Two paths may share a key, so the caller compares them. */
static uint64_t hash_path(struct bytes path)
{
    const struct hash hash = hash_of(path.at, path.len);
    uint64_t key;

    memcpy(&key, hash.b, sizeof(key));
    return key | 1;
}

void gone_add_away(struct gone_list *list, struct id id, struct bytes last_path)
{
    add_keyed(list, id, hash_path(last_path));
}

/* Items of one name stay in the order in which they were added. */
static int by_gone_name(const void *a, const void *b)
{
    const struct gone_item *x = *(struct gone_item *const *)a, *y = *(struct gone_item *const *)b;
    int order = bytes_compare(x->file, y->file);

    return order ? order : x < y ? -1 : x > y;
}

static int by_key_then_age(const void *a, const void *b)
{
    const struct led_item *x = a, *y = b;

    return x->key != y->key ? (x->key < y->key ? -1 : 1) : id_compare(x->item.id, y->item.id);
}

void gone_sort(struct gone_list *list)
{
    list->by_name = arena_array(&list->arena, list->count, sizeof(struct gone_item *));
    list->next = arena_array(&list->arena, list->count + 1, sizeof(uint32_t));
    list->next_named = arena_array(&list->arena, list->count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < list->count; i++)
        list->by_name[i] = &list->at[i];
    for (uint32_t i = 0; i <= list->count; i++)
        list->next[i] = list->next_named[i] = i;
    if (list->count)
        qsort(list->by_name, list->count, sizeof(struct gone_item *), by_gone_name);
    if (list->led_count)
        qsort(list->led, list->led_count, sizeof(*list->led), by_key_then_age);
}

/* Follows the links, and shortens them for the next time. */
static uint32_t first_from(uint32_t *next, uint32_t i)
{
    while (next[i] != i) {
        next[i] = next[next[i]];
        i = next[i];
    }
    return i;
}

/* A claimed item moves, or exists after all: this list does not offer it again. */
static bool may_take(struct gone_item *gone, const struct id_table *claimed)
{
    gone->is_taken = gone->is_taken || id_table_has(claimed, gone->id);
    return !gone->is_taken;
}

static uint32_t first_of_name(const struct gone_list *list, struct bytes name)
{
    uint32_t low = 0, high = list->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (bytes_compare(list->by_name[middle]->file, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct gone_item *find_named(struct gone_list *list, struct bytes name, struct id self,
                                    const struct id_table *claimed)
{
    uint32_t i = first_from(list->next_named, first_of_name(list, name));

    while (i < list->count && bytes_equal(list->by_name[i]->file, name)) {
        struct gone_item *gone = list->by_name[i];
        bool is_free = may_take(gone, claimed);
        if (is_free && !id_equal(gone->id, self))
            return gone;
        if (!is_free)
            list->next_named[i] = i + 1;
        i = first_from(list->next_named, i + 1);
    }
    return NULL;
}

static struct gone_item *find_any(struct gone_list *list, struct id self, const struct id_table *claimed)
{
    uint32_t i = first_from(list->next, 0);

    while (i < list->count) {
        bool is_free = may_take(&list->at[i], claimed);
        if (is_free && !id_equal(list->at[i].id, self))
            return &list->at[i];
        if (!is_free)
            list->next[i] = i + 1;
        i = first_from(list->next, i + 1);
    }
    return NULL;
}

static uint32_t first_of_key(const struct gone_list *list, uint64_t key)
{
    uint32_t low = 0, high = list->led_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->led[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Very few items have one key: hard links are no led items. */
static struct gone_item *find_led(struct gone_list *list, uint64_t key, struct id self, const struct id_table *claimed)
{
    for (uint32_t i = key ? first_of_key(list, key) : list->led_count; i < list->led_count && list->led[i].key == key;
         i++)
        if (may_take(&list->led[i].item, claimed) && !id_equal(list->led[i].item.id, self))
            return &list->led[i].item;
    return NULL;
}

static struct bytes name_in(struct bytes path)
{
    uint32_t at = path.len;

    while (at > 0 && path.at[at - 1] != '/')
        at--;
    return bytes_of(path.at + at, path.len - at);
}

const struct gone_item *gone_take(struct gone_list *list, struct bytes path, uint64_t inode, struct id self,
                                  const struct id_table *claimed)
{
    struct gone_item *gone = find_led(list, inode, self, claimed);

    if (!gone && list->led_count)
        gone = find_led(list, hash_path(path), self, claimed);
    if (!gone && list->count)
        gone = find_named(list, name_in(path), self, claimed);
    if (!gone && list->count)
        gone = find_any(list, self, claimed);
    if (gone)
        gone->is_taken = true;
    return gone;
}

void gone_free(struct gone_list *list)
{
    arena_free(&list->arena);
    *list = (struct gone_list){ 0 };
}
