#include "services/project/kit/heard_midi.h"

#include <math.h>
#include <stdlib.h>

enum { TICKS_STEP = HEARD_TICKS / 4, TICKS_BAR = HEARD_TICKS * 4, DATA_MOST = 127, RELEASED = 64 };
enum { HEAD_EVENTS = 3, NOTES = 128, CHANNELS = 16, TEMPO_MOST = 0xffffff };
static const double DRIFT_MOST = 1.5; /* frames */

/* A note, before and after its length is cut by the next one of its key. */
struct heard_note {
    uint32_t on, off;
    struct heard_key key;
    uint8_t velocity;
};

static void add_meta(struct midi_file *to, uint32_t tick, uint8_t type, struct bytes bytes)
{
    to->events[to->count++] =
        (struct midi_event){ .tick = tick, .status = MIDI_META, .data = { type }, .bytes = bytes };
}

/* ---- tempos ---- */

static void add_tempo(struct midi_file *to, struct arena *arena, uint32_t tick, double beat_us)
{
    const uint32_t us = (uint32_t)beat_us;
    uint8_t *bytes = arena_alloc(arena, 3);

    bytes[0] = (uint8_t)(us >> 16);
    bytes[1] = (uint8_t)(us >> 8);
    bytes[2] = (uint8_t)us;
    add_meta(to, tick, MIDI_META_TEMPO, bytes_of(bytes, 3));
}

static double whole_us(double beat_us)
{
    const double us = round(beat_us);

    return us >= 1 && us <= TEMPO_MOST ? us : us < 1 ? 1 : TEMPO_MOST;
}

/* A tempo lasts until a bar would end more than DRIFT_MOST from where it ended. */
static void add_tempos(const struct heard_record *heard, uint32_t first, uint32_t bars, double rate,
                       struct arena *arena, struct midi_file *to)
{
    double end = 0, heard_end = 0, now = 0; /* µs */
    const double drift = DRIFT_MOST * 1e6 / rate;

    for (uint32_t i = 0; i < bars; i++) {
        const struct heard_bar *bar = &heard->bars[first + i];
        const double nominal = whole_us(4 * bar->step * 1e6 / rate);
        heard_end += bar->frames * 1e6 / rate;
        if (!(now > 0) || !(fabs(end + 4 * now - heard_end) <= drift)) {
            now = fabs(end + 4 * nominal - heard_end) <= drift ? nominal : whole_us((heard_end - end) / 4);
            add_tempo(to, arena, i * TICKS_BAR, now);
        }
        end += 4 * now;
    }
}

/* ---- notes ---- */

static int compare_notes(const void *a, const void *b)
{
    const struct heard_note *x = a, *y = b;

    return x->on != y->on ? (x->on > y->on) - (x->on < y->on) : x->key.note - y->key.note;
}

static int compare_events(const void *a, const void *b)
{
    const struct midi_event *x = a, *y = b;

    if (x->tick != y->tick)
        return (x->tick > y->tick) - (x->tick < y->tick);
    return (x->status & 0xf0) - (y->status & 0xf0); /* the ends first */
}

static uint8_t velocity_of(double velocity)
{
    const double data = round(velocity * DATA_MOST);

    return (uint8_t)(data < 1 ? 1 : data > DATA_MOST ? DATA_MOST : data);
}

static uint32_t tick_of(double step, uint32_t end)
{
    const double tick = round(step * TICKS_STEP);

    return tick < end ? (uint32_t)tick : end;
}

/* Those of the bars, which end at the tick `end`. */
static uint32_t list_notes(const struct heard_record *heard, uint32_t first, uint32_t end, const struct heard_key *keys,
                           struct heard_note *to)
{
    const uint32_t bars = end / TICKS_BAR;
    uint32_t count = 0;

    for (uint32_t i = 0; i < heard->hit_count; i++) {
        const struct heard_hit *hit = &heard->hits[i];
        const double place = hit->place + ((double)hit->bar - first) * HEARD_STEPS;
        if (hit->bar < first || hit->bar >= first + bars)
            continue;
        to[count] = (struct heard_note){ .on = tick_of(place, end - 1),
                                         .off = tick_of(place + hit->length, end),
                                         .key = keys[hit->pad],
                                         .velocity = velocity_of(hit->velocity) };
        to[count].off = to[count].off > to[count].on ? to[count].off : to[count].on + 1;
        count++;
    }
    return count;
}

/* A key sounds once at a time: a note ends at the latest where the next one of its key begins. Returns the number that
 * is left. */
static uint32_t part_notes(struct heard_note *notes, uint32_t count)
{
    uint32_t last[CHANNELS][NOTES] = { 0 }; /* the index, and 1 */
    uint32_t left = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct heard_note note = notes[i];
        uint32_t *at = &last[note.key.channel % CHANNELS][note.key.note % NOTES];
        struct heard_note *before = *at ? &notes[*at - 1] : NULL;
        if (before && before->on == note.on) {
            before->velocity = before->velocity > note.velocity ? before->velocity : note.velocity;
            before->off = before->off > note.off ? before->off : note.off;
            continue;
        }
        if (before && before->off > note.on)
            before->off = note.on;
        notes[left++] = note;
        *at = left;
    }
    return left;
}

static void add_note(struct midi_file *to, const struct heard_note *note, uint8_t status)
{
    const bool begins = status == MIDI_NOTE_ON;

    to->events[to->count++] =
        (struct midi_event){ .tick = begins ? note->on : note->off,
                             .track = 1,
                             .status = (uint8_t)(status | note->key.channel % CHANNELS),
                             .data = { note->key.note % NOTES, begins ? note->velocity : RELEASED } };
}

void heard_midi(const struct heard_record *heard, uint32_t first, uint32_t bars, uint64_t rate,
                const struct heard_key keys[HEARD_PADS], struct text name, struct arena *arena, struct midi_file *to,
                uint32_t *hits)
{
    static const uint8_t four_four[4] = { 4, 2, 24, 8 };
    const uint32_t end = bars * TICKS_BAR, room = 2 * heard->hit_count + bars + 2 * HEAD_EVENTS;
    struct heard_note *notes = arena_array(arena, heard->hit_count + 1, sizeof(*notes));
    uint32_t count = list_notes(heard, first, end, keys, notes), begin;

    *to = (struct midi_file){ .ticks = HEARD_TICKS,
                              .tracks = 2,
                              .events = arena_array(arena, room, sizeof(*to->events)) };
    qsort(notes, count, sizeof(*notes), compare_notes);
    *hits = count = part_notes(notes, count);
    add_meta(to, 0, MIDI_META_SIGNATURE, bytes_of(four_four, sizeof(four_four)));
    add_tempos(heard, first, bars, (double)rate, arena, to);
    add_meta(to, end, MIDI_META_END, (struct bytes){ 0 });
    begin = to->count + 1;
    to->events[to->count++] = (struct midi_event){
        .track = 1, .status = MIDI_META, .data = { MIDI_META_NAME }, .bytes = bytes_of(name.at, name.len)
    };
    for (uint32_t i = 0; i < count; i++) {
        add_note(to, &notes[i], MIDI_NOTE_ON);
        add_note(to, &notes[i], MIDI_NOTE_OFF);
    }
    qsort(&to->events[begin], to->count - begin, sizeof(*to->events), compare_events);
    to->events[to->count++] =
        (struct midi_event){ .tick = end, .track = 1, .status = MIDI_META, .data = { MIDI_META_END } };
}
