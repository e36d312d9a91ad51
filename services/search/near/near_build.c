#include "services/search/near/near_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/near/near_find.h"
#include "services/search/near/near_groups.h"
#include "services/search/near/near_train.h"
#include "services/search/near/near_trial.h"

enum { SAMPLES_A_CLUSTER = 32, RANGED = 4096, RANGE = 176, STEP = 512, CODE_PAIRS = 1 << 16 };

/* The state of a build, freed when the clusters are made. */
struct near_build {
    struct near next; /* becomes the clusters */
    uint32_t stage_number;
    uint32_t at_next; /* next item of the stage */
    const float *at;
    uint32_t index_rows;
    uint64_t seed;
    uint32_t *rows; /* rows that get a place */
    uint32_t count, clusters, samples;
    struct near_aim equal; /* with the weights of equal blocks */
    struct near_file head; /* numbers known before the layout */
    float column[RANGED];  /* values of one dimension */
    int8_t *codes;         /* of the samples */
    struct near_train *train;
    uint8_t *words;        /* NEAR_PAIRS × CODE_PAIRS: the code word of two codes */
    uint32_t *owners;      /* the cluster of each row in `rows` */
    uint32_t *next_places; /* by cluster */
    struct near_trial *trial;
    struct bitmap *changed;
};

static const float *vector_of(const struct near_build *build, uint32_t number)
{
    return build->at + (size_t)build->rows[number] * NEAR_WIDTH;
}

/* The row of sample `number`; `count` samples are spread over all rows. */
static uint32_t sample_at(const struct near_build *build, uint32_t number, uint32_t count)
{
    uint64_t drawn = (number + build->seed) * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t first = (uint64_t)number * build->count / count, last = ((uint64_t)number + 1) * build->count / count;

    return (uint32_t)(first + (drawn >> 32) % (last > first ? last - first : 1));
}

/* ---- ranges, one dimension per step ---- */

/* The range of 99.8 % of the values, widened by a tenth, is at most RANGE steps. That is less than the range of a code,
 * so differences rarely exceed NEAR_FARTHEST. A block has one step. */
static bool find_ranges(struct near_build *build, enum err *e)
{
    uint32_t dimension = build->at_next++, count = build->count < RANGED ? build->count : RANGED;
    float *values = build->column, low, high, *step = &build->head.step[near_file_block_of(dimension)];

    (void)e;
    for (uint32_t i = 0; i < count; i++)
        values[i] = vector_of(build, sample_at(build, i, count))[dimension];
    qsort(values, count, sizeof(*values), near_trial_by_value);
    low = values[count / 1000];
    high = values[count - 1 - count / 1000];
    build->head.low[dimension] = (low + high) / 2;
    *step = fmaxf(*step, fmaxf((high - low) * 1.1f / RANGE, 1e-12f));
    if (build->at_next < NEAR_WIDTH)
        return false;
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        build->head.low[i] -= build->head.step[near_file_block_of(i)] * 127.5f;
    return true;
}

/* ---- centres ---- */

static bool code_samples(struct near_build *build, enum err *e)
{
    const float equal[NEAR_WIDTH] = { [0 ... NEAR_WIDTH - 1] = 1 };

    (void)e;
    for (uint32_t i = 0; i < STEP && build->at_next < build->samples; i++, build->at_next++)
        near_file_code(&build->head, vector_of(build, sample_at(build, build->at_next, build->samples)),
                       build->codes + (size_t)build->at_next * NEAR_WIDTH);
    if (build->at_next < build->samples)
        return false;
    near_file_aim(&build->head, vector_of(build, 0), equal, &build->equal);
    build->train = near_train_new(build->codes, build->samples, build->equal.weights, build->clusters);
    return true;
}

static bool train_step(struct near_build *build, enum err *e)
{
    (void)e;
    return near_train_step(build->train);
}

/* ---- code words, one pair per step ---- */

static void center_of(const struct near_build *build, uint32_t cluster, int8_t to[NEAR_WIDTH])
{
    const int8_t *from = near_train_centers(build->train) + (size_t)(cluster - cluster % NEAR_ROW) * NEAR_WIDTH;

    for (uint32_t group = 0; group < NEAR_GROUPS; group++)
        memcpy(to + (size_t)group * 4, from + ((size_t)group * NEAR_ROW + cluster % NEAR_ROW) * 4, 4);
}

static void subtract_center(int8_t code[NEAR_WIDTH], const int8_t *center)
{
    for (uint32_t i = 0; i < NEAR_WIDTH; i++) {
        int32_t difference = code[i] - center[i];
        code[i] = (int8_t)(difference < INT8_MIN ? INT8_MIN : difference > INT8_MAX ? INT8_MAX : difference);
    }
}

