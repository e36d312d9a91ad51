/* volumes.h: the volumes and libraries of the catalogue. They are few and change often, so the state of an item is
 * derived from them in each query (store/availability.h) and not written into its row. One thread. */
#ifndef LOOPHOLE_SEARCH_VOLUMES_H
#define LOOPHOLE_SEARCH_VOLUMES_H

#include "schema_search.h"
#include "services/search/index/index.h"
#include "store/catalogue.h"

enum { VOLUMES_NAME = 256 };

/* A library, or the items of a volume that are in no library. */
struct place_here {
    struct id id, volume; /* equal for a volume */
    enum backend backend;
    bool is_here;
    char name[VOLUMES_NAME];   /* of the library's folder; of the volume, its label or the name of its mount point */
    char folded[VOLUMES_NAME]; /* the same */
};

/* All zero: none. */
struct volumes {
    uint32_t count;
    struct place_here *at;
};

/* Reads all volumes and libraries again, except those with a damaged row. Errors: io. */
enum err volumes_read(struct volumes *volumes, struct txn *txn, struct arena *arena);
void volumes_free(struct volumes *volumes);
bool volumes_have(const struct volumes *volumes, struct id id);

/* True for local, external, remote, offline, missing and the six states. */
bool volumes_is_state(struct text word);

/* Adds the rows in that state to `to`. */
void volumes_in_state(const struct volumes *volumes, struct index *index, struct text word, struct bitmap *to);

/* Adds the rows of the libraries, or of the volumes, whose name has words that begin with each folded word. */
void volumes_in_place(const struct volumes *volumes, struct index *index, bool of_libraries, struct text words,
                      struct bitmap *to);

/* Adds all rows of one place; of a volume also those of its libraries. */
void volumes_all_of(struct index *index, const struct place_here *place, struct bitmap *to);

/* Counts the rows of one place by state. */
void volumes_count(const struct volumes *volumes, const struct place_here *place, struct index *index,
                   struct state_counts *to);

#endif
