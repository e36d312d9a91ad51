/* Any text as a query: an error that shows its place, or existing rows; in an empty index no rows. */
#include <stdlib.h>
#include <string.h>

#include "services/search/query/match.h"
#include "tests/fuzz/search/stock.h"

enum { QUERY_MAX = 4000 };

static bool knows_attribute(const void *state, struct text attribute)
{
    return index_numbers(state, attribute) != NULL;
}

static void finds_rows_that_are_there(struct index *index, const struct node *root)
{
    static const struct volumes none;
    struct bitmap *found = match_query(&(struct match){ index, &none }, root);
    uint32_t count, *rows = bitmap_array(found, &count);

    for (uint32_t i = 0; i < count; i++)
        holds(rows[i] < index_rows(index) && !id_is_zero(index_id(index, rows[i])));
    free(rows);
    bitmap_free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct index index, empty;
    const struct parse parse = { .now = 1700000000000000, .knows = knows_attribute, .state = &index };
    const struct text query = fuzz_text(bytes_of(bytes, len));
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct node *root = NULL;

    if (len > QUERY_MAX || !text_is_utf8(query))
        return 0;
    if (index_live(&index) == 0) {
        stock_fill(&index);
        holds(index_open(&empty) == ERR_OK);
    }
    if (parse_query(&parse, query, &arena, &root, &fault) == ERR_OK) {
        finds_rows_that_are_there(&index, root);
        finds_rows_that_are_there(&empty, root);
    } else {
        holds(fault.code == ERR_BAD_REQUEST && fault.what[0] && strchr(fault.hint, '^') &&
              text_is_utf8(text_of(fault.hint)));
    }
    arena_free(&arena);
    return 0;
}
