/* With clusters and codes the nearest rows are the same as by measuring all of them: for any weights and filters, and
 * immediately after a change. */
#include <unistd.h>

#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/index/index_layout.h"
#include "services/search/index/index_load.h"
#include "services/search/index/index_save.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_file.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ROWS = 24000, MANY = 100000, EXTRA = 50, INNER = 12, CLUSTERS = 40, QUERIES = 60 };
enum { WANTED = 10, MANY_WANTED = 100 };

struct stage {
    struct near near;
    struct ids ids;
    float *at;         /* EXTRA rows more than in `all` */
    uint8_t *clusters; /* by row */
    struct bitmap *all;
    float weights[ENTRY_VECTOR];
};

/* A point of one of CLUSTERS, each of which has INNER directions. */
static void draw_point(uint32_t cluster, uint64_t *seed, float *to)
{
    uint64_t its_seed = cluster * 977 + 5;

    for (int i = 0; i < ENTRY_VECTOR; i++)
        to[i] = made_about_zero(&its_seed) + 0.03f * made_about_zero(seed);
    for (int j = 0; j < INNER; j++) {
        float amount = made_about_zero(seed) / 4;
        for (int i = 0; i < ENTRY_VECTOR; i++)
            to[i] += amount * made_about_zero(&its_seed);
    }
}

static void build_clusters(struct stage *stage, uint32_t rows)
{
    bool done = false;

    assert_int_equal(near_build_begin(&stage->near, stage->at, rows, stage->all, 7), ERR_OK);
    while (!done)
        assert_int_equal(near_build_step(&stage->near, clock_steady() + 1000, &done), ERR_OK);
}

static void set_stage(struct stage *stage, uint32_t rows)
{
    uint64_t seed = 3;

    *stage = (struct stage){ .all = bitmap_new(),
                             .at = calloc(rows + EXTRA, ENTRY_VECTOR * sizeof(float)),
                             .clusters = calloc(rows + EXTRA, 1) };
    assert_int_equal(ids_open(&stage->ids, rows + EXTRA), ERR_OK);
    assert_int_equal(near_state_open(&stage->near), ERR_OK);
    for (uint32_t i = 0; i < rows + EXTRA; i++) {
        struct id id = { { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1 } };
        uint32_t row;
        stage->clusters[i] = (uint8_t)(made_draw(&seed) % CLUSTERS);
        draw_point(stage->clusters[i], &seed, stage->at + (size_t)i * ENTRY_VECTOR);
        assert_int_equal(ids_take(&stage->ids, id, &row), ERR_OK);
        if (i < rows)
            bitmap_add(stage->all, i);
    }
    blocks_weigh(&(struct weights){ 0 }, stage->weights);
    build_clusters(stage, rows);
}

static void clear_stage(struct stage *stage)
{
    near_close(&stage->near);
    ids_close(&stage->ids);
    bitmap_free(stage->all);
    free(stage->at);
    free(stage->clusters);
}

static int share_stage(void **state)
{
    static struct stage stage;

    set_stage(&stage, ROWS);
    *state = &stage;
    return 0;
}

static int end_stage(void **state)
{
    clear_stage(*state);
    return 0;
}

CLAIMS_SHARE(share_stage, end_stage)

/* The percentage of the truly nearest rows that are found; found distances must be the true ones. */
static double recall_of(struct stage *stage, const struct bitmap *only, uint32_t wanted)
{
    uint64_t seed = 99;
    uint32_t total, *rows = bitmap_array(only, &total), hits = 0, possible = 0;

    for (uint32_t query = 0; query < QUERIES; query++) {
        struct nearby exact[MANY_WANTED], found[MANY_WANTED];
        float target[ENTRY_VECTOR];
        struct vectors vectors = { stage->at, &stage->ids, target, stage->weights };
        uint32_t exact_count, count;

        draw_point(made_draw(&seed) % CLUSTERS, &seed, target);
        exact_count = vectors_nearest(&vectors, rows, total, wanted, exact);
        count = near_find(&stage->near, &vectors, only, wanted, found);
        assert_int_equal(count, exact_count);
        for (uint32_t i = 0; i < count; i++) {
            assert_true(bitmap_has(only, found[i].row));
            assert_true(vectors_distance(&vectors, found[i].row) == found[i].distance);
            assert_true(i == 0 || found[i - 1].distance <= found[i].distance);
            for (uint32_t j = 0; j < exact_count; j++)
                hits += found[i].row == exact[j].row;
        }
        possible += exact_count;
    }
    free(rows);
    return 100.0 * hits / possible;
}

