#include "services/audio/dsp/oscillator.h"

#include "services/audio/dsp/sine.h"

static const uint32_t QUARTER = 1u << 30;
static const double TURN = 0x1p64;

/* The integral of the cubic B-spline up to x (-2..0): a step from 0 to 1, spread over four frames. It is a call of its
 * own, as few frames are near an edge: for the others step_round is one comparison. */
__attribute__((noinline)) static float step_before(float x)
{
    float rest = 2 + x, y = x * x;

    if (x < -1)
        return rest * rest * rest * rest / 24;
    return 0.5f + x * (2 / 3.0f - y * (1 / 3.0f + x / 8));
}

/* The difference between the spread step and a sudden one, `frames` after the step. */
static float step_round(float frames)
{
    if (!(fabsf(frames) < 2))
        return 0;
    return frames < 0 ? step_before(frames) : -step_before(-frames);
}

/* Its integral: the difference between a spread corner and a sharp one. */
static float corner_round(float frames)
{
    float x = -fabsf(frames), rest = 2 + x, y = x * x;

    if (!(x > -2))
        return 0;
    if (x < -1)
        return rest * rest * rest * rest * rest / 120;
    return 7 / 30.0f + x / 2 + y * (1 / 3.0f - y * (1 / 12.0f + x / 40));
}

static uint32_t wrap_phase(uint64_t phase)
{
    return (uint32_t)(phase >> 32);
}

/* Frames since the phase passed `edge`; negative: frames until then. */
static float frames_from(uint64_t phase, uint32_t edge, float per_turn)
{
    return sine_turn(wrap_phase(phase) - edge) * per_turn;
}

static void run_sine(uint64_t phase, uint64_t step, float *out, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        out[i] = sine_of(wrap_phase(phase + i * step));
}

static void run_saw(uint64_t phase, uint64_t step, float per_turn, float *out, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++, phase += step)
        out[i] = 2 * sine_turn(wrap_phase(phase)) - 2 * step_round(frames_from(phase, 2 * QUARTER, per_turn));
}

static void run_pulse(uint64_t phase, uint64_t step, float per_turn, float *out, uint32_t frames)
{
    const uint32_t fall = 2 * QUARTER;

    for (uint32_t i = 0; i < frames; i++, phase += step)
        out[i] = (wrap_phase(phase) < fall ? 1 : -1) + 2 * step_round(frames_from(phase, 0, per_turn)) -
                 2 * step_round(frames_from(phase, fall, per_turn));
}

static void run_triangle(uint64_t phase, uint64_t step, float per_turn, float *out, uint32_t frames)
{
    float bend = 8 / per_turn;

    for (uint32_t i = 0; i < frames; i++, phase += step)
        out[i] = 1 - 4 * fabsf(sine_turn(wrap_phase(phase) - QUARTER)) -
                 bend * corner_round(frames_from(phase, QUARTER, per_turn)) +
                 bend * corner_round(frames_from(phase, 3 * QUARTER, per_turn));
}

/* Hashes each number (the finisher of splitmix64), so that frames are uncorrelated. */
static void run_noise(uint64_t number, float *out, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        uint64_t x = (number + i + 1) * 0x9e3779b97f4a7c15u;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
        x = (x ^ x >> 27) * 0x94d049bb133111ebu;
        out[i] = 2 * sine_turn((uint32_t)(x >> 32));
    }
}

void oscillator_restart(struct oscillator *oscillator)
{
    oscillator->phase = 0;
}

void oscillator_run(struct oscillator *oscillator, const struct oscillator_params *params, uint32_t rate, float *out,
                    uint32_t frames)
{
    double hz = (double)number_rate(rate), share = (double)number_within(params->hz, 0, (float)hz / 4) / hz;
    uint64_t phase = oscillator->phase, step = (uint64_t)(share * TURN);
    float per_turn = share > 1e-9 ? (float)(1 / share) : 1e9f;

    if (params->shape == OSCILLATOR_NOISE) {
        run_noise(oscillator->noise, out, frames);
        oscillator->noise += frames;
        return;
    }
    if (params->shape == OSCILLATOR_SAW)
        run_saw(phase, step, per_turn, out, frames);
    else if (params->shape == OSCILLATOR_PULSE)
        run_pulse(phase, step, per_turn, out, frames);
    else if (params->shape == OSCILLATOR_TRIANGLE)
        run_triangle(phase, step, per_turn, out, frames);
    else
        run_sine(phase, step, out, frames);
    oscillator->phase += frames * step;
}
