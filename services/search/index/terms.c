#include "services/search/index/terms.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "common/process/limits.h"

enum { MOST_TERMS = 1 << 28, FIRST_ROOM = 1 << 12 };
#define MOST_TEXT ((size_t)4 << 30)

/* ---- open and close ---- */

enum err terms_open(struct terms *terms)
{
    *terms = (struct terms){ 0 };
    if (column_open(&terms->terms, sizeof(struct term), MOST_TERMS) != ERR_OK ||
        column_open(&terms->texts, 1, MOST_TEXT) != ERR_OK ||
        column_open(&terms->sorted, sizeof(uint32_t), MOST_TERMS) != ERR_OK || hash_table_open(&terms->table) != ERR_OK)
        return ERR_FULL;
    return ERR_OK;
}

void terms_close(struct terms *terms)
{
    for (uint32_t i = 0; i < terms_count(terms) && terms->postings; i++)
        posting_free(&terms->postings[i]);
    free(terms->postings);
    column_close(&terms->terms);
    column_close(&terms->texts);
    column_close(&terms->sorted);
    hash_table_close(&terms->table);
    *terms = (struct terms){ 0 };
}

/* ---- one term ---- */

static struct term *term_at(const struct terms *terms, uint32_t number)
{
    return (struct term *)(void *)terms->terms.at + number;
}

static uint32_t *sorted_at(const struct terms *terms, uint32_t place)
{
    return (uint32_t *)(void *)terms->sorted.at + place;
}

uint32_t terms_count(const struct terms *terms)
{
    return (uint32_t)terms->terms.count;
}

struct text terms_key(const struct terms *terms, uint32_t number)
{
    const struct term *term = term_at(terms, number);

    return (struct text){ term->len, (const char *)terms->texts.at + term->text };
}

struct text terms_value(const struct terms *terms, uint32_t number)
{
    struct text key = terms_key(terms, number);
    const char *zero = memchr(key.at, 0, key.len);

    if (!zero)
        return (struct text){ key.len - 1, key.at + 1 };
    return (struct text){ (uint32_t)(key.at + key.len - zero - 1), zero + 1 };
}

struct posting *terms_posting(const struct terms *terms, uint32_t number)
{
    return &terms->postings[number];
}

struct text terms_start(char to[TERM_LONGEST], enum term_field field, struct text text)
{
    uint32_t len = text.len < TERM_LONGEST - 1 ? text.len : TERM_LONGEST - 1;

    to[0] = (char)field;
    if (len)
        memcpy(to + 1, text.at, len);
    return (struct text){ len + 1, to };
}

/* ---- by hash ---- */

static uint32_t find_term_place(const struct terms *terms, struct text key)
{
    struct hash hash = hash_of(key.at, key.len);
    uint32_t place, number;

    memcpy(&place, hash.b, sizeof(place));
    place = hash_table_first(&terms->table, place);
    for (; (number = *hash_table_at(&terms->table, place)); place = hash_table_next(&terms->table, place))
        if (text_equal(terms_key(terms, number - 1), key))
            break;
    return place;
}

static enum err make_table(struct terms *terms)
{
    enum err e = hash_table_renew(&terms->table, terms_count(terms) + 1);

    for (uint32_t i = 0; e == ERR_OK && i < terms_count(terms); i++)
        hash_table_set(&terms->table, find_term_place(terms, terms_key(terms, i)), i);
    return e;
}

bool terms_find(const struct terms *terms, struct text key, uint32_t *number)
{
    uint32_t found = terms->table.column.count ? *hash_table_at(&terms->table, find_term_place(terms, key)) : 0;

    *number = found - 1;
    return found != 0;
}

/* ---- adding ---- */

static enum err grow_postings(struct terms *terms, uint32_t room)
{
    if (!limits_leave(room * sizeof(*terms->postings)))
        return ERR_FULL;
    terms->postings = alloc_grow(terms->postings, room, sizeof(*terms->postings));
    memset(terms->postings + terms->room, 0, (room - terms->room) * sizeof(*terms->postings));
    terms->room = room;
    return ERR_OK;
}

static enum err append_term(struct terms *terms, struct text key)
{
    uint32_t number = terms_count(terms);
    size_t at = terms->texts.count;

