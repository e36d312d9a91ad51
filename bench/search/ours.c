#include "bench/search/ours.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "services/search/near/near_build.h"
#include "services/search/near/near_file.h"

double ours_processor_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void *ours_memory(size_t bytes)
{
    void *memory = calloc(1, bytes);

    if (memory)
        return memory;
    fprintf(stderr, "no memory\n");
    exit(1);
}

static double build_index(struct ours *ours)
{
    struct bitmap *all = bitmap_new();
    double began;
    bool done = false;

    for (uint32_t row = 0; row < ours->data.count; row++)
        bitmap_add(all, row);
    began = ours_processor_time();
    if (near_state_open(&ours->near) != ERR_OK ||
        near_build_begin(&ours->near, ours->data.at, ours->data.count, all, 1) != ERR_OK)
        exit(1);
    while (!done)
        if (near_build_step(&ours->near, INT64_MAX, &done) != ERR_OK)
            exit(1);
    bitmap_free(all);
    return ours_processor_time() - began;
}

double ours_open(struct ours *ours, const struct data_kind *kind, uint32_t count, uint32_t queries, uint64_t seed)
{
    const size_t neighbours = (size_t)queries * DATA_NEAREST * sizeof(uint32_t);

    *ours = (struct ours){ .truth = ours_memory(neighbours), .found = ours_memory(neighbours) };
    data_make(&ours->data, kind, count, queries, seed);
    ours->ids.column = (struct column){ .at = ours_memory((size_t)count * sizeof(struct id)), .count = count };
    ours_weigh(ours, (const float[NEAR_BLOCKS]){ 1, 1, 1, 1, 1 });
    printf("\n%u embeddings, %s: local intrinsic dimension %.1f\n", count, kind->name,
           data_dimension(&ours->data, 100));
    data_truth(&ours->data, NULL, NULL, ours->truth);
    return build_index(ours);
}

void ours_close(struct ours *ours)
{
    near_close(&ours->near);
    free(ours->truth);
    free(ours->found);
    free(ours->ids.column.at);
    data_free(&ours->data);
}

static struct vectors vectors_of(const struct ours *ours, uint32_t query)
{
    return (struct vectors){ ours->data.at, &ours->ids, ours->data.queries + (size_t)query * DATA_WIDTH,
                             ours->weights };
}

double ours_ask(struct ours *ours, const struct bitmap *only)
{
    double began = ours_processor_time();

    for (uint32_t query = 0; query < ours->data.query_count; query++) {
        struct vectors vectors = vectors_of(ours, query);
        struct nearby nearby[DATA_NEAREST];
        uint32_t count = near_find(&ours->near, &vectors, only, DATA_NEAREST, nearby);

        for (uint32_t i = 0; i < DATA_NEAREST; i++)
            ours->found[query * DATA_NEAREST + i] = i < count ? nearby[i].row : UINT32_MAX;
    }
    return ours_processor_time() - began;
}

static uint32_t count_rows(const uint32_t *rows)
{
    uint32_t count = 0;

    while (count < DATA_NEAREST && rows[count] != UINT32_MAX)
        count++;
    return count;
}

double ours_recall(const struct ours *ours)
{
    uint32_t hits = 0, possible = 0;

    for (uint32_t query = 0; query < ours->data.query_count; query++) {
        const uint32_t *truth = ours->truth + (size_t)query * DATA_NEAREST;
        const uint32_t *found = ours->found + (size_t)query * DATA_NEAREST;
        const struct vectors vectors = vectors_of(ours, query);
        const uint32_t wanted = count_rows(truth), count = wanted ? count_rows(found) : 0;

        possible += wanted;
        for (uint32_t i = 0; i < count; i++)
            hits += vectors_distance(&vectors, found[i]) <= vectors_distance(&vectors, truth[wanted - 1]) * 1.00001f;
    }
    return possible ? (double)hits / possible : 1;
}

void ours_weigh(struct ours *ours, const float blocks[NEAR_BLOCKS])
{
    for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++)
        for (; i < near_block_ends[block] * 4u; i++)
            ours->weights[i] = blocks[block];
}

struct bitmap *ours_draw_rows(const struct ours *ours, uint32_t one_of, uint64_t seed, uint8_t *is_in)
{
    struct bitmap *rows = bitmap_new();

    for (uint32_t row = 0; row < ours->data.count; row++)
        if (data_draw(&seed) % one_of == 0) {
            is_in[row] = 1;
            bitmap_add(rows, row);
        }
    return rows;
}
