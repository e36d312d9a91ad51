#include "services/search/map/map.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/search/index/index_keep.h"
#include "services/search/map/map_file.h"

/* Finding the neighbours costs as much as about ROUNDS_PER_GRAPH steps. */
enum { TRUST_SAMPLE = 400, ROUNDS_PER_GRAPH = 20 };

/* The thread that makes the map owns this until `ended` is set. */
struct making {
    struct id task, catalogue;
    struct map_work work;
    struct ids ids;
    float *vectors;
    uint32_t dimensions;
    struct map_place *places;
    double trust;
    enum err result;
    pthread_t thread;
    atomic_bool ended;
};

struct map {
    uint32_t dimensions;
    char path[PATH_MAX];
    struct id catalogue; /* whose file was looked for; zero: none yet */
    struct map_file file;
    struct map_point *points; /* by row; zero id: none */
    uint32_t rows;            /* capacity of `points` */
    uint64_t placed_writes;   /* 1 + the index's writes when every row with an embedding had a place */
    struct making *making;
};

struct map *map_open(const char *folder, uint32_t dimensions)
{
    struct map *map = alloc_zeroed(1, sizeof(*map));

    map->dimensions = dimensions;
    map->file.trust = (double)NAN;
    (void)snprintf(map->path, sizeof(map->path), "%.*s/search.map-%u", (int)sizeof(map->path) - 32, folder, dimensions);
    return map;
}

static void free_making(struct making *making)
{
    if (!making)
        return;
    ids_close(&making->ids);
    free(making->vectors);
    free(making->places);
    free(making);
}

void map_close(struct map *map)
{
    if (!map)
        return;
    if (map->making) {
        atomic_store(&map->making->work.stop, true);
        pthread_join(map->making->thread, NULL);
        free_making(map->making);
    }
    map_file_free(&map->file);
    free(map->points);
    free(map);
}

/* ---- places by row ---- */

static bool grow_points(struct map *map, uint32_t rows)
{
    if (rows <= map->rows)
        return true;
    if (!limits_leave(rows * sizeof(*map->points)))
        return false;
    map->points = alloc_grow(map->points, rows, sizeof(*map->points));
    memset(map->points + map->rows, 0, (rows - map->rows) * sizeof(*map->points));
    map->rows = rows;
    return true;
}

/* Drops the places of one layout for those of another. */
static void clear_points(struct map *map)
{
    if (map->rows)
        memset(map->points, 0, (size_t)map->rows * sizeof(*map->points));
    map->placed_writes = 0;
}

const struct map_place *map_place_of(const struct map *map, const struct index *index, uint32_t row)
{
    if (row >= map->rows || id_is_zero(map->points[row].id))
        return NULL;
    return id_equal(map->points[row].id, index_id(index, row)) ? &map->points[row].place : NULL;
}

/* ---- making ---- */

static void *make_map(void *state)
{
    struct making *making = state;
    struct map_graph graph = { 0 };
    enum err e = map_graph_make(&making->work, &graph);

    atomic_fetch_add(&making->work.done, ROUNDS_PER_GRAPH);
    if (e == ERR_OK)
        e = map_layout_make(&making->work, &graph, making->dimensions, making->places);
    if (e == ERR_OK)
        making->trust = map_layout_trust(&making->work, making->places, TRUST_SAMPLE);
    map_graph_free(&graph);
    making->result = e;
    atomic_store(&making->ended, true);
    return NULL;
}

static enum err copy_rows(struct making *making, const struct index *index, const uint32_t *rows, uint32_t count)
{
    enum err e = ids_open(&making->ids, count);
    uint32_t row;

    if (!limits_leave(count * (VECTORS_WIDTH * sizeof(float) + sizeof(*making->places))))
        return ERR_FULL;
    making->vectors = alloc_array(count, VECTORS_WIDTH * sizeof(float));
    making->places = alloc_zeroed(count, sizeof(*making->places));
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        memcpy(making->vectors + (size_t)i * VECTORS_WIDTH, index_vector(index, rows[i]),
               VECTORS_WIDTH * sizeof(float));
        e = ids_take(&making->ids, index_id(index, rows[i]), &row);
    }
    return e;
}

static enum err start_making(struct map *map, const struct index *index, const uint32_t *rows, uint32_t count,
                             uint64_t seed)
{
    struct making *making = alloc_zeroed(1, sizeof(*making));
    enum err e = copy_rows(making, index, rows, count);

    if (e != ERR_OK) {
        free_making(making);
        return e;
    }
    making->task = id_new();
    making->catalogue = index->catalogue;
    making->dimensions = map->dimensions;
    making->work.at = making->vectors;
    making->work.ids = &making->ids;
    making->work.count = count;
    making->work.seed = seed;
    making->work.total = map_layout_steps(count) + ROUNDS_PER_GRAPH;
    if (pthread_create(&making->thread, NULL, make_map, making) != 0) {
        free_making(making);
        return ERR_FULL;
    }
    map->making = making;
    return ERR_OK;
}

enum err map_make(struct map *map, struct index *index, uint64_t seed, struct fault *fault)
{
    struct bitmap *with_vector = index_with_vector(index);
    uint32_t count = bitmap_count(with_vector), *rows = NULL;
    enum err e = ERR_FULL;

    if (map->making)
        e = fault_set(fault, ERR_BUSY, "the map is being made already: `loophole tasks` shows its progress");
    else if (count == 0) {
        fault_set(fault, ERR_NOT_FOUND, "the map would be empty: no item is analysed yet");
        e = fault_hint(fault, "add a library and wait until it is indexed: `loophole index DIR`");
    } else if (limits_leave(count * sizeof(*rows))) {
        rows = bitmap_array(with_vector, &count);
        e = start_making(map, index, rows, count, seed);
    }
    if (e == ERR_FULL)
        limits_refuse(fault, "the map");
    free(rows);
    bitmap_free(with_vector);
    return e;
}

