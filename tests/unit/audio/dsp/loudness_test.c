/* Loudness of signals with known loudness: ITU-R BS.1770-4, and EBU Tech 3341 for stereo sines. */
#include "services/audio/dsp/loudness.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

enum { RATE = 48000, STEP = 480 };
static const double TOLERANCE = 0.1; /* LU */

struct rig {
    struct rt_loudness loudness;
};

static void run_loudness(void *made, float *left, float *right, uint32_t frames)
{
    loudness_run(&((struct rig *)made)->loudness, RATE, left, right, frames);
}
static const struct measure_rig RIG = { sizeof(struct rig), sizeof(struct rt_loudness), run_loudness };

struct player {
    struct rt_loudness loudness;
    uint32_t rate;
    uint64_t at;                  /* frames played */
    double highest[2], lowest[2]; /* momentary and short-term loudness since the last reset */
};

static void look_at(struct player *player)
{
    for (int i = 0; i < 2; i++) {
        double now = loudness_of(&player->loudness, i ? LOUDNESS_SHORT : LOUDNESS_MOMENTARY);
        player->highest[i] = fmax(player->highest[i], now);
        player->lowest[i] = fmin(player->lowest[i], now);
    }
}

static void forget_all(struct player *player)
{
    player->highest[0] = player->highest[1] = -200;
    player->lowest[0] = player->lowest[1] = 200;
}

/* A sine of 1 kHz in both channels with a peak of `db` dBFS; -200 is silence. Measures every 10 ms. */
static void play_tone(struct player *player, double db, double seconds)
{
    float x[STEP];
    uint32_t frames = (uint32_t)(seconds * player->rate + 0.5);

    for (uint32_t done = 0; done < frames;) {
        uint32_t n = frames - done < STEP ? frames - done : STEP;
        for (uint32_t i = 0; i < n; i++, player->at++)
            x[i] = (float)(pow(10, db / 20) * sin(2 * M_PI * 1000 * (double)player->at / player->rate));
        loudness_run(&player->loudness, player->rate, x, x, n);
        look_at(player);
        done += n;
    }
}

CLAIM(a_sine_of_1_khz_is_as_loud_as_its_peak_at_every_rate)
{
    for (int i = 0; i < 5; i++)
        for (int level = 0; level < 2; level++) {
            struct player player = { .rate = MEASURE_RATES[i] };
            double db = level ? -33 : -23; /* cases 1 and 2 */
            play_tone(&player, db, 4);
            forget_all(&player);
            play_tone(&player, db, 2);
            printf("# figure: %u Hz, %.0f dBFS: %.3f and %.3f LUFS\n", player.rate, db, player.highest[0],
                   player.highest[1]);
            for (int k = 0; k < 2; k++) {
                measure_near(player.highest[k], db, TOLERANCE);
                measure_near(player.lowest[k], db, TOLERANCE);
            }
        }
}

CLAIM(one_channel_is_3_lu_softer_and_silence_is_the_floor)
{
    static float x[RATE * 4], none[RATE * 4];
    struct rt_loudness loudness = { 0 };

    measure_near(loudness_of(&loudness, LOUDNESS_SHORT), -100, 0);
    for (int i = 0; i < RATE * 4; i++)
        x[i] = (float)(pow(10, -20.0 / 20) * sin(2 * M_PI * 1000 * i / RATE));
    loudness_run(&loudness, RATE, none, x, RATE * 4);
    measure_near(loudness_of(&loudness, LOUDNESS_SHORT), -20 - 3.01, TOLERANCE);
    measure_near(loudness_of(&loudness, LOUDNESS_MOMENTARY), -20 - 3.01, TOLERANCE);
}

CLAIM(alternating_levels_are_steady_over_their_window)
{
    struct player player = { .rate = RATE };

    for (int i = 0; i < 5; i++) { /* case 9 */
        play_tone(&player, -20, 1.34);
        play_tone(&player, -30, 1.66);
        if (i == 0)
            forget_all(&player);
    }
    measure_near(player.highest[1], -23, TOLERANCE);
    measure_near(player.lowest[1], -23, TOLERANCE);
    player = (struct player){ .rate = RATE };
    for (int i = 0; i < 25; i++) { /* case 12 */
        if (i == 3)
            forget_all(&player);
        play_tone(&player, -20, 0.18);
        play_tone(&player, -30, 0.22);
    }
    measure_near(player.highest[0], -23, TOLERANCE);
    measure_near(player.lowest[0], -23, TOLERANCE);
}

/* Cases 10 and 13: a tone as long as the window is measured wherever it begins. Cases 11 and 14: each of twenty
 * levels. */
CLAIM(a_tone_as_long_as_the_window_is_measured_wherever_it_begins)
{
    for (int i = 0; i < 20; i++) {
        struct player player = { .rate = RATE };
        forget_all(&player);
        play_tone(&player, -200, i * 0.15);
        play_tone(&player, -23, 3);
        play_tone(&player, -200, 1);
        measure_near(player.highest[1], -23, TOLERANCE);
        player = (struct player){ .rate = RATE };
        forget_all(&player);
        play_tone(&player, -200, 0.0025 * i); /* Tech 3341 takes steps of 20 ms; these do not match our parts */
        play_tone(&player, -23, 0.4);
        play_tone(&player, -200, 1);
        measure_near(player.highest[0], -23, TOLERANCE);
        player = (struct player){ .rate = RATE };
        forget_all(&player);
        play_tone(&player, -200, i * 0.02);
        play_tone(&player, -38 + i, 0.4);
        play_tone(&player, -200, 1);
        measure_near(player.highest[0], -38 + i, TOLERANCE);
    }
}

CLAIM(blocks_change_nothing)
{
    measure_blocks_change_nothing(&RIG);
}

CLAIM(a_damaged_state_recovers)
{
    static float x[RATE], bad[2] = { NAN, INFINITY };
    struct rt_loudness loudness;

    for (int i = 0; i < RATE; i++)
        x[i] = (float)(0.1 * sin(2 * M_PI * 1000 * i / RATE));
    memset(&loudness, 0xff, sizeof(loudness));
    loudness_run(&loudness, RATE, bad, bad, 2);
    for (int i = 0; i < 5; i++)
        loudness_run(&loudness, RATE, x, x, RATE);
    measure_near(loudness_of(&loudness, LOUDNESS_SHORT), -20, TOLERANCE);
}
