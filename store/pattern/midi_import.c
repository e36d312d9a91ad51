#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/rt/step.h"
#include "store/pattern/midi_pattern.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_coerce.h"

enum { STEPS_MOST = 64, BAR = 16, ACCENT_FROM = 112, DRUMS = 9, ANY = -1, MARK_SIZE = 256, CONTROLS = 128 };
static const double BEAT_US_USUAL = 500000;

/* The notes that become a row. */
struct midi_line {
    uint32_t track;
    int channel, note; /* ANY: of all */
    bool marked;       /* one of our own files has it */
    uint8_t accent;
    double gate; /* of a marked line, in steps */
    char steps[STEPS_MOST];
    uint8_t notes[STEPS_MOST], velocities[STEPS_MOST];
    double longest;    /* ticks */
    int32_t open[128]; /* the step where this note sounds; ANY: none */
    double began[128]; /* its tick */
    uint32_t moved, dropped;
    int controls[CONTROLS];
};

struct importing {
    const struct midi_file *from;
    struct arena *arena;
    struct remarks *remarks;
    struct midi_line *lines[PATTERN_ROWS];
    uint32_t count, steps, late, unheard;
    double swing, bpm;
    bool has_tempo;
    struct text *names; /* of tracks */
};

/* ---- marks of our own files ---- */

/* Finds " key=NUMBER" in a text that begins with "loophole". */
static bool find_mark(const struct midi_event *event, const char *key, double *to)
{
    char text[MARK_SIZE], wanted[16], *at, *end;

    if (event->data[0] != MIDI_META_TEXT || !bytes_copy(text, sizeof(text), event->bytes) ||
        strncmp(text, "loophole ", 9) != 0)
        return false;
    (void)snprintf(wanted, sizeof(wanted), " %s=", key);
    at = strstr(text, wanted);
    if (!at)
        return false;
    *to = strtod(at + strlen(wanted), &end);
    return end != at + strlen(wanted) && isfinite(*to);
}

static void read_tempo(struct importing *m, const struct midi_event *event)
{
    const uint8_t *at = event->bytes.at;
    const double beat_us = event->bytes.len == 3 ? at[0] << 16 | at[1] << 8 | at[2] : 0;

    if (m->has_tempo)
        remark_add(m->remarks, "the tempo changes at tick %u; the first one is used", event->tick);
    else if (beat_us > 0)
        m->bpm = 60e6 / beat_us;
    m->has_tempo = true;
}

static struct midi_line *add_line(struct importing *m, uint32_t track, int channel, int note)
{
    struct midi_line *line;

    if (m->count == PATTERN_ROWS)
        return NULL;
    line = m->lines[m->count++] = arena_alloc(m->arena, sizeof(*line));
    *line = (struct midi_line){ .track = track, .channel = channel, .note = note, .accent = ACCENT_FROM };
    memset(line->steps, '.', sizeof(line->steps));
    for (int i = 0; i < 128; i++)
        line->open[i] = line->controls[i] = ANY;
    return line;
}

/* A name up to its first zero. */
static struct text name_in(struct importing *m, struct bytes bytes)
{
    const void *zero = bytes.len ? memchr(bytes.at, 0, bytes.len) : NULL;

    return arena_utf8(m->arena, zero ? bytes_of(bytes.at, (size_t)((const uint8_t *)zero - bytes.at)) : bytes, 60);
}

static void read_meta(struct importing *m, const struct midi_event *event, double *marked_bpm)
{
    double number, gate;

    if (event->data[0] == MIDI_META_TEMPO)
        read_tempo(m, event);
    else if (event->data[0] == MIDI_META_NAME && m->names[event->track].len == 0)
        m->names[event->track] = name_in(m, event->bytes);
    if (find_mark(event, "steps", &number) && number >= BAR && number <= STEPS_MOST && fmod(number, BAR) == 0)
        m->steps = (uint32_t)number;
    if (find_mark(event, "swing", &number) && number >= 0 && number <= 0.999)
        m->swing = number;
    if (find_mark(event, "bpm", &number))
        *marked_bpm = number;
    if (find_mark(event, "accent", &number) && find_mark(event, "gate", &gate) && number >= 1 && number <= 127) {
        struct midi_line *line = add_line(m, event->track, ANY, ANY);

        if (line) {
            line->marked = true;
            line->accent = (uint8_t)number;
            line->gate = gate;
        }
    }
}

/* The marked tempo is exact; it counts unless another program changed the tempo. */
static void read_metas(struct importing *m)
{
    double marked = 0;

    for (uint32_t i = 0; i < m->from->count; i++)
        if (m->from->events[i].status == MIDI_META)
            read_meta(m, &m->from->events[i], &marked);
    if (marked > 0 && fabs(60e6 / marked - 60e6 / m->bpm) <= 1)
        m->bpm = marked;
    if (m->bpm < 20 || m->bpm > 400) {
        remark_add(m->remarks, "the tempo %g is out of range: 20 to 400", m->bpm);
        m->bpm = m->bpm < 20 ? 20 : 400;
    }
}

/* ---- notes ---- */