    if (column_add(&terms->texts, key.len) != ERR_OK || at + key.len > UINT32_MAX)
        return ERR_FULL;
    memcpy(terms->texts.at + at, key.at, key.len);
    if (column_add(&terms->sorted, 1) != ERR_OK || column_add(&terms->terms, 1) != ERR_OK)
        return ERR_FULL;
    *term_at(terms, number) = (struct term){ (uint32_t)at, key.len };
    *sorted_at(terms, number) = number;
    return ERR_OK;
}

enum err terms_add(struct terms *terms, struct text key, uint32_t *number)
{
    uint32_t count = terms_count(terms);

    if (terms_find(terms, key, number))
        return ERR_OK;
    if (count == terms->room && grow_postings(terms, count ? count * 2 : FIRST_ROOM) != ERR_OK)
        return ERR_FULL;
    if (!hash_table_has_room(&terms->table) && make_table(terms) != ERR_OK)
        return ERR_FULL;
    *number = count;
    if (append_term(terms, key) != ERR_OK)
        return ERR_FULL;
    hash_table_set(&terms->table, find_term_place(terms, key), count);
    return ERR_OK;
}

static bool is_sound(const struct terms *terms, uint32_t number)
{
    const struct term *term = term_at(terms, number);

    return term->len > 0 && term->len <= TERM_LONGEST && term->text <= terms->texts.count &&
           term->len <= terms->texts.count - term->text && *sorted_at(terms, number) < terms_count(terms);
}

enum err terms_adopt(struct terms *terms)
{
    uint32_t count = terms_count(terms);

    if (terms->sorted.count != count || !hash_table_adopt(&terms->table, count, count))
        return ERR_INTERNAL;
    for (uint32_t i = 0; i < count; i++)
        if (!is_sound(terms, i))
            return ERR_INTERNAL;
    terms->sorted_count = count;
    return grow_postings(terms, count + FIRST_ROOM);
}

/* ---- in order ---- */

static int by_key(const void *a, const void *b, void *terms)
{
    return text_compare(terms_key(terms, *(const uint32_t *)a), terms_key(terms, *(const uint32_t *)b));
}

/* The first sorted term whose key is not below `key`. */
static uint32_t lower_bound(const struct terms *terms, uint32_t count, struct text key)
{
    uint32_t low = 0;

    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (text_compare(terms_key(terms, *sorted_at(terms, middle)), key) < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Merges the terms since the last sorting into the others, from the last to the first. */
static void merge_sorted(struct terms *terms, uint32_t *fresh, uint32_t fresh_count)
{
    uint32_t end = terms->sorted_count;

    while (fresh_count-- > 0) {
        uint32_t place = lower_bound(terms, end, terms_key(terms, fresh[fresh_count]));
        memmove(sorted_at(terms, place + fresh_count + 1), sorted_at(terms, place), (end - place) * sizeof(uint32_t));
        *sorted_at(terms, place + fresh_count) = fresh[fresh_count];
        end = place;
    }
}

void terms_sort(struct terms *terms)
{
    uint32_t count = terms_count(terms), fresh_count = count - terms->sorted_count;
    uint32_t *tail = sorted_at(terms, terms->sorted_count), *fresh = NULL;

    if (fresh_count == 0)
        return;
    if (terms->sorted_count && limits_leave(fresh_count * sizeof(*fresh))) {
        fresh = alloc_array(fresh_count, sizeof(*fresh));
        memcpy(fresh, tail, fresh_count * sizeof(*fresh));
        qsort_r(fresh, fresh_count, sizeof(*fresh), by_key, terms);
        merge_sorted(terms, fresh, fresh_count);
    } else {
        qsort_r(sorted_at(terms, 0), count, sizeof(*tail), by_key, terms);
    }
    free(fresh);
    terms->sorted_count = count;
}

struct term_range terms_starting(struct terms *terms, struct text start)
{
    uint32_t first, low, high = terms_count(terms);

    terms_sort(terms);
    first = low = lower_bound(terms, high, start);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (text_starts(terms_key(terms, *sorted_at(terms, middle)), start))
            low = middle + 1;
        else
            high = middle;
    }
    return (struct term_range){ sorted_at(terms, first), low - first };
}
