#include "services/search/query/sort.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "services/search/query/filter.h"

/* ---- the requested order ---- */

static bool read_sort_name(const struct index *index, struct text name, struct sort_order *order)
{
    const struct filter *filter = filter_named(name);
    uint32_t field = filter ? filter_values(filter) : 0;
    bool has_values = field >= TERM_PACK && field < TERM_IS; /* whatever numbers an item has under this name */

    if (text_is(name, "score") || text_is(name, "id") || text_is(name, "name")) {
        order->kind = text_is(name, "score") ? SORT_SCORE : text_is(name, "id") ? SORT_ID : SORT_NAME;
        return true;
    }
    if (filter && filter->column)
        name = text_of(filter->column);
    order->numbers = has_values ? NULL : index_numbers(index, name);
    order->kind = has_values ? SORT_VALUE : SORT_NUMBER;
    order->field = has_values ? (enum term_field)field : 0;
    return has_values || order->numbers || (filter && filter->column);
}

enum err sort_read(const struct index *index, struct text sort, struct sort_order *order, struct fault *fault)
{
    struct text name = sort;

    *order = (struct sort_order){ .is_descending = true };
    if (sort.len == 0)
        return ERR_OK;
    order->is_descending = sort.at[0] == '-';
    if (order->is_descending || sort.at[0] == '+')
        name = (struct text){ sort.len - 1, sort.at + 1 };
    if (read_sort_name(index, name, order)) {
        if (order->kind == SORT_SCORE) /* the best come first, whatever the sign */
            order->is_descending = true;
        return ERR_OK;
    }
    fault_set(fault, ERR_BAD_REQUEST, "cannot sort by \"%.*s\"", TEXT_ARG(name));
    fault_field(fault, "sort");
    return fault_hint(fault, "for example name, pack, class, key, -duration_s, bpm, -added, size, lufs");
}

/* ---- position of a row ---- */

static struct position text_position(struct text text)
{
    uint32_t len = text.len < SORT_TEXT ? text.len : SORT_TEXT;

    return (struct position){ .has_value = len > 0, .text = text.at, .text_len = len };
}

/* The folded form; a zero and the shown value follow it in the key. */
static struct position value_position(const struct index *index, uint32_t row, enum term_field field)
{
    struct index_list list = index_terms_of(index, row);

    for (uint32_t i = 0; i < list.count; i++) {
        struct text key = terms_key(&index->terms, list.at[i]);
        if (key.at[0] != (char)field)
            continue;
        for (uint32_t len = 1; len < key.len; len++)
            if (key.at[len] == 0)
                return text_position((struct text){ len - 1, key.at + 1 });
    }
    return (struct position){ 0 };
}

static struct position number_position(double number)
{
    return (struct position){ .has_value = !isnan(number), .number = isnan(number) ? 0 : number };
}

struct position sort_position(const struct sort_order *order, const struct index *index, uint32_t row)
{
    struct position at = { 0 };

    switch (order->kind) {
    case SORT_SCORE:
        at = number_position(score_of(order->scores, row));
        break;
    case SORT_NUMBER:
        at = number_position(order->numbers ? index_number(order->numbers, row) : (double)NAN);
        break;
    case SORT_NAME:
        at = text_position(index_name(index, row));
        break;
    case SORT_VALUE:
        at = value_position(index, row, order->field);
        break;
    case SORT_ID:
        break;
    }
    at.id = index_id(index, row);
    return at;
}

int sort_compare(const struct sort_order *order, const struct position *a, const struct position *b)
{
    int by = 0;

    if (a->has_value != b->has_value)
        return a->has_value ? -1 : 1;
    if (a->number != b->number)
        by = a->number < b->number ? -1 : 1;
    else if (a->text_len || b->text_len)
        by = text_compare((struct text){ a->text_len, a->text }, (struct text){ b->text_len, b->text });
    else if (order->kind == SORT_ID)
        by = id_compare(a->id, b->id);
    if (by)
        return order->is_descending ? -by : by;
    return id_compare(a->id, b->id);
}

/* ---- one page ---- */

struct candidate {
    struct position at;
    uint32_t row;
};

/* A heap whose root is last in the order. */
struct page {
    const struct sort_order *order;
    struct candidate *heap;
    uint32_t count, room;
    bool ids_rise; /* with rows */
};

