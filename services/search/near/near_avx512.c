/* The loops of near_machine.h with AVX-512 (F, BW, VL, VNNI). */
#include "services/search/near/near_machine.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define HERE __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

/* Adds to `sum` the squares of 4 differences in each of 16 lanes. */
static inline HERE __m512i add_squares(__m512i sum, __m512i a, __m512i b)
{
    __m512i difference = _mm512_max_epi8(_mm512_subs_epi8(a, b), _mm512_set1_epi8(-NEAR_FARTHEST));

    difference = _mm512_abs_epi8(difference);
    return _mm512_dpbusd_epi32(sum, difference, difference);
}

/* ---- interleaved codes ---- */

struct spread {
    __m512i codes[NEAR_GROUPS];
    __m512 weights[NEAR_BLOCKS];
};

static inline HERE void spread_aim(struct spread *to, const struct near_aim *aim)
{
    int32_t four;

    for (uint32_t i = 0; i < NEAR_GROUPS; i++) {
        memcpy(&four, aim->codes + (size_t)i * 4, sizeof(four));
        to->codes[i] = _mm512_set1_epi32(four);
    }
    for (uint32_t i = 0; i < NEAR_BLOCKS; i++)
        to->weights[i] = _mm512_set1_ps(aim->weights[near_block_ends[i] - 1]);
}

static inline HERE __m512 score_row(const int8_t *across, const struct spread *aim)
{
    __m512 sum = _mm512_setzero_ps();
    uint32_t group = 0;

#pragma GCC unroll 5
    for (uint32_t block = 0; block < NEAR_BLOCKS; block++) {
        __m512i squares = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (; group < near_block_ends[block]; group++)
            squares = add_squares(squares, _mm512_loadu_si512(across + (size_t)group * 64), aim->codes[group]);
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_cvtepi32_ps(squares), aim->weights[block]));
    }
    return sum;
}

static HERE void scan_codes(const int8_t *across, uint32_t count, const struct near_aim *aim, float *to)
{
    struct spread by;

    spread_aim(&by, aim);
    for (uint32_t i = 0; i < count; i += NEAR_ROW)
        _mm512_storeu_ps(to + i, score_row(across + (size_t)i * NEAR_WIDTH, &by));
}

static HERE uint32_t find_closest(const int8_t *across, uint32_t count, const struct near_aim *aim)
{
    struct spread by;
    __m512 best = _mm512_set1_ps(__FLT_MAX__);
    __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), found = numbers;

    spread_aim(&by, aim);
    for (uint32_t i = 0; i < count; i += NEAR_ROW) {
        __m512 scores = score_row(across + (size_t)i * NEAR_WIDTH, &by);
        __mmask16 lower = _mm512_cmp_ps_mask(scores, best, _CMP_LT_OQ);
        best = _mm512_mask_mov_ps(best, lower, scores);
        found = _mm512_mask_mov_epi32(found, lower, numbers);
        numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(NEAR_ROW));
    }
    __mmask16 lowest = _mm512_cmp_ps_mask(best, _mm512_set1_ps(_mm512_reduce_min_ps(best)), _CMP_EQ_OQ);
    return _mm512_mask_reduce_min_epu32(lowest, found);
}

/* ---- sums over the lanes: n with n + 8, then 4, 2, 1 ---- */

static inline HERE __m512 fold_lanes(__m512 a, __m512 b)
{
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
}

static inline HERE __m128 sum_four(__m512 a, __m512 b, __m512 c, __m512 d)
{
    const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    __m512 ab = fold_lanes(a, b), cd = fold_lanes(c, d), all;

    all = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    all = _mm512_add_ps(all, _mm512_permute_ps(all, 0x4e));
    all = _mm512_add_ps(all, _mm512_permute_ps(all, 0xb1));
    return _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, all));
}

static inline HERE void store_some(float *to, __m128 four, uint32_t count)
{
    _mm_mask_storeu_ps(to, (__mmask8)(count < 4 ? (1u << count) - 1 : 15), four);
}

/* ---- scattered codes ---- */

