#include "services/audio/dsp/delay.h"

#include "services/audio/dsp/pole.h"

enum { GRID = 64, AROUND = 4 /* frames that the cubic spans */ };
static const float DELAY_LONGEST = 4, DELAY_SHORTEST = 0.001f, DELAY_SECONDS = 0.02f;

/* A position in the past: whole frames, and the weights of the four frames around it. */
struct delay_tap {
    uint32_t frames;
    float weight[AROUND]; /* for frames - 1, frames, frames + 1, frames + 2 back */
};

static struct delay_tap tap_at(double delay)
{
    struct delay_tap tap = { .frames = (uint32_t)delay };
    float x = (float)(delay - (double)tap.frames);

    tap.weight[0] = -x * (x - 1) * (x - 2) / 6;
    tap.weight[1] = (x + 1) * (x - 1) * (x - 2) / 2;
    tap.weight[2] = -(x + 1) * x * (x - 2) / 2;
    tap.weight[3] = (x + 1) * x * (x - 1) / 6;
    return tap;
}

static inline float read_tap(const float *line, uint32_t mask, uint32_t position, const struct delay_tap *tap)
{
    uint32_t at = position - tap->frames;

    return tap->weight[0] * line[(at + 1) & mask] + tap->weight[1] * line[at & mask] +
           tap->weight[2] * line[(at - 1) & mask] + tap->weight[3] * line[(at - 2) & mask];
}

static float share_of(float cutoff, float most, float hz)
{
    float g = pole_g(number_within(cutoff, 5, most * hz), hz);

    return g / (1 + g);
}

/* Runs one channel over one span of the grid. */
static void run_delay(struct delay *delay, int channel, float *line, uint32_t mask, uint32_t fade, const float *in,
                      float *out, uint32_t frames)
{
    struct delay_tap from = tap_at(delay->from), to = tap_at(delay->to);
    float low_at = delay->low_at[channel], high_at = delay->high_at[channel];

    for (uint32_t i = 0; i < frames; i++) {
        uint32_t at = delay->position + i, left = delay->fading > i ? delay->fading - i : 0;
        float x = read_tap(line, mask, at, &to), source = number_sane(in[i]);
        if (left)
            x += (read_tap(line, mask, at, &from) - x) * ((float)left / (float)fade);
        x -= pole_low(&low_at, x, delay->low.now);
        x = pole_low(&high_at, x, delay->high.now);
        line[at & mask] = number_kept(source + delay->feedback.now * x);
        out[i] = delay->mix.now * x;
    }
    delay->low_at[channel] = low_at;
    delay->high_at[channel] = high_at;
}

static void glide_params(struct delay *delay, const struct delay_params *params, float hz)
{
    float share = glide_share(DELAY_SECONDS, GRID, hz);

    glide_to(&delay->feedback, number_within(params->feedback, 0, 0.95f), share);
    glide_to(&delay->mix, number_within(params->mix, 0, 1), share);
    glide_to(&delay->low, share_of(params->lowcut, 0.45f, hz), share);
    glide_to(&delay->high, share_of(params->highcut, 0.49f, hz), share);
    for (int c = 0; c < DELAY_LINES; c++) {
        delay->low_at[c] = number_kept(delay->low_at[c]);
        delay->high_at[c] = number_kept(delay->high_at[c]);
    }
}

/* This is the precision of seconds in a float; a delay so close to a whole frame means that frame. */
static double round_to_frame(double delay)
{
    return fabs(delay - round(delay)) < 0.02 ? round(delay) : delay;
}

/* The first run, and a run with an invalid state, start with the wanted time. */
static void make_possible(struct delay *delay, double wanted, double longest, uint32_t fade)
{
    if (!(delay->to >= 2 && delay->to <= longest))
        delay->to = wanted;
    if (!(delay->from >= 2 && delay->from <= longest))
        delay->from = delay->to;
    if (delay->fading > fade)
        delay->fading = 0;
}

/* A new time waits for the end of the current cross-fade. */
static void aim_time(struct delay *delay, double wanted, uint32_t fade)
{
    if (delay->fading || !(fabs(wanted - delay->to) > 1e-6))
        return;
    delay->from = delay->to;
    delay->to = wanted;
    delay->fading = fade;
}

void delay_run(struct delay *delay, float *lines, uint32_t size, const struct delay_params *params, uint32_t rate,
               const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames)
{
    float hz = number_rate(rate);
    double room = (double)size - LINE_PERIOD_MAX - AROUND, longest = fmin((double)(DELAY_LONGEST * hz), room);
    double time = (double)number_within(params->time, DELAY_SHORTEST, DELAY_LONGEST);
    double wanted = round_to_frame(fmin(time * (double)hz, longest));
    uint32_t fade = (uint32_t)(DELAY_SECONDS * hz), n;

    make_possible(delay, wanted, longest, fade);
    for (uint32_t done = 0; done < frames; done += n) {
        if (delay->phase % GRID == 0) {
            glide_params(delay, params, hz);
            aim_time(delay, wanted, fade);
        }
        n = glide_span(&delay->phase, GRID, frames - done);
        run_delay(delay, 0, lines, size - 1, fade, in_left + done, out_left + done, n);
        run_delay(delay, 1, lines + size, size - 1, fade, in_right + done, out_right + done, n);
        delay->position += n;
        delay->fading -= delay->fading < n ? delay->fading : n;
    }
}