static double recall_of_wanted(struct stage *stage, const struct bitmap *only)
{
    return recall_of(stage, only, WANTED);
}

static void set_weights(struct stage *stage, double spectrum, double timbre, double pitch, double amplitude,
                        double rhythm)
{
    const struct weights weights = { .has_spectrum = true,
                                     .spectrum = spectrum,
                                     .has_timbre = true,
                                     .timbre = timbre,
                                     .has_pitch = true,
                                     .pitch = pitch,
                                     .has_amplitude = true,
                                     .amplitude = amplitude,
                                     .has_rhythm = true,
                                     .rhythm = rhythm };

    blocks_weigh(&weights, stage->weights);
}

CLAIM(of_the_nearest_99_in_100_are_found)
{
    assert_true(recall_of_wanted(*state, ((struct stage *)*state)->all) >= 99);
}

CLAIM(the_nearest_are_found_under_any_weights)
{
    static const double weights[][BLOCKS_COUNT] = {
        { 1, 0.2, 3, 1, 0.5 }, { 0, 1, 0, 0, 0 },   { 5, 0, 0, 0, 1 },
        { 0, 0, 0, 0, 1 },     { 1, 1, 0, 0.1, 0 }, { 0, 0, 0, 0.2, 1 },
    };
    struct stage *stage = *state;

    for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
        const double *w = weights[i];
        set_weights(stage, w[0], w[1], w[2], w[3], w[4]);
        assert_true(recall_of_wanted(stage, stage->all) >= 99);
    }
    set_weights(stage, 1, 1, 1, 1, 1);
}

/* A random one in `one_of` of the first clusters' rows. */
static struct bitmap *some_of(const struct stage *stage, uint32_t clusters, uint32_t one_of)
{
    uint32_t count = bitmap_count(stage->all);
    struct bitmap *some = bitmap_new();
    uint64_t seed = 8;

    for (uint32_t row = 0; row < count; row++)
        if (stage->clusters[row] < clusters && made_draw(&seed) % one_of == 0)
            bitmap_add(some, row);
    return some;
}

CLAIM(the_nearest_are_found_among_the_rows_of_a_filter)
{
    static const uint32_t one_of[] = { 2, 5, 10, 40, 100, 5000 };

    for (size_t i = 0; i < sizeof(one_of) / sizeof(one_of[0]); i++) {
        struct bitmap *only = some_of(*state, CLUSTERS, one_of[i]);
        assert_true(recall_of_wanted(*state, only) >= 99);
        bitmap_free(only);
    }
}

/* Only rows far from most queries: those of four clusters. */
CLAIM(the_nearest_are_found_when_the_filter_leaves_none_nearby)
{
    struct bitmap *only = some_of(*state, 4, 1);

    assert_true(bitmap_count(only) > 2048);
    assert_true(recall_of_wanted(*state, only) >= 99);
    bitmap_free(only);
}

/* Filters with rows everywhere, in half of all places, in one place, and in no place near most queries: too few rows
 * for a search through clusters, and too many to measure each one. */
CLAIM(the_nearest_are_found_among_few_of_many_rows)
{
    static const struct {
        uint32_t clusters, one_of;
    } filters[] = { { CLUSTERS, 36 }, { CLUSTERS / 2, 18 }, { 4, 4 }, { 1, 1 } };
    struct stage stage;

    (void)state;
    set_stage(&stage, MANY);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct bitmap *only = some_of(&stage, filters[i].clusters, filters[i].one_of);
        assert_in_range(bitmap_count(only), 2049, MANY / 32 - 1);
        assert_true(recall_of_wanted(&stage, only) >= 99);
        assert_true(recall_of(&stage, only, MANY_WANTED) >= 99);
        set_weights(&stage, 0, 1, 0.2, 3, 0);
        assert_true(recall_of_wanted(&stage, only) >= 99);
        set_weights(&stage, 1, 1, 1, 1, 1);
        bitmap_free(only);
    }
    for (uint32_t one_of = 10; one_of <= 30; one_of += 10) { /* through clusters, farther than a plan was measured */
        struct bitmap *only = some_of(&stage, CLUSTERS, one_of);
        assert_true(recall_of(&stage, only, MANY_WANTED) >= 99);
        bitmap_free(only);
    }
    clear_stage(&stage);
}

