#include "services/audio/dsp/svf.h"

#include "services/audio/dsp/pole.h"

enum { GRID = 16 };
static const float SVF_SECONDS = 0.002f;

/* The coefficients of one grid span: the solved loop. */
struct svf_taps {
    float a1, a2, a3;
};

static struct svf_taps taps_of(float g, float k)
{
    float a1 = 1 / (1 + g * (g + k));

    return (struct svf_taps){ .a1 = a1, .a2 = g * a1, .a3 = g * g * a1 };
}

static inline float filter_sample(const struct svf_taps *taps, float *first, float *second, float in)
{
    float rest = in - *second, band = taps->a1 * *first + taps->a2 * rest,
          low = *second + taps->a2 * *first + taps->a3 * rest;

    *first = 2 * band - *first;
    *second = 2 * low - *second;
    return low;
}

static void run_mono(struct svf *svf, const struct svf_taps *taps, float *x, uint32_t frames)
{
    float first = svf->first[0], second = svf->second[0];

    for (uint32_t i = 0; i < frames; i++)
        x[i] = filter_sample(taps, &first, &second, number_sane(x[i]));
    svf->first[0] = first;
    svf->second[0] = second;
}

/* Both channels in one loop, so that their dependency chains overlap. */
static void run_stereo(struct svf *svf, const struct svf_taps *taps, float *left, float *right, uint32_t frames)
{
    float first[2] = { svf->first[0], svf->first[1] }, second[2] = { svf->second[0], svf->second[1] };

    for (uint32_t i = 0; i < frames; i++) {
        left[i] = filter_sample(taps, &first[0], &second[0], number_sane(left[i]));
        right[i] = filter_sample(taps, &first[1], &second[1], number_sane(right[i]));
    }
    for (int c = 0; c < 2; c++)
        svf->first[c] = first[c], svf->second[c] = second[c];
}

static void clean_svf(struct svf *svf)
{
    for (int c = 0; c < 2; c++) {
        svf->first[c] = number_kept(svf->first[c]);
        svf->second[c] = number_kept(svf->second[c]);
    }
}

void svf_run(struct svf *svf, const struct svf_params *params, uint32_t rate, float *left, float *right,
             uint32_t frames)
{
    float hz = number_rate(rate), g = pole_g(number_within(params->cutoff, 5, 0.49f * hz), hz),
          k = 1 / number_within(params->q, 0.3f, 50), share = glide_share(SVF_SECONDS, GRID, hz);
    uint32_t n;

    for (uint32_t done = 0; done < frames; done += n) {
        if (svf->phase % GRID == 0) {
            glide_to(&svf->g, g, share);
            glide_to(&svf->k, k, share);
            clean_svf(svf);
        }
        struct svf_taps taps = taps_of(svf->g.now, svf->k.now);
        n = glide_span(&svf->phase, GRID, frames - done);
        if (right)
            run_stereo(svf, &taps, left + done, right + done, n);
        else
            run_mono(svf, &taps, left + done, n);
    }
}
