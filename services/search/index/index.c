#include "services/search/index/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 1 << 26, MOST_TERMS_A_ROW = 64, LIST_STEP = 2 };
#define MOST_TEXT ((size_t)4 << 30)

static struct index_row *row_at(const struct index *index, uint32_t row)
{
    return (struct index_row *)(void *)index->rows.at + row;
}

static uint32_t *list_at(const struct index *index, const struct index_row *row)
{
    return (uint32_t *)(void *)index->lists.at + row->terms;
}

/* ---- open and close ---- */

enum err index_open(struct index *index)
{
    *index = (struct index){ 0 };
    if (ids_open(&index->ids, MOST_ROWS) != ERR_OK ||
        column_open(&index->rows, sizeof(struct index_row), MOST_ROWS) != ERR_OK ||
        column_open(&index->lists, sizeof(uint32_t), (size_t)MOST_ROWS * MOST_TERMS_A_ROW) != ERR_OK ||
        column_open(&index->texts, 1, MOST_TEXT) != ERR_OK || column_open(&index->lengths, 1, MOST_ROWS) != ERR_OK ||
        column_open(&index->vectors, INDEX_VECTOR * sizeof(float), MOST_ROWS) != ERR_OK ||
        column_open(&index->used, sizeof(struct entry_used), MOST_ROWS) != ERR_OK ||
        terms_open(&index->terms) != ERR_OK || near_state_open(&index->near) != ERR_OK) {
        index_close(index);
        return ERR_FULL;
    }
    index->touched = bitmap_new();
    return ERR_OK;
}

void index_close(struct index *index)
{
    for (uint32_t i = 0; i < index->number_count; i++)
        column_close(&index->numbers[i].column);
    ids_close(&index->ids);
    column_close(&index->rows);
    column_close(&index->lists);
    column_close(&index->texts);
    column_close(&index->lengths);
    column_close(&index->vectors);
    column_close(&index->used);
    terms_close(&index->terms);
    near_close(&index->near);
    facet_codes_free_all(&index->codes);
    bitmap_free(index->touched);
    *index = (struct index){ 0 };
}

enum err index_clear(struct index *index)
{
    uint64_t writes = index->writes + 1, clears = index->clears + 1;
    enum err e;

    index_close(index);
    e = index_open(index);
    index->writes = writes;
    index->clears = clears;
    return e;
}

/* ---- rows and their ids ---- */

uint32_t index_rows(const struct index *index)
{
    return ids_rows(&index->ids);
}

uint32_t index_live(const struct index *index)
{
    return index_rows(index) - index->ids.free_count;
}

bool index_find(const struct index *index, struct id id, uint32_t *row)
{
    return ids_find(&index->ids, id, row);
}

struct id index_id(const struct index *index, uint32_t row)
{
    return ids_at(&index->ids, row);
}

/* ---- numbers ---- */

static void set_number(const struct numbers *numbers, uint32_t row, double value)
{
    if (numbers->is_wide)
        ((double *)(void *)numbers->column.at)[row] = value;
    else
        ((float *)(void *)numbers->column.at)[row] = (float)value;
}

const struct numbers *index_numbers(const struct index *index, struct text name)
{
    for (uint32_t i = 0; i < index->number_count; i++)
        if (text_is(name, index->numbers[i].name))
            return &index->numbers[i];
    return NULL;
}

static enum err grow_numbers(struct numbers *numbers, uint32_t rows)
{
    size_t was = numbers->column.count;

    if (column_add(&numbers->column, rows - was) != ERR_OK)
        return ERR_FULL;
    for (size_t i = was; i < rows; i++)
        set_number(numbers, (uint32_t)i, (double)NAN);
    return ERR_OK;
}

enum err index_add_numbers(struct index *index, struct text name, bool is_wide)
{
    struct numbers *numbers = &index->numbers[index->number_count];

    if (index_numbers(index, name) || index->number_count == INDEX_NUMBERS || name.len >= INDEX_NUMBER_NAME)
        return ERR_OK;
    *numbers = (struct numbers){ .is_wide = is_wide };
    text_copy(numbers->name, sizeof(numbers->name), name);
    if (column_open(&numbers->column, is_wide ? sizeof(double) : sizeof(float), MOST_ROWS) != ERR_OK)
        return ERR_FULL;
    index->number_count++;
    return grow_numbers(numbers, (uint32_t)index->rows.count);
}