static double tick_of(const struct importing *m, const struct midi_event *event)
{
    return (double)event->tick * MIDI_TICKS_QUARTER / m->from->ticks;
}

static double place_of(const struct importing *m, uint32_t step)
{
    return MIDI_TICKS_STEP * step_place(step, m->swing);
}

/* The nearest step; STEPS_MOST: it is after the last. */
static uint32_t step_near(const struct importing *m, double tick)
{
    const double about = floor(tick / MIDI_TICKS_STEP);
    uint32_t best;

    if (about > STEPS_MOST)
        return STEPS_MOST;
    best = about > 0 ? (uint32_t)about - 1 : 0;
    for (uint32_t step = best + 1; step <= (uint32_t)about + 1; step++)
        if (fabs(place_of(m, step) - tick) < fabs(place_of(m, best) - tick))
            best = step;
    return best;
}

static bool line_is_for(const struct midi_line *line, const struct midi_event *event, int note)
{
    return line->track == event->track && (line->marked || line->channel == (event->status & 15)) &&
           (line->marked || line->note == note);
}

static struct midi_line *find_line(struct importing *m, const struct midi_event *event, int note)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (line_is_for(m->lines[i], event, note))
            return m->lines[i];
    return add_line(m, event->track, event->status & 15, note);
}

static void put_note(struct midi_line *line, uint32_t step, const struct midi_event *event, double tick)
{
    const uint8_t note = event->data[0];

    line->steps[step] = event->data[1] >= line->accent ? 'X' : 'x';
    line->notes[step] = note;
    line->velocities[step] = event->data[1];
    line->open[note] = (int32_t)step;
    line->began[note] = tick;
}

/* A drum has a row of its own, and so has a note that begins together with another one. */
static void begin_note(struct importing *m, const struct midi_event *event)
{
    const double tick = tick_of(m, event);
    const uint32_t step = step_near(m, tick), most = m->steps ? m->steps : STEPS_MOST;
    struct midi_line *line = find_line(m, event, (event->status & 15) == DRUMS ? event->data[0] : ANY);

    if (step >= most) {
        m->late++;
        return;
    }
    if (line && line->steps[step] != '.' && line->notes[step] != event->data[0] && !line->marked)
        line = find_line(m, event, event->data[0]);
    if (!line) {
        m->unheard++;
    } else if (line->steps[step] != '.') {
        line->dropped++;
    } else {
        line->moved += fabs(place_of(m, step) - tick) > 1;
        put_note(line, step, event, tick);
    }
}

static void end_note(struct importing *m, const struct midi_event *event)
{
    const uint8_t note = event->data[0];

    for (uint32_t i = 0; i < m->count; i++) {
        struct midi_line *line = m->lines[i];

        if (line->open[note] == ANY || !(line_is_for(line, event, ANY) || line_is_for(line, event, note)))
            continue;
        line->longest = fmax(line->longest, tick_of(m, event) - line->began[note]);
        line->open[note] = ANY;
    }
}

static void read_messages(struct importing *m)
{
    for (uint32_t i = 0; i < m->from->count; i++) {
        const struct midi_event *event = &m->from->events[i];
        const uint8_t kind = event->status & 0xf0;

        if (kind == MIDI_NOTE_ON && event->data[1] > 0)
            begin_note(m, event);
        else if (kind == MIDI_NOTE_ON || kind == MIDI_NOTE_OFF)
            end_note(m, event);
    }
}

/* The first value of each controller counts. */
static void read_controls(struct importing *m)
{
    for (uint32_t i = 0; i < m->from->count; i++) {
        const struct midi_event *event = &m->from->events[i];

        for (uint32_t l = 0; (event->status & 0xf0) == MIDI_CONTROL && l < m->count; l++) {
            struct midi_line *line = m->lines[l];
            const bool is_its = line->track == event->track && (line->marked || line->channel == (event->status & 15));

            if (is_its && line->controls[event->data[0]] == ANY)
                line->controls[event->data[0]] = event->data[1];
        }
    }
}

/* ---- rows ---- */

static struct text free_name(struct importing *m, const struct row_list *rows, struct text wanted)
{
    struct text name = wanted;
    bool taken = true;

    for (uint32_t n = 2; taken; n++) {
        taken = false;
        for (uint32_t i = 0; i < rows->count; i++)
            taken = taken || text_equal(rows->at[i].name, name);
        if (taken)
            name = arena_printf(m->arena, "%.*s %u", TEXT_ARG(wanted), n);
    }
    return name;
}

static struct text name_of(struct importing *m, const struct row_list *rows, const struct midi_line *line)
{
    char note[NOTE_NAME_SIZE];
    struct text name = m->names[line->track];

    if (name.len == 0)
        name = arena_printf(m->arena, "channel %d", line->channel + 1);
    if (line->note != ANY)
        name = arena_utf8(m->arena, bytes_of(name.at, name.len), 50);
    if (line->note != ANY)
        name = arena_printf(m->arena, "%.*s %s", TEXT_ARG(name), note_name_write(line->note, note));
    return free_name(m, rows, name);
}

