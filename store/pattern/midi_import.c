#include "store/pattern/midi_import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/rt/step.h"
#include "store/pattern/midi_import_row.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_coerce.h"

enum { BAR = 16, WHOLE_POWER = 4 /* 2 to the power of 4 is BAR */, ACCENT_FROM = 112, DRUMS = 9, MARK_SIZE = 256 };
static const double BEAT_US_USUAL = 500000;

struct importing {
    const struct midi_file *from;
    struct arena *arena;
    struct remarks *remarks;
    struct midi_import_row *gathered[PATTERN_ROWS];
    uint32_t count, steps, late, without_row;
    uint32_t bar, last; /* steps: of a bar, and the most that the rows can have */
    uint64_t seed;
    double swing, bpm;
    bool has_tempo, has_signature;
    struct text *names; /* of tracks */
};

/* ---- marks of our own files ---- */

/* A text that begins with "loophole". */
static bool copy_mark(const struct midi_event *event, char to[MARK_SIZE])
{
    return event->data[0] == MIDI_META_TEXT && bytes_copy(to, MARK_SIZE, event->bytes) &&
           strncmp(to, "loophole ", 9) == 0;
}

/* Finds " key=NUMBER" in a mark. */
static bool find_mark(const struct midi_event *event, const char *key, double *to)
{
    char text[MARK_SIZE], wanted[16], *at, *end;

    if (!copy_mark(event, text))
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

/* Numerator, and the power of two of the denominator: 3 and 2 are 3/4. */
static void read_signature(struct importing *m, const struct midi_event *event)
{
    const uint8_t *at = event->bytes.at;
    const uint32_t parts = event->bytes.len >= 2 && at[1] <= WHOLE_POWER ? BAR >> at[1] : 0, bar = parts * at[0];

    if (bar == 0 || bar > STEPS_MOST)
        return;
    if (m->has_signature && bar != m->bar)
        remark_add(m->remarks, "the time signature changes at tick %u; the first one is used", event->tick);
    else
        m->bar = bar;
    m->has_signature = true;
}

static struct midi_import_row *add_row(struct importing *m, uint32_t track, int channel, int note)
{
    struct midi_import_row *gathered;

    if (m->count == PATTERN_ROWS)
        return NULL;
    gathered = m->gathered[m->count++] = arena_alloc(m->arena, sizeof(*gathered));
    *gathered = (struct midi_import_row){ .track = track, .channel = channel, .note = note, .accent = ACCENT_FROM };
    memset(gathered->steps, '.', sizeof(gathered->steps));
    for (int i = 0; i < 128; i++)
        gathered->open[i] = gathered->controls[i] = ANY;
    return gathered;
}

/* A name up to its first zero. */
static struct text name_in(struct importing *m, struct bytes bytes)
{
    const void *zero = bytes.len ? memchr(bytes.at, 0, bytes.len) : NULL;

    return arena_utf8(m->arena, zero ? bytes_of(bytes.at, (size_t)((const uint8_t *)zero - bytes.at)) : bytes, 60);
}

static struct midi_import_row *find_marked(const struct importing *m, uint32_t track)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->gathered[i]->marked && m->gathered[i]->track == track)
            return m->gathered[i];
    return NULL;
}

/* The values of a step of the track's row; the row's mark comes first. */
static void read_step_mark(struct importing *m, const struct midi_event *event)
{
    char text[MARK_SIZE];
    struct midi_step values;
    uint32_t step;

    if (!copy_mark(event, text) || !midi_step_read(text, STEPS_MOST, &step, &values))
        return;
    if (find_marked(m, event->track))
        find_marked(m, event->track)->values[step] = values;
}

static void read_row_mark(struct importing *m, const struct midi_event *event, double accent, double gate)
{
    struct midi_import_row *gathered = add_row(m, event->track, ANY, ANY);
    double length;

    if (!gathered)
        return;
    gathered->marked = true;
    gathered->accent = (uint8_t)accent;
    gathered->gate = gate;
    if (find_mark(event, "length", &length) && length >= 1 && length <= STEPS_MOST)
        gathered->length = (uint32_t)length;
}