static inline HERE __m512 squares_at(const int8_t *codes, uint32_t place, __m512i target, __m512 weights)
{
    __m512i code = _mm512_loadu_si512(codes + (size_t)place * NEAR_WIDTH);

    return _mm512_mul_ps(_mm512_cvtepi32_ps(add_squares(_mm512_setzero_si512(), code, target)), weights);
}

static HERE void score_picked(const int8_t *codes, const uint32_t *places, uint32_t count, const struct near_aim *aim,
                              float *to)
{
    const __m512i target = _mm512_load_si512(aim->codes);
    const __m512 weights = _mm512_load_ps(aim->weights);

    for (uint32_t i = 0; i < count; i += 4) {
        uint32_t last = count - 1, more = i + 16;
        for (uint32_t j = more; j < more + 4 && j < count; j++)
            _mm_prefetch((const char *)codes + (size_t)places[j] * NEAR_WIDTH, _MM_HINT_T0);
        __m512 a = squares_at(codes, places[i], target, weights);
        __m512 b = squares_at(codes, places[i + 1 < count ? i + 1 : last], target, weights);
        __m512 c = squares_at(codes, places[i + 2 < count ? i + 2 : last], target, weights);
        __m512 d = squares_at(codes, places[i + 3 < count ? i + 3 : last], target, weights);
        store_some(to + i, sum_four(a, b, c, d), count - i);
    }
}

/* ---- coarse codes ---- */

/* The squares of two pairs: the first pair's 16 words are in the low half. */
static inline HERE __m512i scaled_squares(__m512i targets, const struct near_words *words,
                                          const struct near_scales *scales, uint32_t pair)
{
    __m512i difference = _mm512_subs_epi8(_mm512_load_si512(words->at[pair]), targets);

    difference = _mm512_abs_epi8(_mm512_max_epi8(difference, _mm512_set1_epi8(-NEAR_FARTHEST)));
    difference = _mm512_maddubs_epi16(difference, difference);
    return _mm512_mulhrs_epi16(difference, _mm512_load_si512(scales->at[pair]));
}

static HERE void fill_table(const int8_t *center, const struct near_aim *aim, const struct near_words *words,
                            const struct near_scales *scales, struct near_table *to)
{
    const __m512i lows = _mm512_setr_epi64(0, 2, 0, 2, 1, 3, 1, 3), highs = _mm512_setr_epi64(4, 6, 4, 6, 5, 7, 5, 7);
    const __m512i targets = _mm512_subs_epi8(_mm512_load_si512(aim->codes), _mm512_loadu_si512(center));
    __m512i two = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(1), 1);

    for (uint32_t pair = 0; pair < NEAR_PAIRS; pair += 4) {
        __m512i first = scaled_squares(_mm512_permutexvar_epi16(two, targets), words, scales, pair);
        two = _mm512_add_epi16(two, _mm512_set1_epi16(2));
        __m512i second = scaled_squares(_mm512_permutexvar_epi16(two, targets), words, scales, pair + 2);
        two = _mm512_add_epi16(two, _mm512_set1_epi16(2));
        __m512i bytes = _mm512_packus_epi16(first, second);
        _mm512_store_si512(to->entries[pair / 4][0], _mm512_permutexvar_epi64(lows, bytes));
        _mm512_store_si512(to->entries[pair / 4][1], _mm512_permutexvar_epi64(highs, bytes));
    }
}

