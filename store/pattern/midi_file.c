#include "store/pattern/midi_file.h"

#include <stdlib.h>
#include <string.h>

enum { META_MOST = 120 /* bytes */, HEAD_BYTES = 6 };

/* ---- reading ---- */

/* The events as the file has them, track after track. */
struct midi_gathering {
    struct midi_reader reader;
    struct arena *arena;
    struct bytes from;
    uint32_t tempos;
    struct buffer events;
};

static size_t read_bytes(void *from, int64_t at, void *to, size_t len)
{
    const struct bytes *bytes = from;
    const size_t left = at >= 0 && at < (int64_t)bytes->len ? bytes->len - (size_t)at : 0;

    if (len > left)
        len = left;
    if (len)
        memcpy(to, (const uint8_t *)bytes->at + at, len);
    return len;
}

static bool is_kept(const struct midi_message *message)
{
    const uint8_t type = message->data[0];

    return message->status != MIDI_META || type == MIDI_META_TEXT || type == MIDI_META_NAME ||
           type == MIDI_META_TEMPO || type == MIDI_META_SIGNATURE;
}

static struct midi_event event_of(const struct midi_gathering *g, const struct midi_message *message)
{
    struct midi_event event = { .tick = (uint32_t)message->tick,
                                .track = g->reader.tracks - 1,
                                .status = message->status,
                                .data = { message->data[0], message->data[1] } };

    if (message->status == MIDI_META && message->len)
        event.bytes = arena_bytes(g->arena, bytes_of((const uint8_t *)g->from.at + message->at, message->len));
    return event;
}

/* False: a bound is exceeded. */
static bool gather_track(struct midi_gathering *g)
{
    struct midi_message message;

    while (midi_reader_next(&g->reader, &message)) {
        g->tempos += message.status == MIDI_META && message.data[0] == MIDI_META_TEMPO;
        if (message.tick >= MIDI_TICKS || g->tempos > MIDI_TEMPOS)
            return false;
        if (!is_kept(&message))
            continue;
        if (g->events.len >= MIDI_EVENTS * sizeof(struct midi_event))
            return false;
        const struct midi_event event = event_of(g, &message);
        buffer_add(&g->events, &event, sizeof(event));
    }
    return g->reader.tracks <= MIDI_TRACKS;
}

static enum err gather_tracks(struct midi_gathering *g, struct fault *fault)
{
    while (midi_reader_track(&g->reader))
        if (!gather_track(g))
            return fault_set(fault, ERR_TOO_LARGE,
                             "the MIDI file has over %d tracks, %d events, %d tempos, or %d ticks", MIDI_TRACKS,
                             MIDI_EVENTS, MIDI_TEMPOS, MIDI_TICKS);
    if (g->reader.tracks == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file has no track");
    return ERR_OK;
}

static enum err check_head(const struct midi_reader *reader, struct fault *fault)
{
    if (reader->type > 1)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file is of type %u: expected 0 or 1", reader->type);
    if (reader->division & MIDI_SMPTE)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the MIDI file counts SMPTE time, which has no beats: expected ticks per quarter note");
    if (reader->division == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the head of the MIDI file has 0 ticks per quarter note");
    return ERR_OK;
}

static int by_tick(const void *a, const void *b, void *events)
{
    const uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;
    const uint32_t x = ((const struct midi_event *)events)[one].tick, y = ((const struct midi_event *)events)[two].tick;

    return x != y ? (x > y) - (x < y) : (one > two) - (one < two);
}

static void put_by_time(struct midi_gathering *g, struct midi_file *to)
{
    struct midi_event *events = (struct midi_event *)(void *)g->events.at;
    const uint32_t count = (uint32_t)(g->events.len / sizeof(*events));
    uint32_t *order = arena_array(g->arena, count, sizeof(*order));

    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    if (count)
        qsort_r(order, count, sizeof(*order), by_tick, events);
    to->events = arena_array(g->arena, count, sizeof(*events));
    for (uint32_t i = 0; i < count; i++)
        to->events[i] = events[order[i]];
    to->count = count;
    to->ticks = g->reader.division;
    to->tracks = g->reader.tracks;
    memcpy(to->repairs, g->reader.repairs, sizeof(to->repairs));
}

enum err midi_file_read(struct bytes from, struct arena *arena, struct midi_file *to, struct fault *fault)
{
    struct midi_gathering g = { .arena = arena, .from = from };
    enum err e;

    *to = (struct midi_file){ 0 };
    if (from.len > MIDI_FILE_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the MIDI file has %u bytes, at most %d are allowed", from.len,
                         MIDI_FILE_BYTES);
    if (!midi_reader_open(&g.reader, read_bytes, &g.from, from.len))
        return fault_set(fault, ERR_BAD_REQUEST, "the file is no Standard MIDI File: it does not begin with MThd");
    e = check_head(&g.reader, fault);
    if (e == ERR_OK)
        e = gather_tracks(&g, fault);
    if (e == ERR_OK)
        put_by_time(&g, to);
    buffer_free(&g.events);
    return e;
}

/* ---- writing ---- */

static void add_number(struct buffer *to, uint32_t number, uint32_t bytes)
{
    uint8_t big[4];

    for (uint32_t i = 0; i < bytes; i++)
        big[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
    buffer_add(to, big, bytes);
}

/* Seven bits in each byte, the highest first; all but the last have the top bit. */
static void add_variable(struct buffer *to, uint32_t number)
{
    uint8_t bytes[5], count = 0;

    for (uint32_t shift = 28; shift > 0; shift -= 7)
        if (number >> shift)
            bytes[count++] = (uint8_t)(0x80 | (number >> shift & 0x7f));
    bytes[count++] = (uint8_t)(number & 0x7f);
    buffer_add(to, bytes, count);
}

static void add_event(struct buffer *to, const struct midi_event *event, uint32_t delta)
{
    const uint8_t message[3] = { event->status, event->data[0], event->data[1] };
    const uint32_t len = event->bytes.len < META_MOST ? event->bytes.len : META_MOST;

    add_variable(to, delta);
    buffer_add(to, message, event->status == MIDI_META ? 2 : 3);
    if (event->status != MIDI_META)
        return;
    add_variable(to, len);
    if (len)
        buffer_add(to, event->bytes.at, len);
}

static bool is_end(const struct midi_event *event)
{
    return event->status == MIDI_META && event->data[0] == MIDI_META_END;
}

static void add_track(struct buffer *to, const struct midi_file *file, uint32_t track)
{
    const struct midi_event end = { .status = MIDI_META, .data = { MIDI_META_END } };
    struct buffer events = { 0 };
    bool has_end = false;
    uint32_t tick = 0;

    for (uint32_t i = 0; i < file->count; i++) {
        const struct midi_event *event = &file->events[i];
        if (event->track != track || has_end)
            continue;
        add_event(&events, event, event->tick - tick);
        tick = event->tick;
        has_end = is_end(event);
    }
    if (!has_end)
        add_event(&events, &end, 0);
    buffer_add(to, "MTrk", 4);
    add_number(to, (uint32_t)events.len, 4);
    buffer_add(to, events.at, events.len);
    buffer_free(&events);
}

void midi_file_write(const struct midi_file *file, struct buffer *to)
{
    buffer_add(to, "MThd", 4);
    add_number(to, HEAD_BYTES, 4);
    add_number(to, 1, 2); /* type */
    add_number(to, file->tracks, 2);
    add_number(to, file->ticks, 2);
    for (uint32_t i = 0; i < file->tracks; i++)
        add_track(to, file, i);
}
