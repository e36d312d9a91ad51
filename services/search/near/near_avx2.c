/* The loops of near_machine.h with AVX2. */
#include "services/search/near/near_machine.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define HERE __attribute__((target("avx2")))

/* Σ of squares of 4 differences in each of 8 lanes. Two squares fit 16 bits: 2 × 127² < 2¹⁵. */
static inline HERE __m256i sum_squares(__m256i a, __m256i b)
{
    __m256i difference = _mm256_max_epi8(_mm256_subs_epi8(a, b), _mm256_set1_epi8(-NEAR_FARTHEST));

    difference = _mm256_abs_epi8(difference);
    return _mm256_madd_epi16(_mm256_maddubs_epi16(difference, difference), _mm256_set1_epi16(1));
}

/* ---- interleaved codes ---- */

static inline HERE __m256 score_half_row(const int8_t *across, const struct near_aim *aim)
{
    __m256 sum = _mm256_setzero_ps();
    uint32_t group = 0;
    int32_t four;

#pragma GCC unroll 5
    for (uint32_t block = 0; block < NEAR_BLOCKS; block++) {
        __m256i all = _mm256_setzero_si256();
#pragma GCC unroll 4
        for (; group < near_block_ends[block]; group++) {
            __m256i codes = _mm256_loadu_si256((const void *)(across + (size_t)group * 64));
            memcpy(&four, aim->codes + (size_t)group * 4, sizeof(four));
            all = _mm256_add_epi32(all, sum_squares(codes, _mm256_set1_epi32(four)));
        }
        __m256 weight = _mm256_set1_ps(aim->weights[near_block_ends[block] - 1]);
        sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_cvtepi32_ps(all), weight));
    }
    return sum;
}

static HERE void scan_codes(const int8_t *across, uint32_t count, const struct near_aim *aim, float *to)
{
    for (uint32_t i = 0; i < count; i += NEAR_ROW) {
        const int8_t *row = across + (size_t)i * NEAR_WIDTH;
        _mm256_storeu_ps(to + i, score_half_row(row, aim));
        _mm256_storeu_ps(to + i + 8, score_half_row(row + 32, aim));
    }
}

static HERE uint32_t find_closest(const int8_t *across, uint32_t count, const struct near_aim *aim)
{
    float scores[NEAR_ROW], best = __FLT_MAX__;
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i += NEAR_ROW) {
        scan_codes(across + (size_t)i * NEAR_WIDTH, NEAR_ROW, aim, scores);
        for (uint32_t j = 0; j < NEAR_ROW; j++) {
            found = scores[j] < best ? i + j : found;
            best = scores[j] < best ? scores[j] : best;
        }
    }
    return found;
}

/* ---- sums over 16 lanes in two halves: n with n + 8, then 4, 2, 1 ---- */

static inline HERE __m256 fold_lanes(__m256 a, __m256 b)
{
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

/* Stores the sums of vectors a to d, whose lanes n and n + 8 are added already. */
static inline HERE void store_sums(const __m256 eights[4], uint32_t count, float *to)
{
    __m256 ab = fold_lanes(eights[0], eights[1]), cd = fold_lanes(eights[2], eights[3]);
    __m256 pairs = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
    __m256 acbd = _mm256_add_ps(pairs, _mm256_permute_ps(pairs, 0xb1));
    float sums[8];

    _mm256_storeu_ps(sums, acbd);
    const float four[4] = { sums[0], sums[4], sums[2], sums[6] };
    memcpy(to, four, (count < 4 ? count : 4) * sizeof(*to));
}

/* ---- scattered codes ---- */

static inline HERE __m256 weigh_code(const int8_t *code, const int8_t *target, const float *weights)
{
    __m256i sums = sum_squares(_mm256_loadu_si256((const void *)code), _mm256_load_si256((const void *)target));

    return _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_load_ps(weights));
}

static HERE void score_picked(const int8_t *codes, const uint32_t *places, uint32_t count, const struct near_aim *aim,
                              float *to)
{
    for (uint32_t i = 0; i < count; i += 4) {
        __m256 eights[4];
        for (uint32_t j = i + 16; j < i + 20 && j < count; j++)
            _mm_prefetch((const char *)codes + (size_t)places[j] * NEAR_WIDTH, _MM_HINT_T0);
        for (uint32_t j = 0; j < 4; j++) {
            const int8_t *code = codes + (size_t)places[i + j < count ? i + j : count - 1] * NEAR_WIDTH;
            eights[j] = _mm256_add_ps(weigh_code(code, aim->codes, aim->weights),
                                      weigh_code(code + 32, aim->codes + 32, aim->weights + 8));
        }
        store_sums(eights, count - i, to + i);
    }
}

/* ---- coarse codes ---- */

static inline HERE __m256i scaled_squares(__m256i target, const struct near_words *words,
                                          const struct near_scales *scales, uint32_t pair)
{
    __m256i difference = _mm256_subs_epi8(_mm256_load_si256((const void *)words->at[pair]), target);

    difference = _mm256_abs_epi8(_mm256_max_epi8(difference, _mm256_set1_epi8(-NEAR_FARTHEST)));
    difference = _mm256_maddubs_epi16(difference, difference);
    return _mm256_mulhrs_epi16(difference, _mm256_load_si256((const void *)scales->at[pair]));
}

