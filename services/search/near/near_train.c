#include "services/search/near/near_train.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { ROUNDS = 8, STEP = 512, WORD_ROUNDS = 10, WORD_SAMPLES = 16384 };

struct near_train {
    const int8_t *codes;
    uint32_t count, clusters;
    uint32_t round, next; /* the next code in this round */
    struct near_aim aim;
    int8_t *across;
    int32_t *sums; /* by cluster, NEAR_WIDTH each */
    uint32_t *counts;
};

/* ---- centres ---- */

static void set_center(struct near_train *train, uint32_t cluster, const int8_t *code)
{
    int8_t *to = train->across + (size_t)(cluster - cluster % NEAR_ROW) * NEAR_WIDTH + (size_t)(cluster % NEAR_ROW) * 4;

    for (uint32_t group = 0; group < NEAR_GROUPS; group++)
        memcpy(to + (size_t)group * NEAR_ROW * 4, code + (size_t)group * 4, 4);
}

static const int8_t *code_at(const struct near_train *train, uint32_t number)
{
    return train->codes + (size_t)number * NEAR_WIDTH;
}

struct near_train *near_train_new(const int8_t *codes, uint32_t count, const float weights[NEAR_GROUPS],
                                  uint32_t clusters)
{
    struct near_train *train = alloc_aligned(64, sizeof(*train));

    *train = (struct near_train){ .codes = codes, .count = count, .clusters = clusters };
    memcpy(train->aim.weights, weights, sizeof(train->aim.weights));
    train->across = alloc_array(clusters, NEAR_WIDTH);
    train->sums = alloc_zeroed((size_t)clusters * NEAR_WIDTH, sizeof(*train->sums));
    train->counts = alloc_zeroed(clusters, sizeof(*train->counts));
    for (uint32_t i = 0; i < clusters; i++)
        set_center(train, i, code_at(train, (uint32_t)((uint64_t)i * count / clusters)));
    return train;
}

void near_train_free(struct near_train *train)
{
    if (!train)
        return;
    free(train->across);
    free(train->sums);
    free(train->counts);
    free(train);
}

const int8_t *near_train_centers(const struct near_train *train)
{
    return train->across;
}

/* ---- a round ---- */

static void take_code(struct near_train *train, uint32_t number)
{
    const int8_t *code = code_at(train, number);
    uint32_t cluster;
    int32_t *sums;

    memcpy(train->aim.codes, code, NEAR_WIDTH);
    cluster = near_machine()->closest(train->across, train->clusters, &train->aim);
    sums = train->sums + (size_t)cluster * NEAR_WIDTH;
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        sums[i] += code[i];
    train->counts[cluster]++;
}

/* A cluster without codes restarts at one of the codes. */
static void move_center(struct near_train *train, uint32_t cluster)
{
    const int32_t *sums = train->sums + (size_t)cluster * NEAR_WIDTH;
    int32_t count = (int32_t)train->counts[cluster];
    int8_t code[NEAR_WIDTH];

    if (count == 0) {
        uint64_t number = (uint64_t)(cluster + 1) * 2654435761u + train->round * 40503u;
        set_center(train, cluster, code_at(train, (uint32_t)(number % train->count)));
        return;
    }
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        code[i] = (int8_t)(((int64_t)sums[i] * 2 + (sums[i] < 0 ? -count : count)) / (2 * (int64_t)count));
    set_center(train, cluster, code);
}

bool near_train_step(struct near_train *train)
{
    for (uint32_t i = 0; i < STEP && train->next < train->count; i++)
        take_code(train, train->next++);
    if (train->next < train->count)
        return false;
    for (uint32_t i = 0; i < train->clusters; i++)
        move_center(train, i);
    memset(train->sums, 0, (size_t)train->clusters * NEAR_WIDTH * sizeof(*train->sums));
    memset(train->counts, 0, train->clusters * sizeof(*train->counts));
    train->next = 0;
    return ++train->round == ROUNDS;
}

/* ---- code words ---- */

uint32_t near_train_word(const int8_t words[NEAR_WORDS][2], int32_t x, int32_t y)
{
    uint32_t found = 0;
    int32_t best = INT32_MAX;

    for (uint32_t i = 0; i < NEAR_WORDS; i++) {
        int32_t square = (words[i][0] - x) * (words[i][0] - x) + (words[i][1] - y) * (words[i][1] - y);
        found = square < best ? i : found;
        best = square < best ? square : best;
    }
    return found;
}

struct word_sum {
    int32_t x, y, count;
};

static int32_t divide_rounded(int32_t sum, int32_t count)
{
    return (sum * 2 + (sum < 0 ? -count : count)) / (2 * count);
}

static void word_round(const int8_t *codes, uint32_t count, uint32_t step, int8_t words[NEAR_WORDS][2])
{
    struct word_sum sums[NEAR_WORDS] = { 0 };

    for (uint32_t i = 0; i < count; i += step) {
        const int8_t *code = codes + (size_t)i * NEAR_WIDTH;
        struct word_sum *sum = &sums[near_train_word((const int8_t(*)[2])words, code[0], code[1])];
        sum->x += code[0];
        sum->y += code[1];
        sum->count++;
    }
    for (uint32_t i = 0; i < NEAR_WORDS; i++)
        if (sums[i].count) {
            words[i][0] = (int8_t)divide_rounded(sums[i].x, sums[i].count);
            words[i][1] = (int8_t)divide_rounded(sums[i].y, sums[i].count);
        }
}

void near_train_words(const int8_t *codes, uint32_t count, uint32_t pair, int8_t to[NEAR_WORDS][2])
{
    uint32_t step = count / WORD_SAMPLES + 1;

    codes += (size_t)pair * 2;
    for (uint32_t i = 0; i < NEAR_WORDS; i++)
        memcpy(to[i], codes + (size_t)((uint64_t)i * count / NEAR_WORDS) * NEAR_WIDTH, 2);
    for (uint32_t i = 0; i < WORD_ROUNDS; i++)
        word_round(codes, count, step, to);
}
