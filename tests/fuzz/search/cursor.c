/* Any text as a cursor: refused, or equal to a cursor that was written. After any place in any order: only existing
 * rows. */
#include "services/search/query/cursor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/search/stock.h"

/* One byte: whether it has a value; eight: the number; one: the last byte of the id; then its text. */
static struct position place_of(struct fuzz_input *input)
{
    struct position place = { .has_value = fuzz_number(input) & 1 };
    struct bytes number = fuzz_take(input, sizeof(place.number));

    if (number.len == sizeof(place.number))
        memcpy(&place.number, number.at, number.len);
    place.id = stock_id((uint8_t)fuzz_number(input));
    struct bytes text = fuzz_take(input, SORT_TEXT);
    place.text = (const char *)text.at;
    place.text_len = text.len;
    return place;
}

static void comes_back(struct arena *arena, const struct position *place)
{
    struct text cursor = cursor_write(arena, TEXT("kick"), TEXT("name"), place);
    struct position again;
    struct fault fault = { 0 };
    enum err e = cursor_read(arena, cursor, TEXT("kick"), TEXT("name"), &again, &fault);

    holds(cursor.len > 0 && cursor.len <= 255);
    holds(isnan(place->number) ? e == ERR_BAD_REQUEST : e == ERR_OK);
    if (e == ERR_OK)
        holds(again.number == place->number && again.text_len == place->text_len && id_equal(again.id, place->id));
    holds(cursor_read(arena, cursor, TEXT("kick"), TEXT("-name"), &again, &fault) == ERR_BAD_REQUEST);
}

static void read_pages(struct index *index, struct sort_order *order, const struct position *after)
{
    uint32_t rows[STOCK_ITEMS], page[STOCK_ITEMS + 1], count = 0, found;
    struct scores *scores = calloc(1, sizeof(*scores) + STOCK_ITEMS * sizeof(float));
    bool more;

    for (uint32_t i = 0; i < index_rows(index); i++)
        if (!id_is_zero(index_id(index, i)))
            rows[count++] = i;
    holds(scores);
    scores->rows = rows;
    scores->count = count;
    order->scores = scores;
    found = sort_page(order, index, rows, count, after, count, page, &more);
    holds(found <= count && !more);
    for (uint32_t i = 0; i < found; i++)
        holds(page[i] < index_rows(index));
    free(scores);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct index index;
    struct fuzz_input input = { bytes, len };
    struct text sort = fuzz_text(fuzz_line(&input));
    struct arena arena = { 0 };
    struct sort_order order;
    struct position place;
    struct fault fault = { 0 };

    if (index_live(&index) == 0)
        stock_fill(&index);
    cursor_read(&arena, fuzz_text(bytes_of(input.at, input.left)), TEXT(""), sort, &place, &fault);
    place = place_of(&input);
    comes_back(&arena, &place);
    if (sort_read(&index, sort, &order, &fault) == ERR_OK)
        read_pages(&index, &order, isnan(place.number) ? NULL : &place);
    arena_free(&arena);
    return 0;
}
