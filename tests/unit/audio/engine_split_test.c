/* However the server divides time into periods, and however often it repeats one, the output is the same, bit for
 * bit. */
#include "tests/unit/audio/piece.h"
#include "tests/unit/claim.h"

enum { LENGTH = 80000 };

struct take {
    float *main[2];
    struct stage_midi sent[STAGE_MIDI];
    uint32_t sent_count;
};

static struct take *play_take(struct stage *stage, uint32_t period)
{
    struct take *take = calloc(1, sizeof(*take));

    stage_again(stage);
    stage->period = period;
    piece_sounds(stage);
    piece_score(stage);
    piece_cues(stage, LENGTH);
    stage_run(stage, LENGTH);
    for (int c = 0; c < 2; c++) {
        take->main[c] = malloc(LENGTH * sizeof(float));
        memcpy(take->main[c], stage->main[c], LENGTH * sizeof(float));
    }
    memcpy(take->sent, stage->sent, sizeof(take->sent));
    take->sent_count = stage->sent_count;
    return take;
}

static void drop_take(struct take *take)
{
    free(take->main[0]);
    free(take->main[1]);
    free(take);
}

static void assert_same(const struct take *take, const struct take *first, uint32_t period)
{
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < LENGTH; i++)
            if (memcmp(&take->main[c][i], &first->main[c][i], sizeof(float)) != 0)
                fail_msg("period %u, frame %u: %.9g is not %.9g", period, i, take->main[c][i], first->main[c][i]);
    assert_int_equal(take->sent_count, first->sent_count);
    for (uint32_t i = 0; i < first->sent_count; i++)
        assert_int_equal(take->sent[i].frame, first->sent[i].frame);
}

STAGE_CLAIM(periods_of_any_length_give_the_same_sound)
{
    struct stage *stage = *state;
    const uint32_t periods[] = { 64, 128, 1000, 8192, 37 };
    struct take *first = play_take(stage, 256);
    float most = 0;

    for (uint32_t i = 0; i < LENGTH; i++)
        most = fmaxf(most, fabsf(first->main[0][i]));
    assert_true(most > 0.3f && first->sent_count > 50);
    for (uint32_t p = 0; p < sizeof(periods) / sizeof(*periods); p++) {
        struct take *take = play_take(stage, periods[p]);
        assert_same(take, first, periods[p]);
        drop_take(take);
    }
    drop_take(first);
}

STAGE_CLAIM(a_period_that_is_run_again_is_sounded_once)
{
    struct stage *stage = *state;
    struct take *once = play_take(stage, 256), *twice;

    stage->runs_twice = true;
    twice = play_take(stage, 256);
    assert_same(twice, once, 256);
    drop_take(once);
    drop_take(twice);
}