static enum err put_numbers(struct index *index, uint32_t row, const struct entry *entry)
{
    for (uint32_t i = 0; i < index->number_count; i++)
        set_number(&index->numbers[i], row, (double)NAN);
    for (uint32_t i = 0; i < entry->number_count; i++) {
        const struct entry_number *number = &entry->numbers[i];
        const struct numbers *numbers;

        if (index_add_numbers(index, number->name, number->is_wide) != ERR_OK)
            return ERR_FULL;
        numbers = index_numbers(index, number->name);
        if (numbers)
            set_number(numbers, row, number->value);
    }
    return ERR_OK;
}

/* ---- terms ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static enum err number_terms(struct index *index, const struct entry *entry, uint32_t *numbers, uint32_t *count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < entry->term_count; i++)
        if (terms_add(&index->terms, entry->terms[i], &numbers[i]) != ERR_OK)
            return ERR_FULL;
    qsort(numbers, entry->term_count, sizeof(*numbers), by_number);
    for (uint32_t i = 0; i < entry->term_count; i++)
        if (i == 0 || numbers[i] != numbers[i - 1])
            numbers[kept++] = numbers[i];
    *count = kept;
    return ERR_OK;
}

/* Both lists rise: terms only in the first lose the row, terms only in the second get it. */
static void change_postings(struct index *index, uint32_t row, const uint32_t *was, uint32_t was_count,
                            const uint32_t *now, uint32_t now_count)
{
    uint32_t i = 0, j = 0;

    while (i < was_count || j < now_count) {
        if (j == now_count || (i < was_count && was[i] < now[j])) {
            posting_remove(terms_posting(&index->terms, was[i++]), row);
        } else if (i == was_count || now[j] < was[i]) {
            posting_add(terms_posting(&index->terms, now[j++]), row);
        } else {
            i++;
            j++;
        }
    }
}

struct index_list index_terms_of(const struct index *index, uint32_t row)
{
    const struct index_row *at = row_at(index, row);

    return (struct index_list){ list_at(index, at), at->term_count };
}

static enum err make_list_room(struct index *index, struct index_row *row, uint32_t count)
{
    uint16_t room = (uint16_t)((count + LIST_STEP - 1) / LIST_STEP * LIST_STEP);
    size_t at = index->lists.count;

    if (count <= row->term_room)
        return ERR_OK;
    if (column_add(&index->lists, room) != ERR_OK || at > UINT32_MAX - room)
        return ERR_FULL;
    index->lists_unused += row->term_room;
    row->terms = (uint32_t)at;
    row->term_room = room;
    return ERR_OK;
}

static enum err put_terms(struct index *index, uint32_t number, const struct entry *entry)
{
    struct index_row *row = row_at(index, number);
    uint32_t now[ENTRY_TERMS], count = 0;

    if (number_terms(index, entry, now, &count) != ERR_OK)
        return ERR_FULL;
    change_postings(index, number, list_at(index, row), row->term_count, now, count);
    if (make_list_room(index, row, count) != ERR_OK)
        return ERR_FULL;
    row->term_count = (uint16_t)count;
    memcpy(list_at(index, row), now, count * sizeof(now[0]));
    return ERR_OK;
}

/* ---- texts ---- */

struct text index_name(const struct index *index, uint32_t row)
{
    return (struct text){ row_at(index, row)->name_len, (const char *)index->texts.at + row_at(index, row)->text };
}

uint32_t index_name_len(const struct index *index, uint32_t row)
{
    uint32_t len = index->lengths.at[row];

    return len < INDEX_LENGTH ? len : row_at(index, row)->name_len;
}

void index_note_length(struct index *index, uint32_t row)
{
    uint32_t len = row_at(index, row)->name_len;

    index->lengths.at[row] = (uint8_t)(len < INDEX_LENGTH ? len : INDEX_LENGTH);
}

struct text index_notes(const struct index *index, uint32_t row)
{
    const struct index_row *at = row_at(index, row);

