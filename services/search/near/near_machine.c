#include "services/search/near/near_machine.h"

#include <stddef.h>

/* ---- plain C, the reference for the others ---- */

static uint32_t sum_squares(const int8_t *a, const int8_t *b, uint32_t count)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        int32_t difference = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
        difference = difference < NEAR_FARTHEST ? difference : NEAR_FARTHEST;
        sum += (uint32_t)(difference * difference);
    }
    return sum;
}

static float score_across(const int8_t *across, uint32_t lane, const struct near_aim *aim)
{
    float sum = 0;
    uint32_t group = 0;

    for (uint32_t block = 0; block < NEAR_BLOCKS; block++) {
        uint32_t all = 0;
        for (; group < near_block_ends[block]; group++)
            all += sum_squares(across + group * 64 + lane * 4, aim->codes + group * 4, 4);
        float weighted = (float)all * aim->weights[near_block_ends[block] - 1];
        sum += weighted;
    }
    return sum;
}

static void scan_codes(const int8_t *across, uint32_t count, const struct near_aim *aim, float *to)
{
    for (uint32_t i = 0; i < count; i++)
        to[i] = score_across(across + (size_t)(i - i % NEAR_ROW) * NEAR_WIDTH, i % NEAR_ROW, aim);
}

static uint32_t find_closest(const int8_t *across, uint32_t count, const struct near_aim *aim)
{
    uint32_t found = 0;
    float best = __FLT_MAX__;

    for (uint32_t i = 0; i < count; i++) {
        float score = score_across(across + (size_t)(i - i % NEAR_ROW) * NEAR_WIDTH, i % NEAR_ROW, aim);
        found = score < best ? i : found;
        best = score < best ? score : best;
    }
    return found;
}

static float sum_lanes(float lanes[16])
{
    for (uint32_t half = 8; half; half /= 2)
        for (uint32_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

static void score_picked(const int8_t *codes, const uint32_t *places, uint32_t count, const struct near_aim *aim,
                         float *to)
{
    float lanes[NEAR_GROUPS];

    for (uint32_t i = 0; i < count; i++) {
        const int8_t *code = codes + (size_t)places[i] * NEAR_WIDTH;
        for (uint32_t j = 0; j < NEAR_GROUPS; j++)
            lanes[j] = (float)sum_squares(code + j * 4, aim->codes + j * 4, 4) * aim->weights[j];
        to[i] = sum_lanes(lanes);
    }
}

static int32_t saturate_code(int32_t value)
{
    return value < INT8_MIN ? INT8_MIN : value > INT8_MAX ? INT8_MAX : value;
}

static void fill_table(const int8_t *center, const struct near_aim *aim, const struct near_words *words,
                       const struct near_scales *scales, struct near_table *to)
{
    int8_t targets[NEAR_WIDTH];

    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        targets[i] = (int8_t)saturate_code(aim->codes[i] - center[i]);
    for (uint32_t pair = 0; pair < NEAR_PAIRS; pair++)
        for (uint32_t i = 0; i < NEAR_WORDS; i++) {
            uint8_t(*entries)[NEAR_WORDS] = &to->entries[pair / 4][pair % 2][pair / 2 % 2 * 2];
            int32_t square = (int32_t)sum_squares(words->at[pair][i], targets + pair * 2, 2);
            int32_t entry = (square * scales->at[pair][i] + (1 << 14)) >> 15;
            entries[0][i] = entries[1][i] = (uint8_t)(entry < UINT8_MAX ? entry : UINT8_MAX);
        }
}

static bool is_below(const uint8_t *block, uint32_t vector, const struct near_table *table, uint8_t limit)
{
    uint32_t sum = 0;

    for (uint32_t k = 0; k < NEAR_PAIRS / 2; k++) {
        uint8_t words = block[k * NEAR_BLOCK + vector];
        sum += table->entries[k / 2][0][k % 2 * 2][words & 15];
        sum += table->entries[k / 2][1][k % 2 * 2][words >> 4];
    }
    return (sum < UINT8_MAX ? sum : UINT8_MAX) < limit;
}

static void sift_blocks(const uint8_t *blocks, uint32_t count, const struct near_table *table, uint8_t limit,
                        uint32_t *to)
{
    for (uint32_t i = 0; i < count; i++) {
        to[i] = 0;
        for (uint32_t j = 0; j < NEAR_BLOCK; j++)
            to[i] |= (uint32_t)is_below(blocks + (size_t)i * NEAR_BLOCK_BYTES, j, table, limit) << j;
    }
}

static uint32_t find_below(const float *scores, uint32_t count, float limit, uint32_t *to)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++)
        if (scores[i] <= limit)
            to[found++] = i;
    return found;
}

static void measure_rows(const float *at, const uint32_t *rows, uint32_t count, const float *target,
                         const float *weights, float *to)
{
    for (uint32_t i = 0; i < count; i++) {
        const float *row = at + (size_t)(rows ? rows[i] : i) * NEAR_WIDTH;
        float lanes[16] = { 0 };
        for (uint32_t j = 0; j < NEAR_WIDTH; j++) {
            float square = (row[j] - target[j]) * (row[j] - target[j]);
            float weighted = weights[j] * square;
            lanes[j % 16] += weighted;
        }
        to[i] = sum_lanes(lanes);
    }
}

static const struct near_machine plain = { "plain C",  scan_codes,  find_closest, score_picked,
                                           fill_table, sift_blocks, find_below,   measure_rows };

/* ---- the choice ---- */

uint32_t near_machine_count(void)
{
    return 3;
}

const struct near_machine *near_machine_at(uint32_t number)
{
#if defined(__x86_64__)
    if (number == 1)
        return __builtin_cpu_supports("avx2") ? &near_machine_avx2 : NULL;
    if (number == 2)
        return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vl")
                   ? &near_machine_avx512
                   : NULL;
#endif
    return number == 0 ? &plain : NULL;
}

const struct near_machine *near_machine(void)
{
    for (uint32_t number = near_machine_count(); number > 0; number--)
        if (near_machine_at(number - 1))
            return near_machine_at(number - 1);
    return &plain;
}
