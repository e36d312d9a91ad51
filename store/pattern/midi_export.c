#include "store/pattern/midi_export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/pattern/midi_lost.h"
#include "store/pattern/midi_steps.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_check.h"

enum { ROW_HITS = 64 * MIDI_HITS, ROW_EVENTS = 16 + 64 + 2 * ROW_HITS, HEAD_EVENTS = 4, MIDDLE_C = 60 };
static const double TEMPO_USUAL = 120, LEVEL_USUAL = 0.5, GATE_USUAL = 0.5, GATE_SOUND = 1, CENT = 0.01,
                    ROUNDING = 1e-9;

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
    bool has_level, has_cutoff, has_q, has_reverb, has_delay;
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
        .has_level = row->has_base_amp || voice->has_amp,
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

static void add_control(struct exporting *x, uint32_t index, uint8_t control, uint8_t data)
{
    add_event(x, (struct midi_event){ .track = index + 1,
                                      .status = (uint8_t)(MIDI_CONTROL | index % MIDI_CHANNELS),
                                      .data = { control, data } });
}

static double pan_data(double pan)
{
    return round(64 + pan * (pan < 0 ? 64 : 63));
}

static double pan_of(double data)
{
    return (data - 64) / (data < 64 ? 64 : 63);
}

/* The share of a logarithmic range, and its inverse. */
static double share_of(double value, double least, double span)
{
    return log(value / least) / log(span);
}

static double value_at(double share, double least, double span)
{
    return least * pow(span, share);
}

/* A value that a controller has, and what becomes of it. */
struct controlled {
    uint8_t control, data;
    bool is_there, is_given;
    const char *name;
    double exact, kept;
};

static struct controlled round_linear(uint8_t control, const char *name, bool is_given, double exact)
{
    const uint8_t data = data_of(exact);

    return (struct controlled){ control, data, is_given, is_given, name, exact, data / (double)MIDI_DATA_MOST };
}

static struct controlled round_logarithmic(uint8_t control, const char *name, bool is_given, double exact, double least,
                                           double span)
{
    const uint8_t data = is_given ? data_of(share_of(exact, least, span)) : 0;

    return (struct controlled){
        control, data, is_given, is_given, name, exact, value_at(data / (double)MIDI_DATA_MOST, least, span)
    };
}

static void add_controls(struct exporting *x, uint32_t index, const struct row *row, const struct row_values *values)
{
    const double pan = pan_data(row->pan);
    struct controlled all[] = {
        round_linear(MIDI_LEVEL, "base_amp", values->has_level, values->level),
        { MIDI_PAN, (uint8_t)pan, true, true, "pan", row->pan, pan_of(pan) },
        round_logarithmic(MIDI_CUTOFF, "filter_freq", values->has_cutoff, values->cutoff, MIDI_CUTOFF_LEAST,
                          MIDI_CUTOFF_SPAN),
        round_logarithmic(MIDI_RESONANCE, "filter_q", values->has_q, values->q, MIDI_Q_LEAST, MIDI_Q_SPAN),
        round_linear(MIDI_REVERB, "reverb_send", values->has_reverb, values->reverb),
        round_linear(MIDI_DELAY, "delay_send", values->has_delay, values->delay),
    };
    struct buffer rounded = { 0 };

    all[0].is_there = true;
    for (uint32_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (all[i].is_there)
            add_control(x, index, all[i].control, all[i].data);
        if (all[i].is_given && fabs(all[i].kept - all[i].exact) > ROUNDING * fabs(all[i].exact))
            buffer_printf(&rounded, "%s %s", rounded.len ? "," : "", all[i].name);
    }
    if (rounded.len)
        remark_add(x->remarks, "%.*s: rounded to a value of MIDI:%s", TEXT_ARG(row->name), buffer_c(&rounded));
    buffer_free(&rounded);
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
        remark_add(x->remarks, "%.*s: probability: other programs play each of its steps", TEXT_ARG(row->name));
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
    if (index >= MIDI_CHANNELS)
        remark_add(x->remarks, "%.*s: row %u is on channel %u again", TEXT_ARG(row->name), index + 1,
                   index % MIDI_CHANNELS + 1);
    midi_lost_row(x->pattern, row, x->remarks);
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
    midi_lost_rest(from, remarks);
}