static HERE void fill_table(const int8_t *center, const struct near_aim *aim, const struct near_words *words,
                            const struct near_scales *scales, struct near_table *to)
{
    int16_t targets[NEAR_PAIRS];

    for (uint32_t i = 0; i < 2; i++) {
        __m256i codes = _mm256_load_si256((const void *)(aim->codes + (size_t)i * 32));
        __m256i half = _mm256_subs_epi8(codes, _mm256_loadu_si256((const void *)(center + (size_t)i * 32)));
        _mm256_storeu_si256((void *)(targets + (size_t)i * 16), half);
    }
    for (uint32_t pair = 0; pair < NEAR_PAIRS; pair += 2) {
        uint8_t(*entries)[4][NEAR_WORDS] = to->entries[pair / 4];
        __m256i first = scaled_squares(_mm256_set1_epi16(targets[pair]), words, scales, pair);
        __m256i second = scaled_squares(_mm256_set1_epi16(targets[pair + 1]), words, scales, pair + 1);
        __m256i bytes = _mm256_packus_epi16(first, second);
        _mm256_store_si256((void *)entries[0][pair % 4], _mm256_permute4x64_epi64(bytes, 0x88));
        _mm256_store_si256((void *)entries[1][pair % 4], _mm256_permute4x64_epi64(bytes, 0xdd));
    }
}

static HERE void sift_blocks(const uint8_t *blocks, uint32_t count, const struct near_table *table, uint8_t limit,
                             uint32_t *to)
{
    const __m256i low = _mm256_set1_epi8(15), most = _mm256_set1_epi8((char)(limit - 1));

    for (uint32_t block = 0; block < count; block++, blocks += NEAR_BLOCK_BYTES) {
        __m256i sum = _mm256_setzero_si256(), other = sum;
#pragma GCC unroll 16
        for (uint32_t k = 0; k < NEAR_PAIRS / 2; k++) {
            const uint8_t(*entries)[4][NEAR_WORDS] = table->entries[k / 2];
            __m256i words = _mm256_loadu_si256((const void *)(blocks + (size_t)k * 32));
            __m256i high = _mm256_and_si256(_mm256_srli_epi16(words, 4), low);
            __m256i lows = _mm256_load_si256((const void *)entries[0][k % 2 * 2]);
            __m256i highs = _mm256_load_si256((const void *)entries[1][k % 2 * 2]);
            sum = _mm256_adds_epu8(sum, _mm256_shuffle_epi8(lows, _mm256_and_si256(words, low)));
            other = _mm256_adds_epu8(other, _mm256_shuffle_epi8(highs, high));
        }
        sum = _mm256_adds_epu8(sum, other);
        __m256i below = _mm256_cmpeq_epi8(_mm256_min_epu8(sum, most), sum);
        to[block] = limit ? (uint32_t)_mm256_movemask_epi8(below) : 0;
    }
}

/* ---- floats ---- */

static HERE uint32_t find_below(const float *scores, uint32_t count, float limit, uint32_t *to)
{
    uint32_t found = 0, i = 0;

    for (; i + 8 <= count; i += 8) {
        __m256 low = _mm256_cmp_ps(_mm256_loadu_ps(scores + i), _mm256_set1_ps(limit), _CMP_LE_OQ);
        for (uint32_t mask = (uint32_t)_mm256_movemask_ps(low); mask; mask &= mask - 1)
            to[found++] = i + (uint32_t)__builtin_ctz(mask);
    }
    for (; i < count; i++)
        if (scores[i] <= limit)
            to[found++] = i;
    return found;
}

static inline HERE __m256 squares_of(const float *row, const float *target, const float *weights)
{
    __m256 sum = _mm256_setzero_ps();

    for (uint32_t i = 0; i < NEAR_WIDTH; i += 16) {
        __m256 difference = _mm256_sub_ps(_mm256_loadu_ps(row + i), _mm256_loadu_ps(target + i));
        difference = _mm256_mul_ps(difference, difference);
        sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(weights + i), difference));
    }
    return sum;
}

static HERE void measure_rows(const float *at, const uint32_t *rows, uint32_t count, const float *target,
                              const float *weights, float *to)
{
    for (uint32_t i = 0; i < count; i += 4) {
        __m256 eights[4];
        for (uint32_t j = 0; j < 4; j++) {
            uint32_t number = i + j < count ? i + j : count - 1;
            const float *row = at + (size_t)(rows ? rows[number] : number) * NEAR_WIDTH;
            eights[j] = _mm256_add_ps(squares_of(row, target, weights), squares_of(row + 8, target + 8, weights + 8));
        }
        store_sums(eights, count - i, to + i);
    }
}

const struct near_machine near_machine_avx2 = { "AVX2",     scan_codes,  find_closest, score_picked,
                                                fill_table, sift_blocks, find_below,   measure_rows };
#endif
