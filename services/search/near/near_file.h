/* near_file.h: clusters and codes as they lie in one column of bytes; offsets are from its start. Positions are numbers
 * of codes: those of a cluster follow each other, from a multiple of NEAR_BLOCK on, so that some belong to no row. */
#ifndef LOOPHOLE_SEARCH_NEAR_FILE_H
#define LOOPHOLE_SEARCH_NEAR_FILE_H

#include "services/search/near/near_machine.h"
#include "services/search/sets/column.h"

#define NEAR_NO_ROW   UINT32_MAX
#define NEAR_NO_PLACE UINT32_MAX

enum { NEAR_DEPTHS = 3, NEAR_KINDS = 6, NEAR_MOST_CLUSTERS = UINT16_MAX - NEAR_ROW + 1 };

/* How a query looks: measured (near_plan.h). */
struct near_plan {
    float probes; /* clusters */
    float keep;   /* that are measured in floats, for each that is wanted */
    float slack;  /* how far a coarse score may be above the worst that is kept, as a factor */
};

struct near_file {
    struct near_words words;
    uint32_t rows;     /* of the index when it was made */
    uint32_t items;    /* rows that have a place */
    uint32_t clusters; /* a multiple of NEAR_ROW */
    uint32_t places;   /* a multiple of NEAR_BLOCK */
    uint64_t bytes;
    uint64_t across_at, center_at, first_at, row_at, place_at, row_clusters_at, fine_at, coarse_at;
    float low[NEAR_WIDTH];   /* the value of code -128 */
    float step[NEAR_BLOCKS]; /* between two codes */
    struct near_plan plans[NEAR_KINDS][NEAR_DEPTHS];
};

/* The parts of a file. */
struct near_parts {
    struct near_file *file;
    int8_t *across;         /* fine codes of the clusters' centres, for scan */
    int8_t *centers;        /* the same, NEAR_WIDTH each */
    uint32_t *firsts;       /* clusters + 1 positions */
    uint32_t *rows;         /* by position; NEAR_NO_ROW */
    uint32_t *places;       /* by row; NEAR_NO_PLACE */
    uint16_t *row_clusters; /* by row: the cluster of its place */
    int8_t *fine;           /* by position, NEAR_WIDTH each */
    uint8_t *coarse;        /* by block of positions, NEAR_BLOCK_BYTES each */
};
struct near_parts near_file_parts(struct near_file *file);

/* Lays a file out in an empty column of bytes, with `clusters`, `places`, `rows`. Errors: full. */
enum err near_file_make(struct column *column, uint32_t clusters, uint32_t places, uint32_t rows);

/* Whether all of it may be used without looking where it points. */
bool near_file_is_sound(const struct column *column, uint32_t rows);

/* ---- codes ---- */
uint32_t near_file_block_of(uint32_t dimension);
void near_file_code(const struct near_file *file, const float *vector, int8_t to[NEAR_WIDTH]);
void near_file_aim(const struct near_file *file, const float *target, const float *weights, struct near_aim *to);

#endif
