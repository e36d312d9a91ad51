/* The share of the nearest rows that searches find is measured exactly, for searches that do not measure all rows. */
#include <math.h>

#include "common/alloc.h"
#include "services/search/index/blocks.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_recall.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ROWS = 24000, WANTED = 10, MANY_WANTED = 100 };

struct stage {
    struct near near;
    struct ids ids;
    float *at;
    struct bitmap *all;
    float weights[ENTRY_VECTOR];
};

/* Two clusters: the even and the odd rows. */
static int set_stage(void **state)
{
    struct stage *stage = *state = alloc_zeroed(1, sizeof(*stage));
    uint64_t seed = 3;
    bool done = false;

    *stage = (struct stage){ .all = bitmap_new(), .at = calloc(ROWS, ENTRY_VECTOR * sizeof(float)) };
    assert_int_equal(ids_open(&stage->ids, ROWS), ERR_OK);
    assert_int_equal(near_state_open(&stage->near), ERR_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct id id = { { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1 } };
        uint32_t row;
        for (uint32_t j = 0; j < ENTRY_VECTOR; j++)
            stage->at[(size_t)i * ENTRY_VECTOR + j] = (float)(i % 2) * 9 + made_about_zero(&seed);
        assert_int_equal(ids_take(&stage->ids, id, &row), ERR_OK);
        bitmap_add(stage->all, i);
    }
    blocks_weigh(&(struct weights){ 0 }, stage->weights);
    assert_int_equal(near_build_begin(&stage->near, stage->at, ROWS, stage->all, 7), ERR_OK);
    while (!done)
        assert_int_equal(near_build_step(&stage->near, INT64_MAX, &done), ERR_OK);
    return 0;
}

static int clear_stage(void **state)
{
    struct stage *stage = *state;

    near_close(&stage->near);
    ids_close(&stage->ids);
    bitmap_free(stage->all);
    free(stage->at);
    free(stage);
    return 0;
}

CLAIMS_SHARE(set_stage, clear_stage)

/* Keeps and checks a true result of `wanted` rows near row 8, the last `lost` of which are replaced by odd rows. */
static void check_search(struct stage *stage, struct near_recall *recall, uint32_t wanted, uint32_t lost)
{
    struct vectors vectors = { stage->at, &stage->ids, stage->at + (size_t)8 * ENTRY_VECTOR, stage->weights };
    struct nearby found[MANY_WANTED];
    uint32_t count = vectors_nearest(&vectors, NULL, ROWS, wanted, found);

    for (uint32_t i = 0; i < lost; i++)
        found[wanted - 1 - i].id = ids_at(&stage->ids, 2 * i + 1);
    recall->next = 0;
    near_recall_note(recall, &stage->near, &vectors, stage->all, found, count);
    assert_non_null(recall->kept);
    while (recall->kept)
        near_recall_step(recall, stage->at, &stage->ids);
}

CLAIM(a_check_counts_what_a_search_missed)
{
    struct near_recall recall = { 0 };

    check_search(*state, &recall, WANTED, 0);
    assert_int_equal(recall.checks, 1);
    assert_true(fabs(near_recall_share(&recall) - 1) < 1e-9);
    check_search(*state, &recall, WANTED, 5);
    assert_int_equal(recall.checks, 2);
    assert_true(fabs(near_recall_share(&recall) - 0.75) < 1e-9);
    check_search(*state, &recall, MANY_WANTED, 0);
    assert_int_equal(recall.wanted, 2 * WANTED + MANY_WANTED);
    assert_int_equal(recall.found, WANTED + WANTED / 2 + MANY_WANTED);
}

CLAIM(a_search_that_measured_all_is_not_checked)
{
    struct stage *stage = *state;
    struct vectors vectors = { stage->at, &stage->ids, stage->at, stage->weights };
    struct bitmap *few = bitmap_new();
    struct near_recall recall = { 0 };
    struct nearby found = { 0 };

    bitmap_add(few, 5);
    near_recall_note(&recall, &stage->near, &vectors, few, &found, 1);
    assert_null(recall.kept);
    recall.next = clock_steady() + 1000000000;
    near_recall_note(&recall, &stage->near, &vectors, stage->all, &found, 1);
    assert_null(recall.kept);
    recall.next = 0;
    near_recall_note(&recall, &stage->near, &vectors, stage->all, &found, 1);
    assert_non_null(recall.kept);
    near_recall_drop(&recall);
    assert_int_equal(recall.checks, 0);
    bitmap_free(few);
}