static void read_meta(struct importing *m, const struct midi_event *event, double *marked_bpm)
{
    double number, gate;

    if (event->data[0] == MIDI_META_TEMPO)
        read_tempo(m, event);
    else if (event->data[0] == MIDI_META_SIGNATURE)
        read_signature(m, event);
    else if (event->data[0] == MIDI_META_NAME && m->names[event->track].len == 0)
        m->names[event->track] = name_in(m, event->bytes);
    if (find_mark(event, "steps", &number) && number >= BAR && number <= STEPS_MOST && fmod(number, BAR) == 0)
        m->steps = (uint32_t)number;
    if (find_mark(event, "swing", &number) && number >= 0 && number <= 0.999)
        m->swing = number;
    if (find_mark(event, "bpm", &number))
        *marked_bpm = number;
    if (find_mark(event, "seed", &number) && number >= 0 && number <= UINT32_MAX)
        m->seed = (uint64_t)number;
    if (find_mark(event, "accent", &number) && find_mark(event, "gate", &gate) && number >= 1 && number <= 127)
        read_row_mark(m, event, number, gate);
    read_step_mark(m, event);
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

static double tick_of_step(const struct importing *m, uint32_t step)
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
        if (fabs(tick_of_step(m, step) - tick) < fabs(tick_of_step(m, best) - tick))
            best = step;
    return best;
}

static bool row_is_for(const struct midi_import_row *gathered, const struct midi_event *event, int note)
{
    return gathered->track == event->track && (gathered->marked || gathered->channel == (event->status & 15)) &&
           (gathered->marked || gathered->note == note);
}

static struct midi_import_row *find_row(struct importing *m, const struct midi_event *event, int note)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (row_is_for(m->gathered[i], event, note))
            return m->gathered[i];
    return add_row(m, event->track, event->status & 15, note);
}

/* The marked step that has a hit at this tick, its first one if two steps have one there; STEPS_MOST: none. */
static uint32_t find_hit(const struct importing *m, const struct midi_import_row *gathered, double tick, bool *is_first)
{
    uint32_t ticks[MIDI_HITS], found = STEPS_MOST;

    for (uint32_t step = 0; step < m->steps; step++) {
        const struct midi_step *values = &gathered->values[step % (gathered->length ? gathered->length : m->steps)];
        const uint32_t hits = values->is_marked ? midi_step_hits(step, m->swing, values, ticks) : 0;

        for (uint32_t i = 0; i < hits && !*is_first; i++)
            if (fabs(tick - ticks[i]) < 1) {
                found = step;
                *is_first = i == 0;
            }
    }
    return found;
}

static void put_note(struct midi_import_row *gathered, uint32_t step, const struct midi_event *event, double tick)
{
    const uint8_t note = event->data[0];

    gathered->steps[step] = event->data[1] >= gathered->accent ? 'X' : 'x';
    gathered->notes[step] = note;
    gathered->velocities[step] = event->data[1];
    gathered->open[note] = (int32_t)step;
    gathered->began[note] = tick;
}

/* A note of a step with values of its own. */
static bool begin_marked(struct importing *m, const struct midi_event *event, double tick)
{
    struct midi_import_row *gathered = find_marked(m, event->track);
    bool is_first = false;
    const uint32_t step = gathered ? find_hit(m, gathered, tick, &is_first) : STEPS_MOST;

    if (step == STEPS_MOST)
        return false;
    if (is_first && gathered->steps[step] == '.') {
        put_note(gathered, step, event, tick);
        gathered->steps[step] =
            gathered->values[step % (gathered->length ? gathered->length : m->steps)].is_accent ? 'X' : 'x';
        gathered->open[event->data[0]] = ANY; /* the gate is marked */
    }
    return true;
}

/* A drum has a row of its own, and so has a note that begins together with another one. */
static void begin_note(struct importing *m, const struct midi_event *event)
{
    const double tick = tick_of(m, event);
    const uint32_t step = step_near(m, tick);
    struct midi_import_row *gathered;

    if (begin_marked(m, event, tick))
        return;
    gathered = find_row(m, event, (event->status & 15) == DRUMS ? event->data[0] : ANY);
    if (step >= m->last) {
        m->late++;
        return;
    }
    if (gathered && gathered->steps[step] != '.' && gathered->notes[step] != event->data[0] && !gathered->marked)
        gathered = find_row(m, event, event->data[0]);
    if (!gathered) {
        m->without_row++;
    } else if (gathered->steps[step] != '.') {
        gathered->dropped++;
    } else {
        gathered->timing[step] = midi_step_timing(step, m->swing, tick);
        put_note(gathered, step, event, tick);
    }
}