/* The notes of the sounding steps, as few as repeat to the same. */
static void set_notes(struct importing *m, const struct midi_line *line, struct row *row)
{
    double *notes = arena_array(m->arena, STEPS_MOST, sizeof(*notes));
    uint32_t count = 0, period = 1;

    for (uint32_t i = 0; i < m->steps; i++)
        if (line->steps[i] != '.')
            notes[count++] = note_hz(line->notes[i]);
    for (uint32_t i = 1; i < count; i++)
        if (notes[i] != notes[i % period])
            period = i + 1;
    row->notes = (struct real_list){ count ? period : 0, notes };
}

static void set_level(const struct midi_line *line, uint32_t steps, struct row *row)
{
    double level = line->controls[MIDI_LEVEL] / (double)MIDI_DATA_MOST;

    for (uint32_t i = 0; line->controls[MIDI_LEVEL] == ANY && i < steps; i++) {
        if (line->steps[i] == 'x')
            level = line->velocities[i] / (double)MIDI_DATA_MOST;
        else if (line->steps[i] == 'X' && level < 0)
            level = line->velocities[i] / MIDI_DATA_MOST / MIDI_ACCENT;
    }
    row->has_base_amp = level >= 0;
    row->base_amp = level;
}

static void set_gate(const struct midi_line *line, struct row *row)
{
    const double measured = line->longest / MIDI_TICKS_STEP;
    const bool as_marked = line->marked && line->gate >= 0.01 && line->gate <= 1 &&
                           line->longest <= fmax(round(line->gate * MIDI_TICKS_STEP), 1);

    row->has_gate_frac = as_marked || measured > 0;
    row->gate_frac = as_marked ? line->gate : fmin(fmax(measured, 0.01), 1);
}

static void set_controls(const struct midi_line *line, struct row *row)
{
    const int *at = line->controls;
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

static void set_resonance(const struct midi_line *line, struct pattern *to, struct text voice_id)
{
    const struct field *field = schema_field(&modules_shape, voice_id);
    struct voice_values *voice = (void *)((char *)&to->modules + field->offset);

    if (line->controls[MIDI_RESONANCE] == ANY)
        return;
    *(bool *)((char *)&to->modules + field->has_offset) = true;
    voice->has_filter_q = true;
    voice->filter_q =
        fmin(MIDI_Q_LEAST * pow(MIDI_Q_SPAN, line->controls[MIDI_RESONANCE] / (double)MIDI_DATA_MOST), 20);
}

static void make_row(struct importing *m, const struct midi_line *line, struct pattern *to)
{
    struct row_list *rows = &to->sequencer.tracks;
    struct row row = { .name = name_of(m, rows, line), .voice_id = arena_printf(m->arena, "voice%u", rows->count + 1) };

    row.pattern = arena_text(m->arena, (struct text){ m->steps, line->steps });
    set_notes(m, line, &row);
    set_level(line, m->steps, &row);
    set_gate(line, &row);
    set_controls(line, &row);
    set_resonance(line, to, row.voice_id);
    if (line->moved)
        remark_add(m->remarks, "%.*s: %u notes were moved to the nearest step", TEXT_ARG(row.name), line->moved);
    if (line->dropped)
        remark_add(m->remarks, "%.*s: %u notes were dropped, because another one is on their step", TEXT_ARG(row.name),
                   line->dropped);
    rows->at[rows->count++] = row;
}

/* The fewest bars that hold all notes, if the file does not say it. */
static void count_steps(struct importing *m)
{
    uint32_t last = 0;

    for (uint32_t l = 0; l < m->count; l++)
        for (uint32_t i = 0; i < STEPS_MOST; i++)
            last = m->lines[l]->steps[i] != '.' && i > last ? i : last;
    if (m->steps == 0)
        m->steps = (last / BAR + 1) * BAR;
}

static void remark_dropped(struct importing *m)
{
    if (m->late)
        remark_add(m->remarks, "%u notes after step %u were dropped", m->late, m->steps);
    if (m->unheard)
        remark_add(m->remarks, "%u notes were dropped: a pattern has at most %d rows", m->unheard, PATTERN_ROWS);
}

enum err midi_import(const struct midi_file *from, struct arena *arena, struct pattern *to, struct remarks *remarks,
                     struct fault *fault)
{
    struct importing m = { .from = from, .arena = arena, .remarks = remarks, .bpm = 60e6 / BEAT_US_USUAL };

    *to = (struct pattern){ .chronus_version = TEXT("1.0.0"), .schema_version = TEXT("1.0") };
    m.names = arena_array(arena, from->tracks, sizeof(*m.names));
    read_metas(&m);
    read_messages(&m);
    if (m.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file has no notes");
    read_controls(&m);
    count_steps(&m);
    remark_dropped(&m);
    to->sequencer = (struct sequencer){ .has_bpm = true, .bpm = m.bpm, .has_swing = true, .swing = m.swing };
    to->sequencer.tracks.at = arena_array(arena, m.count, sizeof(struct row));
    for (uint32_t i = 0; i < m.count; i++)
        make_row(&m, m.lines[i], to);
    to->metadata.name = m.names[0];
    to->metadata.genre = TEXT("user");
    return ERR_OK;
}