/* The plan of each kind of weights says that one cluster is enough. */
CLAIM(too_small_a_plan_is_noticed_among_few_rows)
{
    struct stage stage;

    (void)state;
    set_stage(&stage, MANY);
    struct bitmap *only = some_of(&stage, CLUSTERS, 36);
    for (uint32_t kind = 0; kind < NEAR_KINDS; kind++)
        for (uint32_t depth = 0; depth < NEAR_DEPTHS; depth++)
            stage.near.file->plans[kind][depth].probes = 1;
    assert_true(recall_of_wanted(&stage, only) >= 99);
    set_weights(&stage, 0, 0, 0, 0, 1);
    assert_true(recall_of_wanted(&stage, only) >= 96); /* 91 without looking further */
    bitmap_free(only);
    clear_stage(&stage);
}

/* Their codes are equal, so only their floats tell which are the nearest. */
CLAIM(near_copies_are_told_apart)
{
    enum { COPIES = 400 };
    struct stage *stage = *state;
    uint64_t seed = 17;
    uint32_t hits = 0;

    for (uint32_t row = 1; row <= COPIES; row++)
        for (size_t i = 0; i < ENTRY_VECTOR; i++)
            stage->at[(size_t)row * ENTRY_VECTOR + i] = stage->at[i] + 1e-5f * made_about_zero(&seed);
    build_clusters(stage, ROWS);
    for (uint32_t query = 0; query < QUERIES; query++) {
        struct nearby exact[WANTED], found[WANTED];
        const float *target = stage->at + (size_t)(1 + made_draw(&seed) % COPIES) * ENTRY_VECTOR;
        struct vectors vectors = { stage->at, &stage->ids, target, stage->weights };
        vectors_nearest(&vectors, NULL, ROWS, WANTED, exact);
        assert_int_equal(near_find(&stage->near, &vectors, NULL, WANTED, found), WANTED);
        for (uint32_t i = 0; i < WANTED; i++)
            hits += found[i].distance <= exact[WANTED - 1].distance;
    }
    assert_true(hits >= QUERIES * WANTED * 99 / 100);
}

CLAIM(new_and_changed_rows_are_found_at_once)
{
    struct stage *stage = *state;
    struct bitmap *only = bitmap_copy(stage->all);
    struct nearby found;
    uint32_t count;

    for (uint32_t row = ROWS - EXTRA; row < ROWS + EXTRA; row++) {
        float *at = stage->at + (size_t)row * ENTRY_VECTOR;
        struct vectors vectors = { stage->at, &stage->ids, at, stage->weights };
        bitmap_add(only, row);
        at[0] += 3;
        near_change(&stage->near, row, true);
        count = near_find(&stage->near, &vectors, only, 1, &found);
        assert_int_equal(count, 1);
        assert_int_equal(found.row, row);
    }
    assert_true(recall_of_wanted(stage, only) >= 99);
    bitmap_free(only);
}

CLAIM(rows_that_change_while_clusters_are_made_are_found)
{
    struct stage *stage = *state;
    float *at = stage->at + (size_t)100 * ENTRY_VECTOR;
    struct vectors vectors = { stage->at, &stage->ids, at, stage->weights };
    struct nearby found;
    uint32_t count;
    bool done = false;

    assert_int_equal(near_build_begin(&stage->near, stage->at, ROWS, stage->all, 7), ERR_OK);
    for (uint32_t step = 0; !done; step++) {
        assert_int_equal(near_build_step(&stage->near, 0, &done), ERR_OK);
        if (step == 100) {
            for (int i = 0; i < ENTRY_VECTOR; i++)
                at[i] += 1;
            near_change(&stage->near, 100, true);
        }
        count = near_find(&stage->near, &vectors, stage->all, 1, &found);
        assert_true(count == 1 && found.row == 100);
    }
    assert_true(recall_of_wanted(stage, stage->all) >= 99);
}

CLAIM(the_same_rows_make_the_same_file)
{
    struct stage *stage = *state;
    struct hash first;

    build_clusters(stage, ROWS);
    first = hash_of(stage->near.made.at, stage->near.made.count);
    build_clusters(stage, ROWS);
    struct hash second = hash_of(stage->near.made.at, stage->near.made.count);
    assert_memory_equal(&first, &second, sizeof(first));
}

/* ---- the file ---- */

