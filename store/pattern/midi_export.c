#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/rt/step.h"
#include "proto/wire/value.h"
#include "store/pattern/midi_pattern.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_check.h"

enum { ROW_EVENTS = 16 + 2 * 64, HEAD_EVENTS = 4, MIDDLE_C = 60 };
static const double TEMPO_USUAL = 120, LEVEL_USUAL = 0.5, GATE_USUAL = 0.5, GATE_SOUND = 1, CENT = 0.01;

struct exporting {
    const struct pattern *pattern;
    struct arena *arena;
    struct midi_file *to;
    struct remarks *remarks;
    double swing;
};

/* The values of a row: its own, or else those of its voice. */
struct row_values {
    double level, gate;
    bool has_cutoff, has_q, has_reverb, has_delay;
    double cutoff, q, reverb, delay, base;
};

static void add_event(struct exporting *x, struct midi_event event)
{
    x->to->events[x->to->count++] = event;
}

static void add_meta(struct exporting *x, uint32_t track, uint32_t tick, uint8_t type, struct text text)
{
    add_event(x, (struct midi_event){ .tick = tick,
                                      .track = track,
                                      .status = MIDI_META,
                                      .data = { type },
                                      .bytes = bytes_of(text.at, text.len) });
}

/* ---- values ---- */

static struct row_values values_of(const struct pattern *pattern, const struct row *row)
{
    const struct voice_values *voice = pattern_voice(&pattern->modules, row->voice_id);
    const bool sampled = row->has_sound || row->has_id;
    struct row_values to = {
        .level = row->has_base_amp ? row->base_amp
                 : voice->has_amp  ? voice->amp
                                   : LEVEL_USUAL,
        .gate = row->has_gate_frac ? row->gate_frac
                : sampled          ? GATE_SOUND
                                   : GATE_USUAL,
        .has_cutoff = row->has_filter_freq || (!sampled && voice->has_filter_freq),
        .cutoff = row->has_filter_freq ? row->filter_freq : voice->filter_freq,
        .has_q = voice->has_filter_q,
        .q = voice->filter_q,
        .has_reverb = row->has_reverb_send || voice->has_reverb_send,
        .reverb = row->has_reverb_send ? row->reverb_send : voice->reverb_send,
        .has_delay = row->has_delay_send || voice->has_delay_send,
        .delay = row->has_delay_send ? row->delay_send : voice->delay_send,
    };

    to.base = row->has_base_freq ? row->base_freq : sampled ? note_hz(MIDDLE_C) : voice->has_freq ? voice->freq : 220;
    return to;
}

static uint8_t data_of(double share)
{
    const double data = round(share * MIDI_DATA_MOST);

    return (uint8_t)(data < 0 ? 0 : data > MIDI_DATA_MOST ? MIDI_DATA_MOST : data);
}

static uint8_t data_between(uint8_t data, uint8_t least, uint8_t most)
{
    return data < least ? least : data > most ? most : data;
}

static void add_control(struct exporting *x, uint32_t index, bool wanted, uint8_t control, uint8_t data)
{
    if (wanted)
        add_event(x, (struct midi_event){ .track = index + 1,
                                          .status = (uint8_t)(MIDI_CONTROL | index % MIDI_CHANNELS),
                                          .data = { control, data } });
}

static void add_controls(struct exporting *x, uint32_t index, const struct row *row, const struct row_values *values)
{
    const double cutoff = log(values->cutoff / MIDI_CUTOFF_LEAST) / log(MIDI_CUTOFF_SPAN);
    const double pan = row->pan;

    add_control(x, index, true, MIDI_LEVEL, data_of(values->level));
    add_control(x, index, true, MIDI_PAN, (uint8_t)round(64 + pan * (pan < 0 ? 64 : 63)));
    add_control(x, index, values->has_cutoff, MIDI_CUTOFF, data_of(cutoff));
    add_control(x, index, values->has_q, MIDI_RESONANCE, data_of(log(values->q / MIDI_Q_LEAST) / log(MIDI_Q_SPAN)));
    add_control(x, index, values->has_reverb, MIDI_REVERB, data_of(values->reverb));
    add_control(x, index, values->has_delay, MIDI_DELAY, data_of(values->delay));
}

