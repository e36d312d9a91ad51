/* map.h: the library on a plane (2) or in a room (3), by likeness. It is made in a thread, from a copy of the
 * embeddings; the places of items stay as they are until a person has the map made again: what comes later is placed
 * among its neighbours and moves no other item. A map is kept in a file, CACHE/search.map-2 or -3: a cache, thrown
 * away when anything does not fit. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_MAP_H
#define LOOPHOLE_SEARCH_MAP_H

#include "common/clock.h"
#include "services/search/index/index.h"
#include "services/search/map/map_layout.h"

struct map;

enum map_stage { MAP_NONE, MAP_MAKING, MAP_MADE };

/* Errors: full. */
enum err map_open(const char *folder, uint32_t dimensions, struct map **map);
void map_close(struct map *map); /* stops what is being made; NULL is allowed */

/* Takes what its thread has made, or what the file has, and notes items that have gone. Call it before the others. */
enum map_stage map_look(struct map *map, const struct index *index);

/* Begins to make it, for the first time or again; the old one serves until then. Errors: not_found (no embeddings),
 * busy (it is being made), full. */
enum err map_make(struct map *map, struct index *index, uint64_t seed, struct fault *fault);
void map_stop(struct map *map);

struct id map_task(const struct map *map); /* zero: nothing is being made */
void map_progress(const struct map *map, uint32_t *done, uint32_t *total);

/* Gives places to rows that have none, until the time has come. True: all have one. Errors are taken for false. */
bool map_place_rest(struct map *map, struct index *index, usec_t until);

/* The place of an item; NULL: none yet. */
const struct map_place *map_place_of(const struct map *map, const struct index *index, uint32_t row);

double map_trust(const struct map *map); /* of the layout when it was made; NaN: not known */
uint64_t map_seed(const struct map *map);

#endif
