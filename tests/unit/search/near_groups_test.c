/* A filter that is asked again gives the same answers, while it changes a little or its rows change. */
#include "common/alloc.h"
#include "services/search/index/blocks.h"
#include "services/search/near/near.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_groups.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ROWS = 24000, ONE_OF = 8, WANTED = 100, QUERIES = 20, CLUSTERS = 40 };

struct stage {
    struct near near;
    struct ids ids;
    float *at;
    float weights[ENTRY_VECTOR];
    struct bitmap *only; /* one row in ONE_OF */
};

struct answer {
    uint32_t count;
    struct nearby rows[WANTED];
};

static int set_stage(void **state)
{
    struct stage *stage = *state = alloc_zeroed(1, sizeof(*stage));
    struct bitmap *all = bitmap_new();
    uint64_t seed = 5;
    bool done = false;

    *stage = (struct stage){ .only = bitmap_new(), .at = calloc(ROWS, ENTRY_VECTOR * sizeof(float)) };
    assert_int_equal(ids_open(&stage->ids, ROWS), ERR_OK);
    assert_int_equal(near_state_open(&stage->near), ERR_OK);
    blocks_weigh(&(struct weights){ 0 }, stage->weights);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct id id = { { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1 } };
        uint64_t cluster = made_draw(&seed) % CLUSTERS + 77;
        uint32_t row;
        for (uint32_t j = 0; j < ENTRY_VECTOR; j++)
            stage->at[(size_t)i * ENTRY_VECTOR + j] = made_about_zero(&cluster) + made_about_zero(&seed) / 3;
        assert_int_equal(ids_take(&stage->ids, id, &row), ERR_OK);
        bitmap_add(all, i);
        if (made_draw(&seed) % ONE_OF == 0)
            bitmap_add(stage->only, i);
    }
    assert_int_equal(near_build_begin(&stage->near, stage->at, ROWS, all, 7), ERR_OK);
    while (!done)
        assert_int_equal(near_build_step(&stage->near, INT64_MAX, &done), ERR_OK);
    bitmap_free(all);
    return 0;
}

static int clear_stage(void **state)
{
    struct stage *stage = *state;

    near_close(&stage->near);
    ids_close(&stage->ids);
    bitmap_free(stage->only);
    free(stage->at);
    free(stage);
    return 0;
}

CLAIMS_SHARE(set_stage, clear_stage)

/* The nearest to row `target`. */
static void ask_row(struct stage *stage, const struct bitmap *only, uint32_t target, struct answer *to)
{
    struct vectors vectors = { stage->at, &stage->ids, stage->at + (size_t)target * ENTRY_VECTOR, stage->weights };

    to->count = near_find(&stage->near, &vectors, only, WANTED, to->rows);
}

static bool has_row(const struct answer *answer, uint32_t row)
{
    for (uint32_t i = 0; i < answer->count; i++)
        if (answer->rows[i].row == row)
            return true;
    return false;
}

static bool has_groups(struct stage *stage, const struct bitmap *only)
{
    return near_groups_find(&stage->near, only, bitmap_count(only)) != NULL;
}

/* Each query of the filter has the answer that it has when no filter is remembered. */
static void answers_stay(struct stage *stage, const struct bitmap *only)
{
    for (uint32_t query = 0; query < QUERIES; query++) {
        struct answer with, without;
        struct near_filters *filters = stage->near.filters;

        stage->near.filters = NULL;
        ask_row(stage, only, query * 997, &without);
        near_groups_drop(&stage->near);
        stage->near.filters = filters;
        ask_row(stage, only, query * 997, &with);
        assert_int_equal(with.count, without.count);
        for (uint32_t i = 0; i < with.count; i++)
            assert_int_equal(with.rows[i].row, without.rows[i].row);
    }
    assert_true(has_groups(stage, only));
}

CLAIM(the_second_query_of_a_filter_makes_its_groups)
{
    struct stage *stage = *state;

    near_groups_drop(&stage->near);
    assert_false(has_groups(stage, stage->only));
    assert_true(has_groups(stage, stage->only));
    answers_stay(stage, stage->only);
}

CLAIM(a_filter_may_lose_and_get_a_few_rows)
{
    struct stage *stage = *state;
    struct bitmap *changed = bitmap_copy(stage->only);
    struct answer answer;
    uint32_t lost, got = 3;

    answers_stay(stage, stage->only);
    while (bitmap_has(changed, got))
        got++;
    ask_row(stage, changed, got, &answer);
    lost = answer.rows[0].row;
    bitmap_remove(changed, lost);
    bitmap_add(changed, got);
    ask_row(stage, changed, got, &answer);
    assert_int_equal(answer.rows[0].row, got);
    assert_false(has_row(&answer, lost));
    answers_stay(stage, changed);
    for (uint32_t i = 0, row = bitmap_last(changed); i <= NEAR_DIFFERING; row--)
        if (bitmap_has(changed, row)) {
            bitmap_remove(changed, row);
            i++;
        }
    assert_false(has_groups(stage, changed));
    bitmap_free(changed);
}

CLAIM(a_row_that_loses_its_embedding_is_not_found)
{
    struct stage *stage = *state;
    struct answer answer;
    uint32_t first;

    answers_stay(stage, stage->only);
    bitmap_first(stage->only, &first, 1);
    ask_row(stage, stage->only, first, &answer);
    assert_int_equal(answer.rows[0].row, first);
    near_change(&stage->near, first, false);
    ask_row(stage, stage->only, first, &answer);
    assert_false(has_row(&answer, first));
    near_change(&stage->near, first, true);
    ask_row(stage, stage->only, first, &answer);
    assert_int_equal(answer.rows[0].row, first);
    answers_stay(stage, stage->only);
}

CLAIM(the_filter_not_asked_for_longest_is_forgotten)
{
    struct stage *stage = *state;

    answers_stay(stage, stage->only);
    for (uint32_t i = 0; i < NEAR_FILTERS; i++) {
        struct bitmap *other = bitmap_new();
        for (uint32_t row = i; row < ROWS; row += ONE_OF)
            bitmap_add(other, row);
        assert_false(has_groups(stage, other));
        assert_true(has_groups(stage, other));
        bitmap_free(other);
    }
    assert_false(has_groups(stage, stage->only));
}