/* Replaces each sample by its difference from the nearest centre. */
static bool center_samples(struct near_build *build, enum err *e)
{
    struct near_aim aim = build->equal;

    (void)e;
    for (uint32_t i = 0; i < STEP && build->at_next < build->samples; i++, build->at_next++) {
        int8_t center[NEAR_WIDTH], *code = build->codes + (size_t)build->at_next * NEAR_WIDTH;
        memcpy(aim.codes, code, NEAR_WIDTH);
        center_of(build, near_machine()->closest(near_train_centers(build->train), build->clusters, &aim), center);
        subtract_center(code, center);
    }
    return build->at_next == build->samples;
}

static bool find_words(struct near_build *build, enum err *e)
{
    uint32_t pair = build->at_next++;
    int8_t(*words)[2] = build->head.words.at[pair];

    (void)e;
    near_train_words(build->codes, build->samples, pair, words);
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++)
        for (int32_t y = INT8_MIN; y <= INT8_MAX; y++)
            build->words[(size_t)pair * CODE_PAIRS + (uint32_t)((x + 128) * 256 + y + 128)] =
                (uint8_t)near_train_word((const int8_t(*)[2])words, x, y);
    return build->at_next == NEAR_PAIRS;
}

/* ---- the cluster of each row ---- */

static bool assign_clusters(struct near_build *build, enum err *e)
{
    struct near_aim aim = build->equal;

    (void)e;
    for (uint32_t i = 0; i < STEP && build->at_next < build->count; i++, build->at_next++) {
        near_file_code(&build->head, vector_of(build, build->at_next), aim.codes);
        build->owners[build->at_next] =
            near_machine()->closest(near_train_centers(build->train), build->clusters, &aim);
    }
    return build->at_next == build->count;
}

/* ---- the file ---- */

static uint32_t whole_blocks(uint32_t count)
{
    return (count + NEAR_BLOCK - 1) / NEAR_BLOCK * NEAR_BLOCK;
}

static void fill_head(struct near_build *build, struct near_file *file)
{
    file->items = build->count;
    memcpy(file->low, build->head.low, sizeof(file->low));
    memcpy(file->step, build->head.step, sizeof(file->step));
    file->words = build->head.words;
}

static bool lay_out_places(struct near_build *build, enum err *e)
{
    uint32_t *sizes = build->next_places, places = 0;
    struct near_parts parts;

    for (uint32_t i = 0; i < build->count; i++)
        sizes[build->owners[i]]++;
    for (uint32_t i = 0; i < build->clusters; i++)
        places += whole_blocks(sizes[i]);
    *e = near_file_make(&build->next.made, build->clusters, places, build->index_rows);
    if (*e != ERR_OK)
        return true;
    build->next.file = (struct near_file *)(void *)build->next.made.at;
    fill_head(build, build->next.file);
    parts = near_file_parts(build->next.file);
    memcpy(parts.across, near_train_centers(build->train), (size_t)build->clusters * NEAR_WIDTH);
    for (uint32_t i = 0; i < build->clusters; i++) {
        center_of(build, i, parts.centers + (size_t)i * NEAR_WIDTH);
        parts.firsts[i + 1] = parts.firsts[i] + whole_blocks(sizes[i]);
        build->next_places[i] = parts.firsts[i];
    }
    return true;
}

static void write_coarse(const struct near_build *build, uint8_t *to, const int8_t *code)
{
    for (uint32_t k = 0; k < NEAR_PAIRS / 2; k++, code += 4) {
        const uint8_t *words = build->words + (size_t)k * 2 * CODE_PAIRS;
        uint32_t first = (uint32_t)(code[0] + 128) << 8 | (uint32_t)(code[1] + 128);
        uint32_t second = (uint32_t)(code[2] + 128) << 8 | (uint32_t)(code[3] + 128);
        to[k * NEAR_BLOCK] = (uint8_t)(words[first] | words[CODE_PAIRS + second] << 4);
    }
}

static bool place_codes(struct near_build *build, enum err *e)
{
    struct near_parts parts = near_file_parts(build->next.file);

    for (uint32_t i = 0; i < STEP && build->at_next < build->count; i++, build->at_next++) {
        uint32_t at = build->next_places[build->owners[build->at_next]]++;
        int8_t code[NEAR_WIDTH];
        near_file_code(&build->head, vector_of(build, build->at_next), code);
        memcpy(parts.fine + (size_t)at * NEAR_WIDTH, code, sizeof(code));
        subtract_center(code, parts.centers + (size_t)build->owners[build->at_next] * NEAR_WIDTH);
        write_coarse(build, parts.coarse + (size_t)(at / NEAR_BLOCK) * NEAR_BLOCK_BYTES + at % NEAR_BLOCK, code);
        parts.rows[at] = build->rows[build->at_next];
        parts.places[parts.rows[at]] = at;
        parts.row_clusters[parts.rows[at]] = (uint16_t)build->owners[build->at_next];
    }
    if (build->at_next < build->count)
        return false;
    build->next.work = near_work_new(build->clusters);
    build->trial = near_trial_new(&build->next, build->at, build->seed);
    *e = build->trial ? ERR_OK : ERR_FULL;
    return true;
}