static bool comes_before(const struct page *page, const struct candidate *a, const struct candidate *b)
{
    return sort_compare(page->order, &a->at, &b->at) < 0;
}

static void swap_candidates(struct candidate *a, struct candidate *b)
{
    struct candidate other = *a;

    *a = *b;
    *b = other;
}

static void sift_down(struct page *page)
{
    struct candidate *heap = page->heap;

    for (uint32_t at = 0, child; (child = 2 * at + 1) < page->count; at = child) {
        if (child + 1 < page->count && comes_before(page, &heap[child], &heap[child + 1]))
            child++;
        if (!comes_before(page, &heap[at], &heap[child]))
            return;
        swap_candidates(&heap[at], &heap[child]);
    }
}

static void offer_candidate(struct page *page, const struct candidate *one)
{
    if (page->count == page->room) {
        if (!comes_before(page, one, &page->heap[0]))
            return;
        page->heap[0] = *one;
        sift_down(page);
        return;
    }
    uint32_t at = page->count++;
    page->heap[at] = *one;
    for (; at > 0 && comes_before(page, &page->heap[(at - 1) / 2], &page->heap[at]); at = (at - 1) / 2)
        swap_candidates(&page->heap[at], &page->heap[(at - 1) / 2]);
}

/* Removes the last in the order repeatedly, and writes the rows from the end. */
static void write_rows(struct page *page, uint32_t *rows)
{
    while (page->count > 0) {
        rows[--page->count] = page->heap[0].row;
        page->heap[0] = page->heap[page->count];
        sift_down(page);
    }
}

/* True if the row comes after a full page by its number alone. For an equal number, this is certain if ids rise with
 * rows, because rows are visited in rising order. */
static bool is_behind(const struct page *page, uint32_t row, uint32_t place)
{
    const struct sort_order *order = page->order;
    const struct position *last = &page->heap[0].at;
    double number = order->kind == SORT_SCORE ? (order->scores ? (double)order->scores->at[place] : 0)
                                              : (order->numbers ? index_number(order->numbers, row) : (double)NAN);

    if (page->count == page->room && order->kind == SORT_ID && !order->is_descending)
        return page->ids_rise;
    if (page->count < page->room || (order->kind != SORT_SCORE && order->kind != SORT_NUMBER))
        return false;
    if (isnan(number) || !last->has_value)
        return isnan(number) && (last->has_value || page->ids_rise);
    if (number == last->number)
        return page->ids_rise;
    return order->is_descending ? number < last->number : number > last->number;
}

/* The next row, from i on, whose score may put it on a full page. */
static uint32_t pass_over_low(const struct page *page, uint32_t i, uint32_t count)
{
    const struct scores *scores = page->order->kind == SORT_SCORE ? page->order->scores : NULL;

    if (!scores || page->count < page->room || !page->heap[0].at.has_value || !page->ids_rise)
        return i;
    for (double least = page->heap[0].at.number; i < count && (double)scores->at[i] <= least;)
        i++;
    return i;
}

bool sort_is_of_rows(const struct sort_order *order, const struct index *index)
{
    return order->kind == SORT_SCORE && !order->scores && !index->ids.is_mixed;
}

uint32_t sort_page(const struct sort_order *order, const struct index *index, const uint32_t *rows, uint32_t count,
                   const struct position *after, uint32_t limit, uint32_t *to, bool *more)
{
    struct page page = { .order = order, .room = limit + 1, .ids_rise = !index->ids.is_mixed };
    uint32_t found;

    *more = false;
    page.heap = alloc_array(page.room, sizeof(*page.heap));
    for (uint32_t i = 0; (i = pass_over_low(&page, i, count)) < count; i++) {
        if (page.count == page.room && sort_is_of_rows(order, index))
            break;
        if (is_behind(&page, rows[i], i))
            continue;
        struct candidate one = { sort_position(order, index, rows[i]), rows[i] };
        if (!after || sort_compare(order, &one.at, after) > 0)
            offer_candidate(&page, &one);
    }
    found = page.count;
    write_rows(&page, to);
    free(page.heap);
    *more = found > limit;
    return *more ? limit : found;
}
