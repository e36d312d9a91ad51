/* map.c: the time to make the map of a library, and the share of its neighbours that are true ones: bench_map [COUNT]
 * [SEED] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "services/search/map/map_layout.h"

enum { FAMILIES = 60, SUBSPACE = 12, SAMPLE = 400 };

static double draw_uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return (double)((z ^ z >> 31) >> 11) / (double)(1LLU << 53);
}

static double draw_normal(uint64_t *state)
{
    return sqrt(-2 * log(draw_uniform(state) + 1e-300)) * cos(6.283185307179586 * draw_uniform(state));
}

/* Families of sounds: each is a cloud of few dimensions with its own rotation. */
static float *make_vectors(uint32_t count, uint64_t seed)
{
    static double center[FAMILIES][VECTORS_WIDTH], axis[FAMILIES][SUBSPACE][VECTORS_WIDTH];
    float *at = malloc((size_t)count * VECTORS_WIDTH * sizeof(*at));

    for (uint32_t f = 0; f < FAMILIES; f++)
        for (uint32_t i = 0; i < VECTORS_WIDTH; i++) {
            center[f][i] = 1.5 * draw_normal(&seed);
            for (uint32_t s = 0; s < SUBSPACE; s++)
                axis[f][s][i] = draw_normal(&seed) * pow(0.75, s) / 2;
        }
    for (uint32_t row = 0; at && row < count; row++) {
        uint32_t f = (uint32_t)(draw_uniform(&seed) * FAMILIES);
        double along[SUBSPACE];

        for (uint32_t s = 0; s < SUBSPACE; s++)
            along[s] = draw_normal(&seed);
        for (uint32_t i = 0; i < VECTORS_WIDTH; i++) {
            double sum = center[f][i] + 0.05 * draw_normal(&seed);
            for (uint32_t s = 0; s < SUBSPACE; s++)
                sum += along[s] * axis[f][s][i];
            at[(size_t)row * VECTORS_WIDTH + i] = (float)sum;
        }
    }
    return at;
}

static void draw_map(struct map_work *work, const struct map_graph *graph, uint32_t dimensions, usec_t graph_took)
{
    struct map_place *places = calloc(work->count, sizeof(*places));
    usec_t began = clock_steady();
    enum err e = places ? map_layout_make(work, graph, dimensions, places) : ERR_FULL;
    usec_t took = clock_steady() - began;

    if (e == ERR_OK)
        printf("%u items in %u dimensions: neighbours %.1f s, layout %.1f s, trustworthiness %.3f\n", work->count,
               dimensions, (double)graph_took / 1e6, (double)took / 1e6, map_layout_trust(work, places, SAMPLE));
    free(places);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000, row;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct ids ids = { 0 };
    struct map_graph graph;
    struct map_work work = { .at = make_vectors(count, seed), .ids = &ids, .count = count, .seed = seed };
    usec_t began = clock_steady();

    if (!work.at || ids_open(&ids, count) != ERR_OK)
        return 1;
    for (uint32_t i = 0; i < count; i++)
        if (ids_take(&ids, id_new(), &row) != ERR_OK)
            return 1;
    if (map_graph_make(&work, &graph) != ERR_OK)
        return 1;
    usec_t took = clock_steady() - began;
    draw_map(&work, &graph, 2, took);
    draw_map(&work, &graph, 3, took);
    map_graph_free(&graph);
    ids_close(&ids);
    free((void *)(uintptr_t)work.at);
    return 0;
}