static bool try_out(struct near_build *build, enum err *e)
{
    (void)e;
    return near_trial_step(build->trial);
}

static bool (*const stages[])(struct near_build *, enum err *) = {
    find_ranges,     code_samples,   train_step,  center_samples, find_words,
    assign_clusters, lay_out_places, place_codes, try_out,
};
enum { STAGES = sizeof(stages) / sizeof(stages[0]) };

/* ---- begin, step, end ---- */

static uint32_t clusters_for(uint32_t count)
{
    uint32_t clusters = (uint32_t)(2 * sqrt(count)) / NEAR_ROW * NEAR_ROW;

    if (clusters > NEAR_MOST_CLUSTERS)
        return NEAR_MOST_CLUSTERS;
    return clusters > NEAR_ROW ? clusters : NEAR_ROW;
}

static bool take_memory(struct near_build *build, const struct bitmap *with_vector)
{
    uint32_t most = build->clusters * SAMPLES_A_CLUSTER;

    build->samples = build->count < most ? build->count : most;
    if (build->count < build->clusters || near_state_open(&build->next) != ERR_OK ||
        !limits_leave(build->count * (sizeof(*build->rows) + sizeof(*build->owners)) +
                      (size_t)build->samples * NEAR_WIDTH + (size_t)NEAR_PAIRS * CODE_PAIRS +
                      build->clusters * (NEAR_TRAIN_BYTES + sizeof(*build->next_places))))
        return false;
    build->codes = alloc_array(build->samples, NEAR_WIDTH);
    build->words = alloc_array(NEAR_PAIRS, CODE_PAIRS);
    build->rows = bitmap_array(with_vector, &build->count);
    build->owners = alloc_array(build->count, sizeof(*build->owners));
    build->next_places = alloc_zeroed(build->clusters, sizeof(*build->next_places));
    return true;
}

enum err near_build_begin(struct near *near, const float *at, uint32_t rows, const struct bitmap *with_vector,
                          uint64_t seed)
{
    struct near_build *build = alloc_aligned(64, sizeof(*build));

    near_build_end(near);
    near->build = build;
    build->at = at;
    build->index_rows = rows;
    build->seed = seed;
    build->count = bitmap_count(with_vector);
    build->clusters = clusters_for(build->count);
    build->changed = bitmap_new();
    if (take_memory(build, with_vector))
        return ERR_OK;
    near_build_end(near);
    return ERR_FULL;
}

void near_build_end(struct near *near)
{
    struct near_build *build = near->build;

    near->build = NULL;
    if (!build)
        return;
    near_trial_free(build->trial);
    near_train_free(build->train);
    near_state_close(&build->next);
    bitmap_free(build->changed);
    free(build->rows);
    free(build->codes);
    free(build->words);
    free(build->owners);
    free(build->next_places);
    free(build);
}

void near_build_change(struct near *near, uint32_t row)
{
    if (near->build)
        bitmap_add(near->build->changed, row);
}

static enum err adopt_build(struct near *near)
{
    struct near_build *build = near->build;
    struct near next = build->next;
    uint32_t count, *rows;

    if (!limits_leave(bitmap_count(build->changed) * sizeof(*rows)))
        return ERR_FULL;
    rows = bitmap_array(build->changed, &count);
    build->next = (struct near){ 0 };
    near_build_end(near);
    near_groups_drop(near);
    near_state_close(near);
    *near = next;
    for (uint32_t i = 0; i < count; i++)
        near_state_change(near, rows[i], true);
    free(rows);
    return ERR_OK;
}

enum err near_build_step(struct near *near, usec_t until, bool *done)
{
    struct near_build *build = near->build;
    enum err e = ERR_OK;

    *done = false;
    do {
        if (!stages[build->stage_number](build, &e))
            continue;
        build->stage_number++;
        build->at_next = 0;
    } while (e == ERR_OK && build->stage_number < STAGES && clock_steady() < until);
    *done = e == ERR_OK && build->stage_number == STAGES;
    if (*done)
        e = adopt_build(near);
    if (e != ERR_OK)
        near_build_end(near);
    return e;
}
