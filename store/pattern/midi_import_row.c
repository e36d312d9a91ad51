#include "store/pattern/midi_import_row.h"

#include <math.h>
#include <string.h>

#include "store/pattern/midi_pattern.h"
#include "store/pattern/note_name.h"

static const double ALIKE = 0.003; /* levels that differ by less than a step of velocity */

/* The shortest list of notes whose repetition gives the notes of the sounding steps. */
static void set_notes(const struct midi_import_row *gathered, uint32_t steps, struct arena *arena, struct row *row)
{
    double *notes = arena_array(arena, STEPS_MOST, sizeof(*notes));
    uint32_t count = 0, period = 1;

    for (uint32_t i = 0; i < steps; i++)
        if (gathered->steps[i] != '.')
            notes[count++] = note_hz(gathered->notes[i]);
    for (uint32_t i = 1; i < count; i++)
        if (notes[i] != notes[i % period])
            period = i + 1;
    row->notes = (struct real_list){ count ? period : 0, notes };
}

/* The level of a step, 0…1, without the 3 dB of an accent. */
static double level_at(const struct midi_import_row *gathered, uint32_t at)
{
    return gathered->velocities[at] / (double)MIDI_DATA_MOST / (gathered->steps[at] == 'X' ? MIDI_ACCENT : 1);
}

static double highest_level(const struct midi_import_row *gathered, uint32_t steps)
{
    double most = 0;

    for (uint32_t i = 0; i < steps; i++)
        if (gathered->steps[i] != '.' && !gathered->values[i].is_marked)
            most = fmax(most, level_at(gathered, i));
    return most;
}

static void set_level(const struct midi_import_row *gathered, uint32_t steps, struct row *row)
{
    const int control = gathered->controls[MIDI_LEVEL];

    row->base_amp = control == ANY ? highest_level(gathered, steps) : control / (double)MIDI_DATA_MOST;
    row->has_base_amp = control != ANY || row->base_amp > 0;
}

static struct midi_step step_of_note(const struct midi_import_row *gathered, uint32_t at, double most)
{
    const bool is_softer = !gathered->marked && level_at(gathered, at) < most - ALIKE;

    return (struct midi_step){ .is_marked = is_softer || fabs(gathered->timing[at]) > 0,
                               .ratchet = 1,
                               .velocity = is_softer ? level_at(gathered, at) / most : 1,
                               .probability = 1,
                               .timing = gathered->timing[at] };
}

/* Notes of other programs give the velocities, relative to the highest; ours have marks. */
static void set_steps(const struct midi_import_row *gathered, uint32_t steps, struct arena *arena, struct row *row)
{
    const double most = highest_level(gathered, steps);
    struct midi_step values[STEPS_MOST];

    memcpy(values, gathered->values, sizeof(values));
    for (uint32_t i = 0; i < steps; i++)
        if (gathered->steps[i] != '.' && !values[i].is_marked)
            values[i] = step_of_note(gathered, i, most);
    midi_steps_set(arena, values, steps, row);
}

static void set_gate(const struct midi_import_row *gathered, struct row *row)
{
    const double measured = gathered->longest / MIDI_TICKS_STEP;
    const bool as_marked = gathered->marked && gathered->gate >= 0.01 && gathered->gate <= 1 &&
                           gathered->longest <= fmax(round(gathered->gate * MIDI_TICKS_STEP), 1);

    row->has_gate_frac = as_marked || measured > 0;
    row->gate_frac = as_marked ? gathered->gate : fmin(fmax(measured, 0.01), 1);
}

static void set_controls(const struct midi_import_row *gathered, struct row *row)
{
    const int *at = gathered->controls;
    const double most = MIDI_DATA_MOST;

    if (at[MIDI_PAN] != ANY)
        row->pan = at[MIDI_PAN] < 64 ? (at[MIDI_PAN] - 64) / 64.0 : (at[MIDI_PAN] - 64) / 63.0;
    row->has_filter_freq = at[MIDI_CUTOFF] != ANY;
    if (row->has_filter_freq)
        row->filter_freq = fmin(MIDI_CUTOFF_LEAST * pow(MIDI_CUTOFF_SPAN, at[MIDI_CUTOFF] / most), 20000);
    row->has_reverb_send = at[MIDI_REVERB] != ANY;
    row->reverb_send = row->has_reverb_send ? at[MIDI_REVERB] / most : 0;
    row->has_delay_send = at[MIDI_DELAY] != ANY;
    row->delay_send = row->has_delay_send ? at[MIDI_DELAY] / most : 0;
}

static void set_resonance(const struct midi_import_row *gathered, struct modules *modules, struct text voice_id)
{
    const struct field *field = schema_field(&modules_shape, voice_id);
    struct voice_values *voice = (void *)((char *)modules + field->offset);

    if (gathered->controls[MIDI_RESONANCE] == ANY)
        return;
    *(bool *)((char *)modules + field->has_offset) = true;
    voice->has_filter_q = true;
    voice->filter_q =
        fmin(MIDI_Q_LEAST * pow(MIDI_Q_SPAN, gathered->controls[MIDI_RESONANCE] / (double)MIDI_DATA_MOST), 20);
}

void midi_import_row_write(const struct midi_import_row *gathered, uint32_t steps, struct arena *arena, struct row *row,
                           struct modules *modules)
{
    row->pattern = arena_text(arena, (struct text){ steps, gathered->steps });
    row->has_length = gathered->length > 0 && gathered->length < steps;
    row->length = row->has_length ? gathered->length : 0;
    set_notes(gathered, steps, arena, row);
    set_level(gathered, steps, row);
    set_steps(gathered, steps, arena, row);
    set_gate(gathered, row);
    set_controls(gathered, row);
    set_resonance(gathered, modules, row->voice_id);
}