static void end_note(struct importing *m, const struct midi_event *event)
{
    const uint8_t note = event->data[0];

    for (uint32_t i = 0; i < m->count; i++) {
        struct midi_import_row *gathered = m->gathered[i];

        if (gathered->open[note] == ANY || !(row_is_for(gathered, event, ANY) || row_is_for(gathered, event, note)))
            continue;
        gathered->longest = fmax(gathered->longest, tick_of(m, event) - gathered->began[note]);
        gathered->open[note] = ANY;
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
            struct midi_import_row *gathered = m->gathered[l];
            const bool is_its =
                gathered->track == event->track && (gathered->marked || gathered->channel == (event->status & 15));

            if (is_its && gathered->controls[event->data[0]] == ANY)
                gathered->controls[event->data[0]] = event->data[1];
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

static struct text row_name(struct importing *m, const struct row_list *rows, const struct midi_import_row *gathered)
{
    char note[NOTE_NAME_SIZE];
    struct text name = m->names[gathered->track];

    if (name.len == 0)
        name = arena_printf(m->arena, "channel %d", gathered->channel + 1);
    if (gathered->note != ANY)
        name = arena_utf8(m->arena, bytes_of(name.at, name.len), 50);
    if (gathered->note != ANY)
        name = arena_printf(m->arena, "%.*s %s", TEXT_ARG(name), note_name_write(gathered->note, note));
    return free_name(m, rows, name);
}

static void make_row(struct importing *m, const struct midi_import_row *gathered, struct pattern *to)
{
    struct row_list *rows = &to->sequencer.tracks;
    struct row row = { .name = row_name(m, rows, gathered),
                       .voice_id = arena_printf(m->arena, "voice%u", rows->count + 1) };

    midi_import_row_write(gathered, m->steps, m->arena, &row, &to->modules);
    if (gathered->dropped)
        remark_add(m->remarks, "%.*s: %u note%s dropped: another one is on the step", TEXT_ARG(row.name),
                   gathered->dropped, text_plural(gathered->dropped));
    rows->at[rows->count++] = row;
}

/* The fewest bars that hold all notes, if the file does not say it. Rows have 16, 32, 48 or 64 steps; bars that are not
 * of 4/4 repeat after fewer. */
static void count_steps(struct importing *m)
{
    uint32_t last = 0;

    for (uint32_t l = 0; l < m->count; l++)
        for (uint32_t i = 0; i < STEPS_MOST; i++)
            last = m->gathered[l]->steps[i] != '.' && i > last ? i : last;
    if (m->steps != 0)
        return;
    const uint32_t length = (last / m->bar + 1) * m->bar;
    m->steps = (length + BAR - 1) / BAR * BAR;
    for (uint32_t l = 0; l < m->count; l++)
        if (!m->gathered[l]->marked)
            m->gathered[l]->length = length;
}

static void remark_dropped(struct importing *m)
{
    if (m->late)
        remark_add(m->remarks, "%u note%s dropped after step %u, the last one", m->late, text_plural(m->late), m->last);
    if (m->without_row)
        remark_add(m->remarks, "%u note%s dropped: a pattern has at most %d rows", m->without_row,
                   text_plural(m->without_row), PATTERN_ROWS);
}

static void remark_repairs(struct importing *m)
{
    for (int repair = 0; repair < MIDI_REPAIRS; repair++)
        if (m->from->repairs[repair])
            remark_add(m->remarks, "repaired: %s (%u)", midi_repair_words((enum midi_repair)repair),
                       m->from->repairs[repair]);
}

enum err midi_import(const struct midi_file *from, struct arena *arena, struct pattern *to, struct remarks *remarks,
                     struct fault *fault)
{
    struct importing m = { .from = from, .arena = arena, .remarks = remarks, .bar = BAR, .bpm = 60e6 / BEAT_US_USUAL };

    *to = (struct pattern){ .chronus_version = TEXT("1.0.0"), .schema_version = TEXT("1.0") };
    m.names = arena_array(arena, from->tracks, sizeof(*m.names));
    read_metas(&m);
    m.last = m.steps ? m.steps : STEPS_MOST / m.bar * m.bar;
    read_messages(&m);
    if (m.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file has no notes%s",
                         from->repairs[MIDI_REPAIR_CUT] ? ": it ends within a track" : "");
    read_controls(&m);
    count_steps(&m);
    remark_repairs(&m);
    remark_dropped(&m);
    to->sequencer = (struct sequencer){
        .has_bpm = true, .bpm = m.bpm, .has_swing = true, .swing = m.swing, .has_seed = m.seed > 0, .seed = m.seed
    };
    to->sequencer.tracks.at = arena_array(arena, m.count, sizeof(struct row));
    for (uint32_t i = 0; i < m.count; i++)
        make_row(&m, m.gathered[i], to);
    to->metadata.name = m.names[0];
    to->metadata.genre = TEXT("user");
    return ERR_OK;
}