    return (struct text){ at->notes_len, (const char *)index->texts.at + at->text + at->name_len };
}

static enum err put_texts(struct index *index, uint32_t number, const struct entry *entry)
{
    struct index_row *row = row_at(index, number);
    size_t at = index->texts.count, len = entry->name.len + entry->notes.len;

    if (text_equal(index_name(index, number), entry->name) && text_equal(index_notes(index, number), entry->notes))
        return ERR_OK;
    if (column_add(&index->texts, len) != ERR_OK || at > UINT32_MAX - len)
        return ERR_FULL;
    index->texts_unused += (size_t)row->name_len + row->notes_len;
    row->text = (uint32_t)at;
    row->name_len = (uint16_t)entry->name.len;
    row->notes_len = (uint16_t)entry->notes.len;
    index_note_length(index, number);
    if (entry->name.len)
        memcpy(index->texts.at + at, entry->name.at, entry->name.len);
    if (entry->notes.len)
        memcpy(index->texts.at + at + entry->name.len, entry->notes.at, entry->notes.len);
    return ERR_OK;
}

/* ---- rows ---- */

/* Extends the columns to the number of ids, which may have added a row. */
static enum err grow_columns(struct index *index)
{
    size_t more = index_rows(index) - index->rows.count;

    if (more == 0)
        return ERR_OK;
    if (column_add(&index->rows, more) != ERR_OK || column_add(&index->vectors, more) != ERR_OK ||
        column_add(&index->lengths, more) != ERR_OK || column_add(&index->used, more) != ERR_OK)
        return ERR_FULL;
    for (uint32_t i = 0; i < index->number_count; i++)
        if (grow_numbers(&index->numbers[i], index_rows(index)) != ERR_OK)
            return ERR_FULL;
    return ERR_OK;
}

const float *index_vector(const struct index *index, uint32_t row)
{
    return (const float *)(const void *)index->vectors.at + (size_t)row * INDEX_VECTOR;
}

static struct entry_used *used_at(const struct index *index, uint32_t row)
{
    return (struct entry_used *)(void *)index->used.at + row;
}

struct entry_used index_used(const struct index *index, uint32_t row)
{
    return *used_at(index, row);
}

static void put_vector(struct index *index, uint32_t row, const struct entry *entry)
{
    uint8_t *to = index->vectors.at + (size_t)row * sizeof(entry->vector);

    if (entry->has_vector && near_has(&index->near, row) && memcmp(to, entry->vector, sizeof(entry->vector)) == 0)
        return;
    if (entry->has_vector)
        memcpy(to, entry->vector, sizeof(entry->vector));
    near_change(&index->near, row, entry->has_vector);
}

struct bitmap *index_take_touched(struct index *index)
{
    struct bitmap *taken = index->touched;

    index->touched = bitmap_new();
    index->touched_from = index->revision;
    return taken;
}

enum err index_put(struct index *index, const struct entry *entry)
{
    uint32_t row;

    index->writes++;
    if (!index_find(index, entry->id, &row) &&
        (ids_take(&index->ids, entry->id, &row) != ERR_OK || grow_columns(index) != ERR_OK))
        return ERR_FULL;
    facet_codes_change(&index->codes, row);
    bitmap_add(index->touched, row);
    put_vector(index, row, entry);
    *used_at(index, row) = entry->used;
    if (put_texts(index, row, entry) != ERR_OK || put_numbers(index, row, entry) != ERR_OK)
        return ERR_FULL;
    return put_terms(index, row, entry);
}

void index_remove(struct index *index, struct id id)
{
    struct index_row *at;
    uint32_t row;

    if (!index_find(index, id, &row))
        return;
    index->writes++;
    near_change(&index->near, row, false);
    facet_codes_change(&index->codes, row);
    at = row_at(index, row);
    change_postings(index, row, list_at(index, at), at->term_count, NULL, 0);
    index->lists_unused += at->term_room;
    index->texts_unused += (size_t)at->name_len + at->notes_len;
    *at = (struct index_row){ 0 };
    *used_at(index, row) = (struct entry_used){ 0 };
    index_note_length(index, row);
    ids_free(&index->ids, row); /* a row that cannot be recorded stays unused until the index is opened again */
}