CLAIM(a_file_that_does_not_fit_is_refused)
{
    struct stage *stage = *state;
    struct near_parts parts = near_file_parts(stage->near.file);
    uint32_t *const breakable[] = { &parts.file->clusters, &parts.file->places, &parts.file->rows,
                                    &parts.firsts[1],      &parts.places[17],   &parts.rows[parts.places[18]] };
    const struct {
        float *at, to;
    } numbers[] = { { &parts.file->low[3], NAN },
                    { &parts.file->low[3], -1e18f },
                    { &parts.file->step[1], NAN },
                    { &parts.file->step[1], 1e18f },
                    { &parts.file->plans[0][0].probes, NAN },
                    { &parts.file->plans[1][1].reach, NAN },
                    { &parts.file->plans[2][2].fine, NAN } };

    assert_true(near_file_is_sound(&stage->near.made, ROWS));
    assert_false(near_file_is_sound(&stage->near.made, ROWS - 1));
    for (size_t i = 0; i < sizeof(breakable) / sizeof(breakable[0]); i++) {
        uint32_t was = *breakable[i];
        *breakable[i] = was + 7;
        assert_false(near_file_is_sound(&stage->near.made, ROWS + 100));
        *breakable[i] = was;
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        float was = *numbers[i].at;
        *numbers[i].at = numbers[i].to;
        assert_false(near_file_is_sound(&stage->near.made, ROWS));
        *numbers[i].at = was;
    }
    stage->near.made.count -= 64;
    assert_false(near_file_is_sound(&stage->near.made, ROWS));
    stage->near.made.count += 64;
}

/* Checked before it is known whether the row has a place. */
CLAIM(a_row_in_no_cluster_is_refused)
{
    struct stage *stage = *state;
    struct near_parts parts = near_file_parts(stage->near.file);
    uint32_t place = parts.places[21];
    uint16_t home = parts.row_clusters[21];

    parts.row_clusters[21] = home ? (uint16_t)(home - 1) : 1;
    assert_false(near_file_is_sound(&stage->near.made, ROWS));
    parts.places[21] = NEAR_NO_PLACE;
    parts.rows[place] = NEAR_NO_ROW;
    assert_true(near_file_is_sound(&stage->near.made, ROWS));
    parts.row_clusters[21] = (uint16_t)parts.file->clusters;
    assert_false(near_file_is_sound(&stage->near.made, ROWS));
    parts.places[21] = place;
    parts.rows[place] = 21;
    parts.row_clusters[21] = home;
}

static void build_for(struct index *index)
{
    struct bitmap *with_vector = index_with_vector(index);
    const float *at = (const float *)(const void *)index->vectors.at;
    bool done = false;

    assert_int_equal(near_build_begin(&index->near, at, index_rows(index), with_vector, 7), ERR_OK);
    while (!done)
        assert_int_equal(near_build_step(&index->near, INT64_MAX, &done), ERR_OK);
    bitmap_free(with_vector);
}

static void save_index(struct index *index, const char *path)
{
    struct index_save *saving;
    struct fault fault = { 0 };
    bool done;

    assert_int_equal(index_save_begin(index, path, &saving, &fault), ERR_OK);
    assert_int_equal(index_save_step(saving, SIZE_MAX, &done, &fault), ERR_OK);
    assert_true(done);
    index_save_end(saving);
}

/* Through the clusters: no filter. */
static void is_found(struct index *index, const struct made_item *item)
{
    float weights[ENTRY_VECTOR];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, item->vector, weights };
    struct nearby found;
    uint32_t count;

    blocks_weigh(&(struct weights){ 0 }, weights);
    count = near_find(&index->near, &vectors, NULL, 1, &found);
    assert_int_equal(count, 1);
    assert_true(id_equal(found.id, item->id));
}

CLAIM(clusters_come_back_with_the_index)
{
    char path[] = "/tmp/loophole-near-XXXXXX";
    int fd = mkstemp(path);
    struct index index;
    struct fault fault = { 0 };
    struct made_item *items;

    (void)state;
    assert_true(fd >= 0 && close(fd) == 0);
    assert_int_equal(index_open(&index), ERR_OK);
    items = made_items(&index, 3000, 31);
    build_for(&index);
    items[5].vector[3] += 2; /* changed after the clusters were made, before they were saved */
    items[5].has_vector = true;
    made_set(&index, &items[5], items[5]);
    save_index(&index, path);
    index_close(&index);
    assert_int_equal(index_open(&index), ERR_OK);
    assert_int_equal(index_file_load(&index, path, &fault), ERR_OK);
    assert_non_null(index.near.file);
    for (uint32_t i = 0; i < 60; i++)
        if (items[i].is_there && items[i].has_vector)
            is_found(&index, &items[i]);
    items[7].vector[9] += 2; /* and after they were loaded */
    items[7].has_vector = true;
    made_set(&index, &items[7], items[7]);
    is_found(&index, &items[7]);
    near_file_parts(index.near.file).places[2]++;
    save_index(&index, path);
    index_close(&index);
    assert_int_equal(index_open(&index), ERR_OK);
    assert_int_equal(index_file_load(&index, path, &fault), ERR_INTERNAL);
    index_close(&index);
    unlink(path);
    free(items);
}