/* ---- notes ---- */

static uint32_t tick_of(const struct exporting *x, uint32_t step)
{
    return (uint32_t)lround(MIDI_TICKS_STEP * step_place(step, x->swing));
}

/* The nearest note; one that is more than a cent away is remarked once for the row. */
static uint8_t note_near(struct exporting *x, const struct row *row, double hz, bool *remarked)
{
    const double exact = note_of_hz(hz), nearest = fmin(fmax(round(exact), 0), MIDI_DATA_MOST);

    if (fabs(exact - nearest) > CENT && !*remarked)
        remark_add(x->remarks, "%.*s: %g Hz is the nearest note, %s", TEXT_ARG(row->name), hz,
                   note_name_write((int)nearest, (char[NOTE_NAME_SIZE]){ 0 }));
    *remarked = *remarked || fabs(exact - nearest) > CENT;
    return (uint8_t)nearest;
}

static uint32_t next_sounding(const struct row *row, uint32_t step)
{
    while (step < row->pattern.len && row->pattern.at[step] == '.')
        step++;
    return step;
}

static void add_note(struct exporting *x, uint32_t index, uint32_t tick, uint8_t status, uint8_t note, uint8_t velocity)
{
    add_event(x, (struct midi_event){ .tick = tick,
                                      .track = index + 1,
                                      .status = (uint8_t)(status | index % MIDI_CHANNELS),
                                      .data = { note, velocity } });
}

/* A row has one voice: a note ends at the latest where the next begins. So at one tick the end comes first. */
static void add_notes(struct exporting *x, uint32_t index, const struct row *row, const struct row_values *values,
                      uint8_t normal, uint8_t accent)
{
    const long gate = lround(MIDI_TICKS_STEP * values->gate);
    uint32_t number = (uint32_t)row->note_index, step = next_sounding(row, 0);
    bool remarked = false;

    while (step < row->pattern.len) {
        const uint32_t next = next_sounding(row, step + 1), tick = tick_of(x, step);
        const double hz = row->notes.count ? row->notes.at[number++ % row->notes.count] : values->base;
        const uint8_t note = note_near(x, row, hz, &remarked);
        uint32_t end = tick + (uint32_t)(gate > 1 ? gate : 1);

        if (next < row->pattern.len && end > tick_of(x, next))
            end = tick_of(x, next);
        add_note(x, index, tick, MIDI_NOTE_ON, note, row->pattern.at[step] == 'X' ? accent : normal);
        add_note(x, index, end, MIDI_NOTE_OFF, note, 64);
        step = next;
    }
    if (row->notes.count && (number - (uint32_t)row->note_index) % row->notes.count)
        remark_add(x->remarks, "%.*s: its notes do not repeat with the pattern; one pass is exported",
                   TEXT_ARG(row->name));
}

/* ---- what is lost ---- */

static bool is_set(const struct field *field, const void *record)
{
    const void *at = value_of(field, record);

    if (field->flags & FIELD_OPTIONAL)
        return value_there(field, record);
    if (field->type == FIELD_BOOL)
        return *(const bool *)at;
    return field->type == FIELD_UINT && strcmp(field->name, "generation") != 0 && *(const uint64_t *)at != 0;
}

/* Lists the values of a record that no event carries. */
static void remark_lost(struct exporting *x, struct text of, const struct shape *shape, const void *record)
{
    static const char carried[] =
        " name voice_id pattern notes base_freq base_amp filter_freq gate_frac pan reverb_send "
        "delay_send freq amp filter_q note_index ";
    struct buffer lost = { 0 };
    char word[72];

    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        (void)snprintf(word, sizeof(word), " %s ", field->name);
        if (!strstr(carried, word) && !(field->flags & FIELD_LIST) && is_set(field, record))
            buffer_printf(&lost, "%s %s", lost.len ? "," : "", field->name);
    }
    if (lost.len)
        remark_add(x->remarks, "%.*s: lost:%s", TEXT_ARG(of), buffer_c(&lost));
    buffer_free(&lost);
}

