#include "services/audio/dsp/reverb.h"

#include <string.h>

enum { GRID = 64, REVERB_SPREAD = 23 };
static const uint16_t COMB[REVERB_COMBS] = { 1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617 };
static const uint16_t PASS[REVERB_PASSES] = { 556, 441, 341, 225 };
static const float REVERB_SECONDS = 0.05f;

static uint32_t scale_length(uint32_t frames, uint32_t channel, float hz)
{
    return (uint32_t)((float)(frames + channel * REVERB_SPREAD) * hz / 44100 + 0.5f);
}

/* Adds the output of a comb to out. */
static void run_comb(float *line, uint32_t mask, uint32_t position, uint32_t delay, float *held, float damp,
                     float feedback, const float *in, float *out, uint32_t frames)
{
    float low = *held, open = 1 - damp;

    for (uint32_t i = 0; i < frames; i++) {
        float x = line[(position + i - delay) & mask];
        low = open * x + damp * low;
        line[(position + i) & mask] = number_kept(in[i] + feedback * low);
        out[i] += x;
    }
    *held = low;
}

static void run_all_pass(float *line, uint32_t mask, uint32_t position, uint32_t delay, float *x, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        float old = line[(position + i - delay) & mask], new = number_kept(x[i] + 0.5f * old);
        line[(position + i) & mask] = new;
        x[i] = old - 0.5f * new;
    }
}

/* Runs all lines of one channel over one span of the grid. */
static void run_reverb(struct reverb *reverb, uint32_t channel, float *lines, uint32_t size, float hz, const float *in,
                       float *out, uint32_t frames)
{
    float *line = lines + (size_t)channel * size * (REVERB_COMBS + REVERB_PASSES);

    memset(out, 0, frames * sizeof(*out));
    for (int i = 0; i < REVERB_COMBS; i++, line += size)
        run_comb(line, size - 1, reverb->position, scale_length(COMB[i], channel, hz), &reverb->damped[channel][i],
                 reverb->damp.now, reverb->feedback.now, in, out, frames);
    for (int i = 0; i < REVERB_PASSES; i++, line += size)
        run_all_pass(line, size - 1, reverb->position, scale_length(PASS[i], channel, hz), out, frames);
}

static void glide_params(struct reverb *reverb, const struct reverb_params *params, float hz)
{
    float share = glide_share(REVERB_SECONDS, GRID, hz);

    glide_to(&reverb->mix, number_within(params->mix, 0, 1), share);
    glide_to(&reverb->feedback, 0.7f + 0.28f * number_within(params->room, 0, 1), share);
    glide_to(&reverb->damp, 0.4f * number_within(params->damp, 0, 1), share);
    for (int i = 0; i < REVERB_COMBS; i++) {
        reverb->damped[0][i] = number_kept(reverb->damped[0][i]);
        reverb->damped[1][i] = number_kept(reverb->damped[1][i]);
    }
}

void reverb_run(struct reverb *reverb, float *lines, uint32_t size, const struct reverb_params *params, uint32_t rate,
                const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames)
{
    float hz = number_rate(rate), in[GRID], left[GRID], right[GRID];
    uint32_t n;

    for (uint32_t done = 0; done < frames; done += n) {
        if (reverb->phase % GRID == 0)
            glide_params(reverb, params, hz);
        n = glide_span(&reverb->phase, GRID, frames - done);
        for (uint32_t i = 0; i < n; i++)
            in[i] = REVERB_GAIN * (number_sane(in_left[done + i]) + number_sane(in_right[done + i]));
        run_reverb(reverb, 0, lines, size, hz, in, left, n);
        run_reverb(reverb, 1, lines, size, hz, in, right, n);
        reverb->position += n;

        for (uint32_t i = 0; i < n; i++) {
            out_left[done + i] = reverb->mix.now * left[i];
            out_right[done + i] = reverb->mix.now * right[i];
        }
    }
}