void map_stop(struct map *map)
{
    if (map->making)
        atomic_store(&map->making->work.stop, true);
}

struct id map_task(const struct map *map)
{
    return map->making ? map->making->task : (struct id){ 0 };
}

void map_progress(const struct map *map, uint32_t *done, uint32_t *total)
{
    *done = map->making ? atomic_load(&map->making->work.done) : 0;
    *total = map->making ? atomic_load(&map->making->work.total) : 0;
}

/* ---- the result ---- */

static void take_made(struct map *map)
{
    struct making *making = map->making;
    struct map_file file = { .seed = making->work.seed,
                             .trust = making->trust,
                             .dimensions = map->dimensions,
                             .count = making->work.count,
                             .catalogue = making->catalogue };
    struct fault fault = { 0 };

    if (!limits_leave(file.count * sizeof(*file.points)))
        return;
    file.points = alloc_zeroed(file.count, sizeof(*file.points));
    for (uint32_t i = 0; i < file.count; i++)
        file.points[i] = (struct map_point){ ids_at(&making->ids, i), making->places[i] };
    map_file_free(&map->file);
    map->file = file;
    clear_points(map);
    if (map_file_write(&map->file, map->path, &fault) != ERR_OK)
        log_fault("the map is not kept in a file", &fault);
}

static void look_for_end(struct map *map, const struct index *index)
{
    struct making *making = map->making;

    if (!making || !atomic_load(&making->ended))
        return;
    pthread_join(making->thread, NULL);
    if (making->result == ERR_OK && id_equal(making->catalogue, index->catalogue))
        take_made(map);
    else if (making->result != ERR_OK && making->result != ERR_BUSY)
        log_error("the map could not be made: %s", err_name(making->result));
    map->making = NULL;
    free_making(making);
}

static void look_for_file(struct map *map, const struct index *index)
{
    struct fault fault = { 0 };
    enum err e;

    if (id_equal(map->catalogue, index->catalogue))
        return;
    map->catalogue = index->catalogue;
    clear_points(map);
    map_file_free(&map->file);
    e = map_file_read(map->path, map->dimensions, index->catalogue, &map->file, &fault);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        log_fault("the map will be made again", &fault);
}

enum map_stage map_look(struct map *map, const struct index *index)
{
    if (!id_is_zero(index->catalogue)) {
        look_for_file(map, index);
        look_for_end(map, index);
    }
    if (map->file.count > 0)
        return MAP_MADE;
    return map->making ? MAP_MAKING : MAP_NONE;
}

bool map_has_items(const struct map *map, const struct index *index)
{
    uint32_t row;

    for (uint32_t i = 0; i < map->file.count; i++)
        if (index_find(index, map->file.points[i].id, &row))
            return true;
    return false;
}

double map_trust(const struct map *map)
{
    return map->file.trust;
}

uint64_t map_seed(const struct map *map)
{
    return map->file.seed;
}

/* ---- later items ---- */

/* Places a row among its neighbours, with the weights of the graph. */
static void place_amid(struct map *map, uint32_t row, struct id id, const struct nearby *nearby, uint32_t count)
{
    float distances[MAP_NEIGHBOURS], weights[MAP_NEIGHBOURS], sum = 0;
    struct map_point point = { .id = id };

    for (uint32_t i = 0; i < count; i++)
        distances[i] = nearby[i].distance;
    map_graph_weigh(distances, count, weights);
    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < map->dimensions; d++)
            point.place.at[d] += weights[i] / sum * map->points[nearby[i].row].place.at[d];
    map->points[row] = point;
}

/* Gives the items of the layout their places, also in rows that they did not have before. Returns these rows: only they
 * count as neighbours, so the order of arrival does not matter. */
static struct bitmap *place_layout(struct map *map, const struct index *index)
{
    struct bitmap *rows = bitmap_new();

    for (uint32_t i = 0; i < map->file.count; i++) {
        uint32_t row;
        if (!index_find(index, map->file.points[i].id, &row) || row >= map->rows)
            continue;
        map->points[row] = map->file.points[i];
        bitmap_add(rows, row);
    }
    return rows;
}

static bool place_row(struct map *map, struct index *index, uint32_t row, const struct bitmap *among)
{
    float weights[VECTORS_WIDTH];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, index_vector(index, row),
                               weights };
    struct nearby nearby[MAP_NEIGHBOURS];
    uint32_t count;

    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        weights[i] = 1;
    count = near_find(&index->near, &vectors, among, MAP_NEIGHBOURS, nearby);
    if (count == 0)
        return false;
    place_amid(map, row, index_id(index, row), nearby, count);
    return true;
}

bool map_place_rest(struct map *map, struct index *index, usec_t until)
{
    struct bitmap *with_vector, *among = NULL;
    uint32_t count, *rows, i = 0;

    if (map->file.count == 0 || map->placed_writes == index->writes + 1)
        return true;
    if (!grow_points(map, index_rows(index)))
        return false;
    with_vector = index_with_vector(index);
    rows = bitmap_array(with_vector, &count);
    for (; i < count; i++) {
        if (map_place_of(map, index, rows[i]))
            continue;
        if (among && clock_steady() > until)
            break;
        if (!among)
            among = place_layout(map, index);
        if (!map_place_of(map, index, rows[i]) && !place_row(map, index, rows[i], among))
            break;
    }
    bool all = i == count;
    if (all)
        map->placed_writes = index->writes + 1;
    bitmap_free(with_vector);
    bitmap_free(among);
    free(rows);
    return all;
}
