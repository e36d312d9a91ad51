/* The map: neighbours are close together, the same seed gives the same map, later sounds and rows that are made again
 * move no others, and a map that does not fit is discarded. */
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "services/search/map/map.h"
#include "services/search/map/map_file.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 1200, SAMPLE = 300, MADE = 400 };

struct sounds {
    struct ids ids;
    float *at;
    struct map_work work;
};

static double draw_chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (double)(*seed >> 11) / (double)(1LLU << 53);
}

/* Curved bands of sounds, none of them flat: no two axes show them. */
static void open_sounds(struct sounds *sounds, uint64_t seed)
{
    uint32_t row;

    *sounds = (struct sounds){ .at = calloc(ITEMS, VECTORS_WIDTH * sizeof(float)) };
    assert_non_null(sounds->at);
    assert_int_equal(ids_open(&sounds->ids, ITEMS), ERR_OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t band = i % 6;
        double along = draw_chance(&seed);

        assert_int_equal(ids_take(&sounds->ids, id_new(), &row), ERR_OK);
        for (uint32_t n = 0; n < VECTORS_WIDTH; n++)
            sounds->at[i * VECTORS_WIDTH + n] =
                (float)(3 * sin(band * 1.7 + n) + sin(along * 6 + n * (band + 1)) + 0.05 * draw_chance(&seed));
    }
    sounds->work = (struct map_work){ .at = sounds->at, .ids = &sounds->ids, .count = ITEMS, .seed = 7 };
}

static void close_sounds(struct sounds *sounds)
{
    ids_close(&sounds->ids);
    free(sounds->at);
}

CLAIM(neighbours_lie_together_on_a_plane_and_in_a_room)
{
    struct sounds sounds;
    struct map_graph graph;
    struct map_place *places = calloc(ITEMS, sizeof(*places));

    open_sounds(&sounds, 1);
    assert_int_equal(map_graph_make(&sounds.work, &graph), ERR_OK);
    for (uint32_t dimensions = 2; dimensions <= 3; dimensions++) {
        memset(places, 0, ITEMS * sizeof(*places));
        assert_int_equal(map_layout_make(&sounds.work, &graph, dimensions, places), ERR_OK);
        assert_true(map_layout_trust(&sounds.work, places, SAMPLE) > 0.95);
        for (uint32_t i = 0; i < ITEMS; i++) {
            assert_true(isfinite(places[i].at[0]) && isfinite(places[i].at[1]));
            assert_true(dimensions == 3 || places[i].at[2] == 0);
        }
    }
    for (uint32_t i = 0; i < ITEMS; i++) /* a random map is not trusted */
        for (uint32_t d = 0; d < 2; d++)
            places[i].at[d] = (float)draw_chance(&sounds.work.seed);
    assert_true(map_layout_trust(&sounds.work, places, SAMPLE) < 0.7);
    map_graph_free(&graph);
    free(places);
    close_sounds(&sounds);
}

CLAIM(the_graph_has_every_edge_both_ways_with_one_weight)
{
    struct sounds sounds;
    struct map_graph graph;

    open_sounds(&sounds, 2);
    assert_int_equal(map_graph_make(&sounds.work, &graph), ERR_OK);
    for (uint32_t row = 0; row < ITEMS; row++) {
        assert_true(graph.first[row + 1] - graph.first[row] >= MAP_NEIGHBOURS);
        for (uint32_t e = graph.first[row]; e < graph.first[row + 1]; e++) {
            uint32_t to = graph.to[e], back = graph.first[to];

            while (back < graph.first[to + 1] && graph.to[back] != row)
                back++;
            assert_true(back < graph.first[to + 1]);
            assert_true(graph.weight[back] == graph.weight[e] && graph.weight[e] > 0 && graph.weight[e] <= 1);
        }
    }
    map_graph_free(&graph);
    close_sounds(&sounds);
}

CLAIM(a_stopped_map_is_reported_as_stopped)
{
    struct sounds sounds;
    struct map_graph graph;

    open_sounds(&sounds, 3);
    atomic_store(&sounds.work.stop, true);
    assert_int_equal(map_graph_make(&sounds.work, &graph), ERR_BUSY);
    close_sounds(&sounds);
}

/* ---- the map of an index ---- */

static void make_and_wait(struct map *map, struct index *index, uint64_t seed)
{
    struct fault fault = { 0 };

    assert_int_equal(map_make(map, index, seed, &fault), ERR_OK);
    assert_int_equal(map_make(map, index, seed, &fault), ERR_BUSY);
    while (!id_is_zero(map_task(map))) {
        map_look(map, index);
        clock_sleep(2000);
    }
    assert_int_equal(map_look(map, index), MAP_MADE);
    assert_true(map_place_rest(map, index, INT64_MAX));
}

