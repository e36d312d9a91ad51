#include "services/search/index/index_keep.h"

#include <string.h>

/* ---- adopting mapped columns ---- */

static bool row_is_sound(const struct index *index, const struct index_row *row)
{
    const uint32_t *list = (const uint32_t *)(const void *)index->lists.at + row->terms;

    if (row->text > index->texts.count || (size_t)row->name_len + row->notes_len > index->texts.count - row->text ||
        row->terms > index->lists.count || row->term_room > index->lists.count - row->terms ||
        row->term_count > row->term_room)
        return false;
    for (uint32_t i = 0; i < row->term_count; i++)
        if (list[i] >= terms_count(&index->terms))
            return false;
    return true;
}

enum err index_adopt(struct index *index)
{
    const struct index_row *rows = (const struct index_row *)(const void *)index->rows.at;
    size_t lists = 0, texts = 0;

    if (index->rows.count != index_rows(index) || index->vectors.count != index_rows(index) ||
        index->used.count != index_rows(index))
        return ERR_INTERNAL;
    if (column_add(&index->lengths, index_rows(index)) != ERR_OK)
        return ERR_FULL;
    for (uint32_t i = 0; i < index->number_count; i++)
        if (index->numbers[i].column.count != index_rows(index))
            return ERR_INTERNAL;
    for (uint32_t i = 0; i < index_rows(index); i++) {
        if (!row_is_sound(index, &rows[i]))
            return ERR_INTERNAL;
        lists += rows[i].term_room;
        texts += (size_t)rows[i].name_len + rows[i].notes_len;
        index_note_length(index, i);
    }
    if (lists > index->lists.count || texts > index->texts.count)
        return ERR_INTERNAL;
    index->lists_unused = index->lists.count - lists;
    index->texts_unused = index->texts.count - texts;
    column_release(&index->lists); /* needed again only when a row changes */
    return ids_adopt(&index->ids);
}

enum err index_adopt_near(struct index *index)
{
    struct bitmap *with_vector = index_with_vector(index);
    enum err e = near_adopt(&index->near, index_rows(index), with_vector);

    bitmap_free(with_vector);
    return e;
}

/* ---- closing gaps ---- */

static void gather_rows(struct buffer *to, const struct column *from, size_t at, size_t count)
{
    buffer_add(to, from->at + at * from->width, count * from->width);
}

static void replace_column(struct column *column, const struct buffer *with)
{
    column->count = with->len / column->width; /* not more than before */
    if (with->len)
        memcpy(column->at, with->at, with->len);
}

/* Computes the compact positions of each row's terms and texts. */
static void place_rows(struct index *index)
{
    struct index_row *rows = (struct index_row *)(void *)index->rows.at;
    uint32_t terms = 0, text = 0;

    for (uint32_t i = 0; i < index_rows(index); i++) {
        rows[i].terms = terms;
        rows[i].text = text;
        terms += rows[i].term_room;
        text += (uint32_t)rows[i].name_len + rows[i].notes_len;
    }
}

enum err index_compact(struct index *index)
{
    const struct index_row *rows = (const struct index_row *)(const void *)index->rows.at;
    struct buffer lists = { 0 }, texts = { 0 };
    enum err e = ERR_FULL;

    if (index->lists_unused * 4 <= index->lists.count && index->texts_unused * 4 <= index->texts.count)
        return ERR_OK;
    for (uint32_t i = 0; i < index_rows(index); i++) {
        gather_rows(&lists, &index->lists, rows[i].terms, rows[i].term_room);
        gather_rows(&texts, &index->texts, rows[i].text, (size_t)rows[i].name_len + rows[i].notes_len);
    }
    if (!lists.failed && !texts.failed) {
        replace_column(&index->lists, &lists);
        replace_column(&index->texts, &texts);
        place_rows(index);
        index->lists_unused = index->texts_unused = 0;
        e = ERR_OK;
    }
    buffer_free(&lists);
    buffer_free(&texts);
    return e;
}

/* ---- sets of rows ---- */

struct bitmap *index_term(struct index *index, struct text key, const struct bitmap *among)
{
    struct bitmap *rows = bitmap_new();
    uint32_t number;

    if (terms_find(&index->terms, key, &number))
        posting_or(terms_posting(&index->terms, number), among, rows);
    return rows;
}

struct bitmap *index_starting(struct index *index, struct text start, const struct bitmap *among)
{
    struct term_range range = terms_starting(&index->terms, start);
    struct bitmap *rows = bitmap_new();

    for (uint32_t i = 0; i < range.count; i++)
        posting_or(terms_posting(&index->terms, range.at[i]), among, rows);
    return rows;
}

struct bitmap *index_valued(struct index *index, enum term_field field, struct text folded, const struct bitmap *among)
{
    char key[TERM_LONGEST];
    struct text start = terms_start(key, field, folded);

    if (start.len == TERM_LONGEST)
        return bitmap_new();
    key[start.len++] = 0;
    return index_starting(index, start, among);
}

struct bitmap *index_live_of(struct index *index, const struct bitmap *among)
{
    static const char all = TERM_ALL;

    return index_term(index, (struct text){ 1, &all }, among);
}

struct bitmap *index_all(struct index *index)
{
    return index_live_of(index, NULL);
}

struct bitmap *index_with_vector(struct index *index)
{
    char key[TERM_LONGEST];

    return index_term(index, terms_start(key, TERM_HAS, TEXT("vector\0vector")), NULL);
}
