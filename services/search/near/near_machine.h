/* near_machine.h: the inner loops of the neighbour search, for each kind of processor. All give the same numbers to
 * the last bit: sums of integers are exact, and rounded numbers are added in one fixed order. Any thread.
 *
 * A fine code is a vector in 64 signed bytes, in steps of its blocks. Its score against another code is
 *     Σ over groups of 4 numbers: weight of the group × Σ min(|difference|, 127)²
 * where all groups of a block have one weight.
 * A coarse code has 32 words of 4 bits, one for each pair of numbers. A word is the index of the code word nearest
 * to the vector's difference from the centre of its cluster, in the same steps. Its score is the sum of the 32 table
 * entries that the words select, at most 255. */
#ifndef LOOPHOLE_SEARCH_NEAR_MACHINE_H
#define LOOPHOLE_SEARCH_NEAR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    NEAR_WIDTH = 64, /* numbers of a vector */
    NEAR_GROUPS = NEAR_WIDTH / 4,
    NEAR_PAIRS = NEAR_WIDTH / 2,
    NEAR_WORDS = 16, /* code words for a pair of numbers */
    NEAR_ROW = 16,   /* vectors whose fine codes are interleaved */
    NEAR_BLOCK = 32, /* vectors whose coarse codes form a block */
    NEAR_BLOCK_BYTES = NEAR_BLOCK * NEAR_PAIRS / 2,
    NEAR_BLOCKS = 5, /* of an embedding: blocks.h */
    NEAR_FARTHEST = 127
};

/* After the last group of each block. */
static const uint8_t near_block_ends[NEAR_BLOCKS] = { 4, 8, 11, 14, 16 };

/* The target of a search: its fine code, and the weight of each group of 4 numbers. */
struct near_aim {
    _Alignas(64) int8_t codes[NEAR_WIDTH];
    _Alignas(64) float weights[NEAR_GROUPS];
};

/* The code words of each pair. Below: the weight of a square, in 1/32768, once for each code word of the pair. */
struct near_words {
    _Alignas(64) int8_t at[NEAR_PAIRS][NEAR_WORDS][2];
};
struct near_scales {
    _Alignas(64) int16_t at[NEAR_PAIRS][NEAR_WORDS];
};

/* The table of each pair's entries, in reading order: [k / 2][n][k % 2 × 2], with a copy beside it for pair 2k + n.
 * Byte k × 32 + v of a block holds vector v's word of pair 2k in its low half, of pair 2k + 1 in its high half. */
struct near_table {
    _Alignas(64) uint8_t entries[NEAR_PAIRS / 4][2][4][NEAR_WORDS];
};

struct near_machine {
    const char *name;

    /* Scores `count` (a multiple of NEAR_ROW) interleaved codes: the first 4 numbers of 16 vectors, then their next 4,
     * and so on. */
    void (*scan)(const int8_t *across, uint32_t count, const struct near_aim *aim, float *to);

    /* The number of the code with the lowest score; of equal ones the first. */
    uint32_t (*closest)(const int8_t *across, uint32_t count, const struct near_aim *aim);

    /* Scores the codes at `places`, 64 bytes each. */
    void (*pick)(const int8_t *codes, const uint32_t *places, uint32_t count, const struct near_aim *aim, float *to);

    /* Fills the table of a cluster: min(|difference|, 127)² of both numbers, scaled, rounded, at most 255. */
    void (*tabulate)(const int8_t *center, const struct near_aim *aim, const struct near_words *words,
                     const struct near_scales *scales, struct near_table *to);

    /* Finds the vectors of each of `count` blocks that score below `limit`: bit n of `to` for the nth. */
    void (*sift)(const uint8_t *blocks, uint32_t count, const struct near_table *table, uint8_t limit, uint32_t *to);

    /* Writes the numbers of the scores up to `limit`, rising; returns how many. `to` has room for all. */
    uint32_t (*below)(const float *scores, uint32_t count, float limit, uint32_t *to);

    /* Writes the squared weighted distances of the float rows in `rows`; without `rows`, of the first `count`. */
    void (*measure)(const float *at, const uint32_t *rows, uint32_t count, const float *target, const float *weights,
                    float *to);
};

/* Returns the fastest machine that this processor can run. */
const struct near_machine *near_machine(void);

/* All machines, exported for the unit test that compares them; [0] is plain C and runs everywhere. near_machine_at
 * returns NULL if this processor cannot run the machine. */
uint32_t near_machine_count(void);
const struct near_machine *near_machine_at(uint32_t number);

extern const struct near_machine near_machine_avx2, near_machine_avx512;

#endif