static void remark_row(struct exporting *x, uint32_t index, const struct row *row)
{
    const struct voice_values *voice = pattern_voice(&x->pattern->modules, row->voice_id);

    if (index >= MIDI_CHANNELS)
        remark_add(x->remarks, "%.*s: row %u is on channel %u again", TEXT_ARG(row->name), index + 1,
                   index % MIDI_CHANNELS + 1);
    remark_lost(x, row->name, &row_shape, row);
    remark_lost(x, row->name, &voice_values_shape, voice);
    remark_lost(x, row->name, &adsr_shape, &voice->adsr);
}

static void remark_effects(struct exporting *x)
{
    const struct modules *modules = &x->pattern->modules;

    remark_lost(x, TEXT("reverb1"), &reverb_values_shape, &modules->reverb1);
    remark_lost(x, TEXT("delay1"), &delay_values_shape, &modules->delay1);
    remark_lost(x, TEXT("acid1"), &acid_values_shape, &modules->acid1);
}

/* ---- tracks ---- */

static void add_head(struct exporting *x, uint32_t steps)
{
    const struct sequencer *sequencer = &x->pattern->sequencer;
    const double bpm = sequencer->has_bpm ? sequencer->bpm : TEMPO_USUAL;
    const uint32_t beat_us = (uint32_t)lround(60e6 / bpm);
    const char tempo[3] = { (char)(beat_us >> 16), (char)(beat_us >> 8), (char)beat_us };

    add_meta(x, 0, 0, MIDI_META_NAME, x->pattern->metadata.name);
    add_meta(x, 0, 0, MIDI_META_TEXT,
             arena_printf(x->arena, "loophole steps=%u swing=%.17g bpm=%.17g", steps, x->swing, bpm));
    add_meta(x, 0, 0, MIDI_META_TEMPO, arena_text(x->arena, (struct text){ sizeof(tempo), tempo }));
    add_meta(x, 0, steps * MIDI_TICKS_STEP, MIDI_META_END, (struct text){ 0 });
}

static void add_row(struct exporting *x, uint32_t index, uint32_t steps)
{
    const struct row *row = &x->pattern->sequencer.tracks.at[index];
    const struct row_values values = values_of(x->pattern, row);
    const uint8_t normal = data_between(data_of(values.level), 1, MIDI_DATA_MOST - 1);
    const uint8_t accent = data_between(data_of(values.level * MIDI_ACCENT), (uint8_t)(normal + 1), MIDI_DATA_MOST);
    uint32_t end;

    add_meta(x, index + 1, 0, MIDI_META_NAME, row->name);
    add_meta(x, index + 1, 0, MIDI_META_TEXT,
             arena_printf(x->arena, "loophole accent=%u gate=%.17g", accent, values.gate));
    add_controls(x, index, row, &values);
    add_notes(x, index, row, &values, normal, accent);
    end = x->to->events[x->to->count - 1].tick; /* the last note may end after the pattern */
    add_meta(x, index + 1, end > steps * MIDI_TICKS_STEP ? end : steps * MIDI_TICKS_STEP, MIDI_META_END,
             (struct text){ 0 });
    remark_row(x, index, row);
}

void midi_export(const struct pattern *from, struct arena *arena, struct midi_file *to, struct remarks *remarks)
{
    const uint32_t rows = from->sequencer.tracks.count, steps = pattern_steps(from);
    struct exporting x = { from, arena, to, remarks, from->sequencer.has_swing ? from->sequencer.swing : 0 };

    *to = (struct midi_file){ .ticks = MIDI_TICKS_QUARTER,
                              .tracks = rows + 1,
                              .events = arena_array(arena, HEAD_EVENTS + rows * ROW_EVENTS, sizeof(*to->events)) };
    add_head(&x, steps);
    for (uint32_t i = 0; i < rows; i++)
        add_row(&x, i, steps);
    remark_effects(&x);
}
