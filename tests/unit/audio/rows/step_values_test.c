/* The values of single steps: velocity, probability, ratchets, timing, and the length of a row. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, BAR = 16 * STEP }; /* frames, at 120 BPM and 48 kHz */

/* A row that plays a sound of one frame, whose value is the row's. */
static struct score_row *give_row(struct stage *stage, uint32_t row, const char *steps)
{
    struct score_row *to = &stage->score.now.rows[row];
    const float value = 0.5f / (float)(1 << row);

    stage_sound(stage, row, &value, 1);
    *to = (struct score_row){ .used = 1, .sound = row, .generation = 1, .amp = 1, .gate = 1, .ratio = 1 };
    for (uint32_t i = 0; steps[i]; i++)
        to->steps[i] = steps[i] == 'X' ? STEP_ACCENT : steps[i] == 'x' ? STEP_NORMAL : STEP_REST;
    return to;
}

static struct score_row *begin_row(struct stage *stage, const char *steps)
{
    stage->score.now = (struct score_pattern){ .serial = 1, .steps = 16 };
    return give_row(stage, 0, steps);
}

static void play_until(struct stage *stage, uint32_t frames)
{
    stage_play(stage);
    stage_run(stage, frames);
}

static void assert_hits(const struct stage *stage, const uint32_t *at, uint32_t count)
{
    uint32_t onset = stage_onset(stage, 0);

    for (uint32_t i = 0; i < count; i++) {
        if (onset != at[i])
            fail_msg("hit %u is at %u, expected %u", i, onset, at[i]);
        onset = stage_onset(stage, onset + 1);
    }
    assert_true(onset >= stage->recorded);
}

STAGE_CLAIM(a_velocity_is_the_level_of_its_step)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "xxX.x...........");

    row->velocity_count = 3;
    row->velocity[0] = 0.25f;
    row->velocity[1] = 0;
    row->velocity[2] = 0.5f;
    play_until(stage, 5 * STEP);
    stage_near((double)stage->main[0][0], 0.125, 0);
    stage_near((double)stage->main[0][STEP], 0, 0);
    stage_near((double)stage->main[0][2 * STEP], 0.25 * 1.41253754, 1e-6);
    stage_near((double)stage->main[0][4 * STEP], 0.5, 0); /* the list has no value for it */
}

/* The level of a note without an attack, at a rest of its wave. */
static float *play_synth(struct stage *stage, float velocity)
{
    static float out[STEP];
    struct score_row *row = begin_row(stage, "x...............");

    row->sound = SCORE_NO_SOUND;
    row->gate = 0.9f;
    row->voice = (struct score_voice){
        .freq = 110, .wave = WAVE_SAW, .attack = 0.001f, .decay = 0.01f, .sustain = 1, .release = 0.01f, .filter_q = 1
    };
    row->velocity_count = velocity < 1;
    row->velocity[0] = velocity;
    play_until(stage, STEP);
    memcpy(out, stage->main[0], sizeof(out));
    return out;
}

STAGE_CLAIM(a_synth_voice_has_the_velocity_of_its_step)
{
    struct stage *stage = *state;
    float full[STEP], most = 0;
    const float *soft;

    memcpy(full, play_synth(stage, 1), sizeof(full));
    stage_again(stage);
    soft = play_synth(stage, 0.25f);
    for (uint32_t i = 0; i < STEP; i++) {
        stage_near((double)soft[i], 0.25 * (double)full[i], 1e-6);
        most = fmaxf(most, fabsf(soft[i]));
    }
    assert_true(most > 0.05f);
}

STAGE_CLAIM(a_ratchet_shares_the_time_until_the_next_step)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "xx..x...........");
    const uint32_t late = STEP + 3 * STEP / 20; /* the swing is 0.3 */
    const uint32_t at[] = { 0, 2300, 4600, late, late + 2550, 4 * STEP };

    stage->score.swing = 0.3;
    row->ratchet_count = 4;
    row->ratchet[0] = 3;
    row->ratchet[1] = 2;
    row->ratchet[2] = 8; /* of a rest */
    play_until(stage, 6 * STEP);
    assert_hits(stage, at, 6);
}

STAGE_CLAIM(timing_moves_a_step_towards_its_neighbours)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "x..xx..........x");
    const uint32_t at[] = {
        0, 3 * STEP - 600, 4 * STEP + 1500, 15 * STEP + 3000, BAR - 3000 + 3000, BAR + 3 * STEP - 600
    };

    row->timing_count = 16;
    row->timing[3] = -0.1f;
    row->timing[4] = 0.25f;
    row->timing[15] = 0.5f;
    play_until(stage, BAR + 3 * STEP);
    assert_hits(stage, at, 6);
}