static HERE void sift_blocks(const uint8_t *blocks, uint32_t count, const struct near_table *table, uint8_t limit,
                             uint32_t *to)
{
    const __m512i low = _mm512_set1_epi8(15);
    const __m256i below = _mm256_set1_epi8((char)limit);
    __m512i entries[NEAR_PAIRS / 4][2];

    for (uint32_t i = 0; i < NEAR_PAIRS / 4; i++) {
        entries[i][0] = _mm512_load_si512(table->entries[i][0]);
        entries[i][1] = _mm512_load_si512(table->entries[i][1]);
    }
    for (uint32_t block = 0; block < count; block++, blocks += NEAR_BLOCK_BYTES) {
        __m512i sum = _mm512_setzero_si512(), other = sum;
#pragma GCC unroll 8
        for (uint32_t i = 0; i < NEAR_PAIRS / 4; i++) {
            __m512i words = _mm512_loadu_si512(blocks + (size_t)i * 64);
            __m512i high = _mm512_and_si512(_mm512_srli_epi16(words, 4), low);
            sum = _mm512_adds_epu8(sum, _mm512_shuffle_epi8(entries[i][0], _mm512_and_si512(words, low)));
            other = _mm512_adds_epu8(other, _mm512_shuffle_epi8(entries[i][1], high));
        }
        sum = _mm512_adds_epu8(sum, other);
        __m256i half = _mm512_extracti64x4_epi64(sum, 1);
        half = _mm256_adds_epu8(half, _mm512_castsi512_si256(sum));
        to[block] = _mm256_cmp_epu8_mask(half, below, _MM_CMPINT_LT);
    }
}

/* ---- floats ---- */

static HERE uint32_t find_below(const float *scores, uint32_t count, float limit, uint32_t *to)
{
    __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i += 16) {
        __mmask16 there = (__mmask16)(count - i < 16 ? (1u << (count - i)) - 1 : 0xffff);
        __m512 some = _mm512_maskz_loadu_ps(there, scores + i);
        __mmask16 low = _mm512_mask_cmp_ps_mask(there, some, _mm512_set1_ps(limit), _CMP_LE_OQ);
        if (low)
            _mm512_mask_compressstoreu_epi32(to + found, low, numbers);
        found += (uint32_t)__builtin_popcount(low);
        numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
    }
    return found;
}

static inline HERE __m512 squares_of(const float *row, const __m512 target[4], const __m512 weights[4])
{
    __m512 sum = _mm512_setzero_ps();

#pragma GCC unroll 4
    for (uint32_t i = 0; i < 4; i++) {
        __m512 difference = _mm512_sub_ps(_mm512_loadu_ps(row + (size_t)i * 16), target[i]);
        sum = _mm512_add_ps(sum, _mm512_mul_ps(weights[i], _mm512_mul_ps(difference, difference)));
    }
    return sum;
}

static inline const float *row_at(const float *at, const uint32_t *rows, uint32_t number, uint32_t last)
{
    number = number < last ? number : last;
    return at + (size_t)(rows ? rows[number] : number) * NEAR_WIDTH;
}

static inline void prefetch_row(const float *at, const uint32_t *rows, uint32_t number, uint32_t last)
{
    const char *row = (const char *)row_at(at, rows, number, last);

    for (uint32_t i = 0; i < 4; i++)
        _mm_prefetch(row + (size_t)i * 64, _MM_HINT_T0);
}

static HERE void measure_rows(const float *at, const uint32_t *rows, uint32_t count, const float *target,
                              const float *weights, float *to)
{
    __m512 targets[4], weigh[4];

    for (uint32_t i = 0; i < 4; i++) {
        targets[i] = _mm512_loadu_ps(target + (size_t)i * 16);
        weigh[i] = _mm512_loadu_ps(weights + (size_t)i * 16);
    }
    for (uint32_t i = 0; i < count; i += 4) {
        uint32_t last = count - 1;
        for (uint32_t j = i + 8; j < i + 12; j++)
            prefetch_row(at, rows, j, last);
        __m512 a = squares_of(row_at(at, rows, i, last), targets, weigh);
        __m512 b = squares_of(row_at(at, rows, i + 1, last), targets, weigh);
        __m512 c = squares_of(row_at(at, rows, i + 2, last), targets, weigh);
        __m512 d = squares_of(row_at(at, rows, i + 3, last), targets, weigh);
        store_some(to + i, sum_four(a, b, c, d), count - i);
    }
}

const struct near_machine near_machine_avx512 = { "AVX-512 VNNI", scan_codes,  find_closest, score_picked,
                                                  fill_table,     sift_blocks, find_below,   measure_rows };
#endif
