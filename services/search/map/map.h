/* map.h: a map of the library on a plane (2) or in space (3), by similarity. A thread makes it from a copy of the
 * embeddings. A later item gets a place among its neighbours and moves no other item. Only a person has the map made
 * again, unless all its items are gone. The file CACHE/search.map-2 or -3 keeps the map. It is a cache: map_look drops
 * a map that is damaged, or of another catalogue than the index now has. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_MAP_H
#define LOOPHOLE_SEARCH_MAP_H

#include "common/clock.h"
#include "services/search/index/index.h"
#include "services/search/map/map_layout.h"

struct map;

enum map_stage { MAP_NONE, MAP_MAKING, MAP_MADE };

struct map *map_open(const char *folder, uint32_t dimensions);
void map_close(struct map *map); /* stops a running thread; NULL is allowed */

/* Adopts the thread's result, or the file. Call it before the others; the index may be incomplete. */
enum map_stage map_look(struct map *map, const struct index *index);

/* False: there is no layout, or all its items are gone, so no item has a place. The index must be complete. */
bool map_has_items(const struct map *map, const struct index *index);

/* Starts to make the map, for the first time or again; the old one stays in use until the end. Errors: not_found (no
 * embeddings), busy (already running), full. */
enum err map_make(struct map *map, struct index *index, uint64_t seed, struct fault *fault);
void map_stop(struct map *map); /* gives up the making of a map; does not wait */

struct id map_task(const struct map *map);                                 /* zero: no thread runs */
void map_progress(const struct map *map, uint32_t *done, uint32_t *total); /* of the thread's work; 0, 0: none runs */

/* Gives the items of the layout their places, in whatever rows they are now. Then places other rows until `until`
 * (steady clock). True: all have one. An error counts as false. The index must be complete. */
bool map_place_rest(struct map *map, struct index *index, usec_t until);

/* The place of an item, after map_place_rest; NULL: none yet. */
const struct map_place *map_place_of(const struct map *map, const struct index *index, uint32_t row);

double map_trust(const struct map *map);  /* of the layout, when it was made; NaN: unknown */
uint64_t map_seed(const struct map *map); /* with which it was made */

#endif