STAGE_CLAIM(an_early_step_is_on_time_after_a_start_and_early_from_then_on)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "x.......x.......");
    const uint32_t at[] = { 0, 8 * STEP, BAR - 3000, BAR - 2000, BAR - 1000, BAR + 8 * STEP };

    row->timing_count = row->ratchet_count = 1;
    row->timing[0] = -0.5f;
    play_until(stage, 8 * STEP + 100);
    stage->score.now.rows[0].ratchet[0] = 6; /* the same pattern, edited */
    stage_score(stage);
    stage_run(stage, BAR - 500);
    assert_hits(stage, at, 5);
}

STAGE_CLAIM(the_queued_pattern_begins_at_its_bar_and_no_early_step_precedes_it)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "x...............");
    const uint32_t at[] = { 0, BAR };

    row->timing_count = 1;
    row->timing[0] = -0.5f;
    stage->score.next = stage->score.now;
    stage->score.next.serial = 2;
    stage->score.next_bar = 1;
    play_until(stage, BAR + STEP);
    assert_hits(stage, at, 2);
    assert_int_equal(stage_note(stage, NOTE_NEXT_IS_NOW, 0)->frame, BAR);
}

STAGE_CLAIM(a_shorter_row_repeats_on_its_own)
{
    struct stage *stage = *state;
    struct score_row *row = begin_row(stage, "x....xxxxxxxxxxx");
    const uint32_t at[] = { 0, 5 * STEP, 10 * STEP, 15 * STEP, 20 * STEP };

    row->length = 5;
    play_until(stage, 22 * STEP);
    assert_hits(stage, at, 5);
}

/* The steps that sounded, as bits. */
static uint64_t play_by_chance(struct stage *stage, float chance, uint32_t seed, uint32_t period)
{
    struct score_row *row;
    uint64_t heard = 0;

    stage_again(stage);
    row = begin_row(stage, "xxxxxxxxxxxxxxxx");
    stage->period = period;
    stage->score.tempo = 400;
    stage->score.now.seed = seed;
    row->probability_count = 16;
    for (uint32_t i = 0; i < 16; i++)
        row->probability[i] = chance;
    play_until(stage, 64 * 1800);
    for (uint32_t i = 0; i < 64; i++)
        heard |= (uint64_t)(stage->main[0][1800 * i] != 0) << i;
    return heard;
}

STAGE_CLAIM(a_probability_gives_the_same_steps_for_the_same_seed)
{
    struct stage *stage = *state;
    const uint64_t half = play_by_chance(stage, 0.5f, 7, 256);
    const int sounded = __builtin_popcountll(half);

    assert_true(sounded > 16 && sounded < 48);
    assert_true((half & 0xffff) != (half >> 16 & 0xffff)); /* each pass draws again */
    assert_true(play_by_chance(stage, 0.5f, 7, 1000) == half);
    assert_true(play_by_chance(stage, 0.5f, 8, 256) != half);
    assert_true((play_by_chance(stage, 0.25f, 7, 256) & ~half) == 0);
    assert_true(play_by_chance(stage, 0, 7, 256) == 0);
    assert_true(play_by_chance(stage, 1, 7, 256) == UINT64_MAX);
}

static uint64_t hash_of(const float *x, uint32_t frames)
{
    uint64_t hash = 0xcbf29ce484222325u;
    uint32_t bits;

    for (uint32_t i = 0; i < frames; i++) {
        memcpy(&bits, &x[i], sizeof(bits));
        hash = (hash ^ bits) * 0x100000001b3u;
    }
    return hash;
}

/* Sounds alone, so that the bits are the same with each C library. The number is that of the sound before steps had
 * values. */
STAGE_CLAIM(a_pattern_without_step_values_sounds_as_before)
{
    struct stage *stage = *state;
    struct score *score = &stage->score;
    float sound[9000];

    for (uint32_t i = 0; i < 9000; i++)
        sound[i] = (float)((i * 2654435761u >> 16) % 4001) / 16384 - 0.12f;
    score->now = (struct score_pattern){ .serial = 1, .steps = 32 };
    score->tempo = 131;
    score->swing = 0.37;
    for (uint32_t r = 0; r < 6; r++) {
        struct score_row *row = &score->now.rows[r];

        stage_sound(stage, r, sound + 100 * r, 2000 + 1000 * r);
        *row = (struct score_row){ .used = 1, .sound = r, .generation = 1, .amp = 0.5f, .ratio = 1, .choke = r / 4 };
        row->gate = r % 2 ? 1 : 0.25f;
        for (uint32_t s = 0; s < 32; s++)
            row->steps[s] = (s * 7 + r * 5) % 3 ? STEP_REST : (s + r) % 4 ? STEP_NORMAL : STEP_ACCENT;
    }
    play_until(stage, 400000);
    assert_true(hash_of(stage->main[0], 400000) == 0x2c3b98d9ff6a6ae2u);
}
