/* near_machine.h: the inner loops of the search for neighbours, for each kind of processor. All give the same numbers
 * to the last bit: sums of integers are exact, and what is rounded is added in one fixed order. Any thread.
 *
 * A fine code is a vector in 64 signed bytes, in steps of its blocks. Its score against another is
 *     Σ over groups of 4 numbers: weight of the group × Σ min(|difference|, 127)²
 * where all groups of a block have one weight.
 * A coarse code is 32 words of 4 bits, one for each pair of numbers: what the vector's distance from the centre of its
 * cluster is nearest to, in the same steps. Its score is the sum of the 32 entries of a table that they choose, at most
 * 255. */
#ifndef LOOPHOLE_SEARCH_NEAR_MACHINE_H
#define LOOPHOLE_SEARCH_NEAR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    NEAR_WIDTH = 64, /* numbers of a vector */
    NEAR_GROUPS = NEAR_WIDTH / 4,
    NEAR_PAIRS = NEAR_WIDTH / 2,
    NEAR_WORDS = 16, /* that a pair of numbers is one of */
    NEAR_ROW = 16,   /* vectors whose fine codes lie across */
    NEAR_BLOCK = 32, /* vectors whose coarse codes lie together */
    NEAR_BLOCK_BYTES = NEAR_BLOCK * NEAR_PAIRS / 2,
    NEAR_BLOCKS = 5, /* of an embedding: blocks.h */
    NEAR_FARTHEST = 127
};

/* Behind the last group of each block. */
static const uint8_t near_block_ends[NEAR_BLOCKS] = { 4, 8, 11, 14, 16 };

/* What is measured from: a fine code, and what each group of 4 numbers counts. */
struct near_aim {
    _Alignas(64) int8_t codes[NEAR_WIDTH];
    _Alignas(64) float weights[NEAR_GROUPS];
};

/* The words of each pair of numbers, and what a square there counts for, in 1/32768, once for each of its words. */
struct near_words {
    _Alignas(64) int8_t at[NEAR_PAIRS][NEAR_WORDS][2];
};
struct near_scales {
    _Alignas(64) int16_t at[NEAR_PAIRS][NEAR_WORDS];
};

/* The entries of each pair's words, in the order in which a block is read: [k / 2][n][k % 2 × 2] and beside it
 * again, for pair 2k + n. Byte k × 32 + v of a block holds vector v's word of pair 2k in its low half, of pair
 * 2k + 1 in its high. */
struct near_table {
    _Alignas(64) uint8_t entries[NEAR_PAIRS / 4][2][4][NEAR_WORDS];
};

struct near_machine {
    const char *name;

    /* Scores of `count` (a multiple of NEAR_ROW) codes that lie across: the first 4 numbers of 16 vectors, then the
     * next 4 of them, and so on. */
    void (*scan)(const int8_t *across, uint32_t count, const struct near_aim *aim, float *to);

    /* The lowest of these scores; of equal ones, the first. */
    uint32_t (*closest)(const int8_t *across, uint32_t count, const struct near_aim *aim);

    /* Scores of the codes at `places`, 64 bytes each. */
    void (*pick)(const int8_t *codes, const uint32_t *places, uint32_t count, const struct near_aim *aim, float *to);

    /* The table for a cluster: min(|difference|, 127)² of both numbers, scaled, rounded, at most 255. */
    void (*tabulate)(const int8_t *center, const struct near_aim *aim, const struct near_words *words,
                     const struct near_scales *scales, struct near_table *to);

    /* Which of the vectors of each of `count` blocks score below `limit`: bit n for the nth. */
    void (*sift)(const uint8_t *blocks, uint32_t count, const struct near_table *table, uint8_t limit, uint32_t *to);

    /* Numbers of the scores that are no more than `limit`, rising; returns how many. `to` has room for all. */
    uint32_t (*below)(const float *scores, uint32_t count, float limit, uint32_t *to);

    /* Squares of weighted distances of rows of floats: those at `rows`, or, without it, the first `count`. */
    void (*measure)(const float *at, const uint32_t *rows, uint32_t count, const float *target, const float *weights,
                    float *to);
};

/* The fastest that this processor runs, and the number of them; [0] is plain C and runs everywhere. */
const struct near_machine *near_machine(void);
uint32_t near_machine_count(void);
const struct near_machine *near_machine_at(uint32_t number); /* NULL: this processor can't */

extern const struct near_machine near_machine_avx2, near_machine_avx512;

#endif
