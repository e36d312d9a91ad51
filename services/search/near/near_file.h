/* near_file.h: the layout of clusters and codes in one column of bytes; offsets count from its start. A place is the
 * number of a code. The places of a cluster are contiguous and start at a multiple of NEAR_BLOCK, so some places belong
 * to no row. */
#ifndef LOOPHOLE_SEARCH_NEAR_FILE_H
#define LOOPHOLE_SEARCH_NEAR_FILE_H

#include "services/search/containers/column.h"
#include "services/search/near/near_machine.h"

#define NEAR_NO_ROW     UINT32_MAX
#define NEAR_NO_PLACE   UINT32_MAX
#define NEAR_MOST_REACH 1e6f

enum { NEAR_DEPTHS = 3, NEAR_KINDS = 6 + NEAR_BLOCKS, NEAR_MOST_CLUSTERS = UINT16_MAX - NEAR_ROW + 1 };

/* The effort of a query, as measured (near_plan.h). The slack is a distance in units of near_file_unit. */
struct near_plan {
    float probes; /* clusters at most */
    float reach;  /* share of the wanted rows' distance within which a cluster must begin to be searched */
    float coarse; /* how much farther than the wanted rows a row may seem by its coarse code */
    float fine;   /* by its fine code, to be measured in floats */
};

struct near_file {
    struct near_words words;
    uint32_t rows;     /* rows of the index at the time */
    uint32_t items;    /* rows with a place */
    uint32_t clusters; /* a multiple of NEAR_ROW */
    uint32_t places;   /* a multiple of NEAR_BLOCK */
    uint64_t bytes;
    uint64_t across_at, center_at, first_at, row_at, place_at, row_clusters_at, fine_at, coarse_at;
    float low[NEAR_WIDTH];   /* the value of code -128 */
    float step[NEAR_BLOCKS]; /* per block, between two codes */
    struct near_plan plans[NEAR_KINDS][NEAR_DEPTHS];
};

/* Pointers to the parts of a file. */
struct near_parts {
    struct near_file *file;
    int8_t *across;         /* fine codes of the clusters' centres, for scan */
    int8_t *centers;        /* the same, NEAR_WIDTH each */
    uint32_t *firsts;       /* clusters + 1 places */
    uint32_t *rows;         /* by place; NEAR_NO_ROW */
    uint32_t *places;       /* by row; NEAR_NO_PLACE */
    uint16_t *row_clusters; /* by row: the cluster of its place */
    int8_t *fine;           /* by place, NEAR_WIDTH each */
    uint8_t *coarse;        /* by block of places, NEAR_BLOCK_BYTES each */
};
struct near_parts near_file_parts(struct near_file *file);

/* Lays a file out in an empty column of bytes. Errors: full. */
enum err near_file_make(struct column *column, uint32_t clusters, uint32_t places, uint32_t rows);

/* True if the file is sound: its later users do not check it. */
bool near_file_is_sound(const struct column *column, uint32_t rows);

/* ---- codes ---- */
uint32_t near_file_block_of(uint32_t dimension);

/* Writes the fine code of a vector; `near_file_aim` makes a search target, whose weights are equal within a block. */
void near_file_code(const struct near_file *file, const float *vector, int8_t to[NEAR_WIDTH]);
void near_file_aim(const struct near_file *file, const float *target, const float *weights, struct near_aim *to);

/* The distance of two codes that differ by one step in one number of each group. */
float near_file_unit(const struct near_aim *aim);

#endif
