#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/value.h"
#include "store/pattern/midi_pattern.h"
#include "store/pattern/midi_steps.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_check.h"

enum { ROW_HITS = 64 * MIDI_HITS, ROW_EVENTS = 16 + 64 + 2 * ROW_HITS, HEAD_EVENTS = 4, MIDDLE_C = 60 };
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
    uint8_t velocity[2]; /* of a step, of an accent */
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

static uint8_t data_of(double share)
{
    const double data = round(share * MIDI_DATA_MOST);

    return (uint8_t)(data < 0 ? 0 : data > MIDI_DATA_MOST ? MIDI_DATA_MOST : data);
}

static uint8_t data_between(uint8_t data, uint8_t least, uint8_t most)
{
    return data < least ? least : data > most ? most : data;
}

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
    to.velocity[0] = data_between(data_of(to.level), 1, MIDI_DATA_MOST - 1);
    to.velocity[1] = data_between(data_of(to.level * MIDI_ACCENT), (uint8_t)(to.velocity[0] + 1), MIDI_DATA_MOST);
    return to;
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

struct export_hit {
    uint32_t tick, gate;
    uint8_t note, velocity;
};

static void add_note(struct exporting *x, uint32_t index, uint32_t tick, uint8_t status, uint8_t note, uint8_t velocity)
{
    add_event(x, (struct midi_event){ .tick = tick,
                                      .track = index + 1,
                                      .status = (uint8_t)(status | index % MIDI_CHANNELS),
                                      .data = { note, velocity } });
}

static uint32_t length_of(const struct row *row)
{
    return row->has_length && row->length < row->pattern.len ? (uint32_t)row->length : row->pattern.len;
}

static uint8_t velocity_of(const struct row *row, const struct row_values *values, uint32_t at)
{
    const struct midi_step step = midi_step_of(row, at);
    const double velocity = values->velocity[step.is_accent] * step.velocity;

    return data_between((uint8_t)lround(velocity), 1, MIDI_DATA_MOST);
}

/* Puts the hit in the order of time; at one tick the later step follows. */
static uint32_t put_hit(struct export_hit *hits, uint32_t count, struct export_hit hit)
{
    uint32_t at = count;

    for (; at > 0 && hits[at - 1].tick > hit.tick; at--)
        hits[at] = hits[at - 1];
    hits[at] = hit;
    return count + 1;
}

static uint32_t put_step(struct exporting *x, const struct row *row, const struct row_values *values, uint32_t step,
                         struct export_hit hit, struct export_hit *hits, uint32_t count)
{
    const struct midi_step step_values = midi_step_of(row, step % length_of(row));
    uint32_t ticks[MIDI_HITS], made = midi_step_hits(step, x->swing, &step_values, ticks);
    const double gate = values->gate * (made > 1 ? ticks[1] - ticks[0] : MIDI_TICKS_STEP);

    hit.gate = gate > 1 ? (uint32_t)lround(gate) : 1;
    for (uint32_t i = 0; i < made; i++) {
        hit.tick = ticks[i];
        count = put_hit(hits, count, hit);
    }
    return count;
}

/* The hits of one pass, by time. */
static uint32_t list_hits(struct exporting *x, const struct row *row, const struct row_values *values,
                          struct export_hit *hits)
{
    const uint32_t length = length_of(row);
    uint32_t number = (uint32_t)row->note_index, count = 0;
    bool remarked = false;

    for (uint32_t step = 0; step < row->pattern.len; step++) {
        struct export_hit hit = { 0 };
        double hz;

        if (row->pattern.at[step % length] == '.')
            continue;
        hz = row->notes.count ? row->notes.at[number++ % row->notes.count] : values->base;
        hit.note = note_near(x, row, hz, &remarked);
        hit.velocity = velocity_of(row, values, step % length);
        count = put_step(x, row, values, step, hit, hits, count);
    }
    if (row->notes.count && (number - (uint32_t)row->note_index) % row->notes.count)
        remark_add(x->remarks, "%.*s: its notes do not repeat with the pattern; one pass is exported",
                   TEXT_ARG(row->name));
    return count;
}

/* A row has one voice: a note ends at the latest where the next begins. So at one tick the end comes first. */
static void add_notes(struct exporting *x, uint32_t index, const struct row *row, const struct row_values *values)
{
    struct export_hit *hits = arena_array(x->arena, ROW_HITS, sizeof(*hits));
    const uint32_t count = list_hits(x, row, values, hits);

    for (uint32_t i = 0; i < count; i++) {
        const struct export_hit *hit = &hits[i];
        uint32_t end = hit->tick + hit->gate;

        if (i + 1 < count && hits[i + 1].tick == hit->tick) {
            remark_add(x->remarks, "%.*s: two hits are at tick %u; the later step's is exported", TEXT_ARG(row->name),
                       hit->tick);
            continue;
        }
        if (i + 1 < count && end > hits[i + 1].tick)
            end = hits[i + 1].tick;
        add_note(x, index, hit->tick, MIDI_NOTE_ON, hit->note, hit->velocity);
        add_note(x, index, end, MIDI_NOTE_OFF, hit->note, 64);
    }
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
        "delay_send freq amp filter_q note_index length seed ";
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
             arena_printf(x->arena, "loophole steps=%u swing=%.17g bpm=%.17g seed=%llu", steps, x->swing, bpm,
                          (unsigned long long)sequencer->seed));
    add_meta(x, 0, 0, MIDI_META_TEMPO, arena_text(x->arena, (struct text){ sizeof(tempo), tempo }));
    add_meta(x, 0, steps * MIDI_TICKS_STEP, MIDI_META_END, (struct text){ 0 });
}

static void add_marks(struct exporting *x, uint32_t index, const struct row *row)
{
    bool by_chance = false;

    for (uint32_t at = 0; at < length_of(row); at++) {
        const struct midi_step step = midi_step_of(row, at);

        if (step.is_marked && row->pattern.at[at] != '.')
            add_meta(x, index + 1, 0, MIDI_META_TEXT, midi_step_mark(x->arena, at, &step));
        by_chance = by_chance || (row->pattern.at[at] != '.' && step.probability < 1);
    }
    if (by_chance)
        remark_add(x->remarks, "%.*s: lost: probability; each of its steps is exported", TEXT_ARG(row->name));
}

static void export_row(struct exporting *x, uint32_t index, uint32_t steps)
{
    const struct row *row = &x->pattern->sequencer.tracks.at[index];
    const struct row_values values = values_of(x->pattern, row);
    uint32_t end;

    add_meta(x, index + 1, 0, MIDI_META_NAME, row->name);
    add_meta(x, index + 1, 0, MIDI_META_TEXT,
             arena_printf(x->arena, "loophole accent=%u gate=%.17g length=%u", values.velocity[1], values.gate,
                          length_of(row)));
    add_marks(x, index, row);
    add_controls(x, index, row, &values);
    add_notes(x, index, row, &values);
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
        export_row(&x, i, steps);
    remark_effects(&x);
}