struct world {
    struct index index;
    struct made_item *items;
    char folder[64], file[96];
};

static void open_world(struct world *world)
{
    strcpy(world->folder, "/tmp/loophole-map.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->file, sizeof(world->file), "%s/search.map-2", world->folder);
    assert_int_equal(index_open(&world->index), ERR_OK);
    world->items = made_items(&world->index, MADE, 5);
    world->index.catalogue = id_new();
}

static void close_world(struct world *world)
{
    index_close(&world->index);
    free(world->items);
    unlink(world->file);
    rmdir(world->folder);
}

static uint32_t places_of(const struct map *map, const struct index *index, struct map_place *to)
{
    uint32_t count = 0;

    for (uint32_t row = 0; row < index_rows(index); row++) {
        const struct map_place *place = map_place_of(map, index, row);

        to[row] = place ? *place : (struct map_place){ { NAN, NAN, NAN } };
        count += place != NULL;
    }
    return count;
}

CLAIM(the_same_seed_gives_the_same_map_and_the_file_has_it)
{
    struct world world;
    struct map *map, *other;
    static struct map_place first[4096], again[4096];

    open_world(&world);
    map = map_open(world.folder, 2);
    assert_int_equal(map_look(map, &world.index), MAP_NONE);
    make_and_wait(map, &world.index, 3);
    assert_true(places_of(map, &world.index, first) > 100);

    other = map_open(world.folder, 2);
    assert_int_equal(map_look(other, &world.index), MAP_MADE); /* from the file */
    assert_true(map_place_rest(other, &world.index, INT64_MAX));
    places_of(other, &world.index, again);
    assert_memory_equal(first, again, index_rows(&world.index) * sizeof(*first));
    make_and_wait(other, &world.index, 3);
    places_of(other, &world.index, again);
    assert_memory_equal(first, again, index_rows(&world.index) * sizeof(*first));
    make_and_wait(other, &world.index, 4);
    places_of(other, &world.index, again);
    assert_memory_not_equal(first, again, index_rows(&world.index) * sizeof(*first));
    map_close(map);
    map_close(other);
    close_world(&world);
}

CLAIM(a_new_point_lies_near_similar_ones_and_moves_no_other)
{
    struct world world;
    struct map *map;
    static struct map_place before[4096], after[4096];
    uint64_t seed = 99;

    open_world(&world);
    map = map_open(world.folder, 2);
    make_and_wait(map, &world.index, 3);
    uint32_t placed = places_of(map, &world.index, before), rows = index_rows(&world.index), twin, row;

    for (twin = 0; !map_place_of(map, &world.index, twin); twin++)
        ;
    struct made_item late = made_item(&seed, 5000); /* almost equal to another one */
    late.has_vector = true;
    late.is_there = true;
    memcpy(late.vector, index_vector(&world.index, twin), sizeof(late.vector));
    late.vector[0] += 1e-4F;
    made_put(&world.index, &late);
    assert_true(map_place_rest(map, &world.index, clock_steady() + 10000000));
    assert_true(index_find(&world.index, late.id, &row));
    assert_non_null(map_place_of(map, &world.index, row));
    assert_true(fabsf(map_place_of(map, &world.index, row)->at[0] - before[twin].at[0]) < 1);
    assert_true(fabsf(map_place_of(map, &world.index, row)->at[1] - before[twin].at[1]) < 1);

    assert_int_equal(places_of(map, &world.index, after), placed + 1);
    for (uint32_t i = 0; i < rows; i++)
        if (i != row)
            assert_memory_equal(&before[i], &after[i], sizeof(before[i]));

    index_remove(&world.index, late.id);
    assert_null(map_place_of(map, &world.index, row));
    map_close(map);
    close_world(&world);
}

/* As a sweep does: in the order of ids, without gaps. Looks at the map in the middle of it. */
static void make_rows_again(struct world *world, struct map *map, struct id catalogue)
{
    assert_int_equal(index_clear(&world->index), ERR_OK);
    world->index.catalogue = catalogue;
    for (uint32_t i = 0; i < MADE; i++) {
        if (i == MADE / 2)
            map_look(map, &world->index);
        if (world->items[i].is_there)
            made_put(&world->index, &world->items[i]);
    }
}

/* Forgets some items, so that the first row and others are free. */
static void leave_gaps(struct world *world)
{
    for (uint32_t i = 0; i < MADE; i += 7) {
        index_remove(&world->index, world->items[i].id);
        world->items[i].is_there = false;
    }
}

CLAIM(no_place_changes_when_the_rows_are_made_again)
{
    struct world world;
    struct map *map;
    static struct map_place before[MADE];
    uint32_t row, placed = 0;

    open_world(&world);
    leave_gaps(&world);
    map = map_open(world.folder, 2);
    make_and_wait(map, &world.index, 3);
    for (uint32_t i = 0; i < MADE; i++)
        if (index_find(&world.index, world.items[i].id, &row) && map_place_of(map, &world.index, row))
            before[i] = *map_place_of(map, &world.index, row);
    make_rows_again(&world, map, world.index.catalogue);
    assert_int_equal(map_look(map, &world.index), MAP_MADE);
    assert_true(map_place_rest(map, &world.index, INT64_MAX));
    for (uint32_t i = 0; i < MADE; i++) {
        if (!world.items[i].is_there || !world.items[i].has_vector)
            continue;
        assert_true(index_find(&world.index, world.items[i].id, &row));
        assert_non_null(map_place_of(map, &world.index, row));
        assert_memory_equal(map_place_of(map, &world.index, row), &before[i], sizeof(before[i]));
        placed++;
    }
    assert_true(placed > 100);
    map_close(map);
    close_world(&world);
}

/* Forgotten and brought back, an item may get the row of another one. */
CLAIM(an_item_that_comes_back_has_its_former_place)
{
    struct world world;
    struct map *map;
    struct map_place before;
    uint32_t row, other, i = 0, j;

    open_world(&world);
    map = map_open(world.folder, 2);
    make_and_wait(map, &world.index, 3);
    while (!world.items[i].is_there || !world.items[i].has_vector)
        i++;
    for (j = i + 1; !world.items[j].is_there; j++)
        ;
    assert_true(index_find(&world.index, world.items[i].id, &row));
    before = *map_place_of(map, &world.index, row);
    index_remove(&world.index, world.items[i].id);
    index_remove(&world.index, world.items[j].id);
    assert_true(map_place_rest(map, &world.index, INT64_MAX));
    made_put(&world.index, &world.items[i]);
    assert_true(index_find(&world.index, world.items[i].id, &other));
    assert_int_not_equal(row, other);
    assert_true(map_place_rest(map, &world.index, INT64_MAX));
    assert_memory_equal(map_place_of(map, &world.index, other), &before, sizeof(before));
    map_close(map);
    close_world(&world);
}

CLAIM(a_map_of_the_catalogue_before_is_thrown_away)
{
    struct world world;
    struct map *map;
    struct id before;
    struct fault fault = { 0 };

    open_world(&world);
    before = world.index.catalogue;
    map = map_open(world.folder, 2);
    make_and_wait(map, &world.index, 3);
    make_rows_again(&world, map, id_new());
    assert_int_equal(map_look(map, &world.index), MAP_NONE);
    assert_int_equal(map_make(map, &world.index, 3, &fault), ERR_OK); /* and so is one that is being made */
    make_rows_again(&world, map, id_new());
    while (!id_is_zero(map_task(map))) {
        map_look(map, &world.index);
        clock_sleep(2000);
    }
    assert_int_equal(map_look(map, &world.index), MAP_NONE);
    make_and_wait(map, &world.index, 3);
    world.index.catalogue = (struct id){ { 0 } }; /* as without room: it may be the same catalogue */
    assert_int_equal(map_look(map, &world.index), MAP_MADE);
    world.index.catalogue = before;
    assert_int_equal(map_look(map, &world.index), MAP_NONE);
    map_close(map);
    close_world(&world);
}

CLAIM(every_damaged_file_is_thrown_away)
{
    struct world world;
    struct map *map;
    long size;

    open_world(&world);
    map = map_open(world.folder, 2);
    make_and_wait(map, &world.index, 3);
    map_close(map);
    FILE *file = fopen(world.file, "r+b");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    for (long at = 0; at < size; at += 1 + at / 8) {
        int was;

        fseek(file, at, SEEK_SET);
        was = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(was ^ 0x41, file);
        fflush(file);
        map = map_open(world.folder, 2);
        if (at < 16 || at >= 32) /* the seed and the trust are about the map, and not part of it */
            assert_int_equal(map_look(map, &world.index), MAP_NONE);
        map_close(map);
        fseek(file, at, SEEK_SET);
        fputc(was, file);
        fflush(file);
    }
    assert_int_equal(ftruncate(fileno(file), size - 1), 0);
    map = map_open(world.folder, 2);
    assert_int_equal(map_look(map, &world.index), MAP_NONE);
    map_close(map);
    fclose(file);
    close_world(&world);
}
