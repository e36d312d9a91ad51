#include "services/audio/dsp/acid.h"

#include "services/audio/dsp/pole.h"

enum { GRID = 16 };
static const float ACID_SECONDS = 0.005f, ACID_FALL = -6.90775527898f /* 60 dB */;

/* The coefficients of one grid span: share is g / (1 + g) of a pole, hold 1 / (1 + g), solved 1 / (1 + k share^4). */
struct acid_taps {
    float share, hold, solved, k, drive, wet, dry;
};

/* Odd, with slope 1 at 0, and +-1 beyond +-3. */
static inline float bend_sample(float x)
{
    x = x > -3 ? (x < 3 ? x : 3) : -3;
    return x * (27 + x * x) / (27 + 9 * x * x);
}

/* The feedback uses the output that the ladder would have without saturation, so it needs no delay of a frame. */
static inline float run_ladder(const struct acid_taps *taps, float held[4], float in)
{
    float g = taps->share, rest = taps->hold * (held[3] + g * (held[2] + g * (held[1] + g * held[0])));
    float x = taps->drive * in, guess = (g * g * g * g * x + rest) * taps->solved;

    x = bend_sample(x - taps->k * guess);
    for (int i = 0; i < 4; i++)
        x = pole_low(&held[i], x, g);
    return taps->wet * x + taps->dry * in;
}

static void run_acid(struct acid *acid, const struct acid_taps *taps, float *left, float *right, uint32_t frames)
{
    float a[4], b[4];

    for (int i = 0; i < 4; i++)
        a[i] = acid->pole[0][i], b[i] = acid->pole[1][i];
    for (uint32_t i = 0; i < frames; i++) {
        left[i] = run_ladder(taps, a, number_sane(left[i]));
        right[i] = run_ladder(taps, b, number_sane(right[i]));
    }
    for (int i = 0; i < 4; i++)
        acid->pole[0][i] = a[i], acid->pole[1][i] = b[i];
}

static void glide_params(struct acid *acid, const struct acid_params *params, float hz)
{
    float share = glide_share(ACID_SECONDS, GRID, hz), k = 4 * number_within(params->res, 0, 1);
    float drive = 1 + 9 * number_within(params->drive, 0, 1);

    glide_to(&acid->cutoff, number_within(params->cutoff, 20, 0.45f * hz), share);
    glide_to(&acid->k, k, share);
    glide_to(&acid->drive, drive, share);
    glide_to(&acid->mix, number_within(params->mix, 0, 1), share);
    glide_to(&acid->level, powf(1 + k, number_within(params->vol_comp, 0, 1)) / sqrtf(drive), share);
    acid->envelope = number_within(acid->envelope, 0, 1);
    for (int i = 0; i < 4; i++) {
        acid->pole[0][i] = number_kept(acid->pole[0][i]);
        acid->pole[1][i] = number_kept(acid->pole[1][i]);
    }
}

static struct acid_taps taps_of(const struct acid *acid, const struct acid_params *params, float hz)
{
    float reach = number_within(params->env_amount, 0, 20000) + number_within(acid->boost, 0, 20000);
    float cutoff = number_within(acid->cutoff.now + reach * acid->envelope, 20, 0.45f * hz);
    float g = pole_g(cutoff, hz), hold = 1 / (1 + g), share = g * hold;

    return (struct acid_taps){ .share = share,
                               .hold = hold,
                               .solved = 1 / (1 + acid->k.now * share * share * share * share),
                               .k = acid->k.now,
                               .drive = acid->drive.now,
                               .wet = acid->mix.now * acid->level.now,
                               .dry = 1 - acid->mix.now };
}

void acid_note(struct acid *acid, float boost)
{
    acid->envelope = 1;
    acid->boost = number_within(boost, 0, 20000);
    acid->phase = 0;
}

void acid_run(struct acid *acid, const struct acid_params *params, uint32_t rate, float *left, float *right,
              uint32_t frames)
{
    float hz = number_rate(rate);
    float fall = expf(ACID_FALL * GRID / (number_within(params->decay, 0.001f, 10) * hz));
    uint32_t n;

    for (uint32_t done = 0; done < frames; done += n) {
        if (acid->phase % GRID == 0)
            glide_params(acid, params, hz);
        struct acid_taps taps = taps_of(acid, params, hz);
        n = glide_span(&acid->phase, GRID, frames - done);
        run_acid(acid, &taps, left + done, right + done, n);
        if (acid->phase == 0)
            acid->envelope *= fall;
    }
}
