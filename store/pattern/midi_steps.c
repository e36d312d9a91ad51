#include "store/pattern/midi_steps.h"

#include <math.h>
#include <stdio.h>

#include "common/rt/step.h"
#include "store/pattern/midi_pattern.h"

static double real_at(struct real_list list, uint32_t at, double otherwise)
{
    return at < list.count ? list.at[at] : otherwise;
}

struct midi_step midi_step_of(const struct row *row, uint32_t at)
{
    struct midi_step step = { .is_accent = row->pattern.at[at] == 'X',
                              .ratchet = at < row->ratchet.count ? (uint32_t)row->ratchet.at[at] : 1,
                              .velocity = real_at(row->velocity, at, 1),
                              .probability = real_at(row->probability, at, 1),
                              .timing = real_at(row->timing, at, 0) };

    step.is_marked = step.ratchet > 1 || step.velocity < 1 || step.probability < 1 || fabs(step.timing) > 0;
    return step;
}

uint32_t midi_step_hits(uint32_t step, double swing, const struct midi_step *values, uint32_t ticks[MIDI_HITS])
{
    const struct step_hits hits = step_hits(step, swing, values->timing, values->ratchet);
    const double first = hits.place > 0 ? hits.place : 0;

    for (uint32_t i = 0; i < values->ratchet; i++)
        ticks[i] = (uint32_t)lround(MIDI_TICKS_STEP * (first + i * hits.apart));
    return values->ratchet;
}

double midi_step_timing(uint32_t step, double swing, double tick)
{
    const double at = tick / MIDI_TICKS_STEP, place = step_place(step, swing);
    const double apart =
        at > place ? step_place(step + 1, swing) - place : place - step_place((int64_t)step - 1, swing);

    return fabs(at - place) * MIDI_TICKS_STEP > 1 ? fmax(fmin((at - place) / apart, 0.5), -0.5) : 0;
}

struct text midi_step_mark(struct arena *arena, uint32_t step, const struct midi_step *values)
{
    return arena_printf(arena, "loophole step=%u accent=%d v=%.17g p=%.17g r=%u t=%.17g", step, values->is_accent,
                        values->velocity, values->probability, values->ratchet, values->timing);
}

bool midi_step_read(const char *text, uint32_t most, uint32_t *step, struct midi_step *values)
{
    struct midi_step read = { .is_marked = true };
    int accent;

    if (sscanf(text, "loophole step=%9u accent=%9d v=%lf p=%lf r=%9u t=%lf", step, &accent, &read.velocity,
               &read.probability, &read.ratchet, &read.timing) != 6)
        return false;
    read.is_accent = accent != 0;
    *values = read;
    return *step < most && read.velocity >= 0 && read.velocity <= 1 && read.probability >= 0 && read.probability <= 1 &&
           read.ratchet >= 1 && read.ratchet <= MIDI_HITS && read.timing >= -0.5 && read.timing <= 0.5;
}

void midi_steps_set(struct arena *arena, const struct midi_step *steps, uint32_t count, struct row *row)
{
    double *velocity = arena_array(arena, count, sizeof(double)), *timing = arena_array(arena, count, sizeof(double));
    double *probability = arena_array(arena, count, sizeof(double));
    uint64_t *ratchet = arena_array(arena, count, sizeof(uint64_t));

    for (uint32_t i = 0; i < count; i++) {
        const struct midi_step one = steps[i].is_marked ? steps[i] : (struct midi_step){ false, false, 1, 1, 1, 0 };

        row->has_velocity = row->has_velocity || one.velocity < 1;
        row->has_probability = row->has_probability || one.probability < 1;
        row->has_ratchet = row->has_ratchet || one.ratchet > 1;
        row->has_timing = row->has_timing || fabs(one.timing) > 0;
        velocity[i] = one.velocity;
        probability[i] = one.probability;
        ratchet[i] = one.ratchet;
        timing[i] = one.timing;
    }
    row->velocity = (struct real_list){ row->has_velocity ? count : 0, velocity };
    row->probability = (struct real_list){ row->has_probability ? count : 0, probability };
    row->timing = (struct real_list){ row->has_timing ? count : 0, timing };
    row->ratchet.count = row->has_ratchet ? count : 0;
    row->ratchet.at = ratchet;
}
