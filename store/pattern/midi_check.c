#include "store/pattern/midi_check.h"

#include <stdbool.h>
#include <string.h>

enum { META = 0xff, META_TEXT = 1, META_NAME = 3, META_END = 0x2f, META_TEMPO = 0x51, META_SIGNATURE = 0x58 };
enum { SIGNATURE_SIZE = 4 };
enum { SYSEX = 0xf0, SYSEX_MORE = 0xf7, SMPTE = 0x8000 };

/* A chunk of the file, and the place in it. */
struct chunk_place {
    const uint8_t *at;
    uint32_t left;
    bool bad; /* it ended too early */
};

struct midi_counts {
    uint32_t tracks, events, tempos;
    struct midi_repairs *repairs;
};

static uint8_t take_byte(struct chunk_place *in)
{
    if (in->left == 0) {
        in->bad = true;
        return 0;
    }
    in->left--;
    return *in->at++;
}

static uint32_t take_number(struct chunk_place *in, int bytes)
{
    uint32_t number = 0;

    for (int i = 0; i < bytes; i++)
        number = number << 8 | take_byte(in);
    return number;
}

/* A number of up to four bytes with seven bits each. */
static uint32_t take_length(struct chunk_place *in)
{
    uint32_t number = 0;

    for (int i = 0; i < 4; i++) {
        const uint8_t byte = take_byte(in);

        number = number << 7 | (byte & 0x7f);
        if (!(byte & 0x80))
            return number;
    }
    in->bad = true;
    return 0;
}

static void skip_bytes(struct chunk_place *in, uint32_t count)
{
    in->bad = in->bad || count > in->left;
    if (in->bad)
        return;
    in->at += count;
    in->left -= count;
}

/* Returns the type of the meta event; SYSEX for 0, a number of a sequence, and for a time signature of a wrong size. */
static uint8_t check_meta(struct chunk_place *in, struct midi_counts *counts)
{
    const uint8_t type = take_byte(in);
    const uint32_t length = take_length(in);

    in->bad = in->bad || type >= 0x80 || (type == META_TEMPO && length != 3) || (type == META_END && length != 0);
    counts->tempos += type == META_TEMPO;
    skip_bytes(in, length);
    if (type == META_SIGNATURE && length != SIGNATURE_SIZE)
        return SYSEX;
    return type ? type : SYSEX;
}

static void check_data(struct chunk_place *in, uint8_t status, uint8_t first)
{
    const bool one = (status & 0xe0) == 0xc0; /* program change, channel pressure */

    in->bad = in->bad || first >= 0x80 || (!one && take_byte(in) >= 0x80);
}

/* A message between devices, F1 to F6 or F8 to FE, has no place in a file, and no length there. */
static uint8_t skip_between_devices(struct chunk_place *in, uint8_t first, struct midi_counts *counts)
{
    skip_bytes(in, first == 0xf2 ? 2 : first == 0xf1 || first == 0xf3 ? 1 : 0);
    counts->repairs->messages++;
    return SYSEX;
}

/* The status of the last channel message of a track, which the next one may leave out. */
struct running_status {
    uint8_t status; /* 0: none */
    bool is_stale;  /* another event came after it */
};

static uint8_t check_message(struct chunk_place *in, uint8_t first, struct running_status *running,
                             struct midi_counts *counts)
{
    in->bad = in->bad || (first < 0x80 && running->status == 0);
    counts->repairs->statuses += first < 0x80 && running->is_stale && !in->bad;
    if (first >= 0x80)
        running->status = first;
    running->is_stale = false;
    check_data(in, running->status, first < 0x80 ? first : take_byte(in));
    return 0;
}

/* Checks an event after its time. Returns the type of a meta event, 0 of a channel's message, SYSEX of others. As
 * players do, running status continues after other events. */
static uint8_t check_event(struct chunk_place *in, struct running_status *running, struct midi_counts *counts)
{
    const uint8_t first = take_byte(in);

    counts->events++;
    if (first < SYSEX)
        return check_message(in, first, running, counts);
    if (first == SYSEX || first == SYSEX_MORE) {
        running->is_stale = true;
        skip_bytes(in, take_length(in));
        return SYSEX;
    }
    if (first != META)
        return skip_between_devices(in, first, counts);
    running->is_stale = true;
    return check_meta(in, counts);
}

static void add_u32_big(struct buffer *to, uint32_t number)
{
    const uint8_t bytes[] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number };

    buffer_add(to, bytes, sizeof(bytes));
}

/* Four bytes with seven bits each: MIDI_TICKS fits. */
static void add_time(struct buffer *to, uint32_t ticks)
{
    const uint8_t bytes[] = { (uint8_t)(0x80 | ticks >> 21), (uint8_t)(0x80 | (ticks >> 14 & 0x7f)),
                              (uint8_t)(0x80 | (ticks >> 7 & 0x7f)), (uint8_t)(ticks & 0x7f) };

    buffer_add(to, bytes, sizeof(bytes));
}

static bool is_kept(uint8_t kind)
{
    return kind == 0 || kind == META_END || kind == META_TEMPO || kind == META_TEXT || kind == META_NAME ||
           kind == META_SIGNATURE;
}

/* The library does not know running status after other events, so each message gets its status. */
static void add_event(struct buffer *to, uint8_t kind, const struct running_status *running, struct bytes event)
{
    if (kind == 0 && *(const uint8_t *)event.at < 0x80)
        buffer_add(to, &running->status, 1);
    buffer_add(to, event.at, event.len);
}

/* Copies the events that are kept. The time of others counts for the next one. */
static enum err check_track(struct chunk_place in, struct midi_counts *counts, struct buffer *clean,
                            struct fault *fault)
{
    uint64_t time = 0, copied = 0;
    struct running_status running = { 0 };
    uint8_t kind = 0;

    while (!in.bad && kind != META_END && time < MIDI_TICKS && counts->events <= MIDI_EVENTS &&
           counts->tempos <= MIDI_TEMPOS) {
        const uint8_t *begin;

        if (in.left == 0) {
            counts->repairs->ends++;
            buffer_add(clean, "\0\xff\x2f\0", 4);
            return ERR_OK;
        }
        time += take_length(&in);
        begin = in.at;
        kind = check_event(&in, &running, counts);
        if (in.bad || !is_kept(kind) || time >= MIDI_TICKS)
            continue;
        add_time(clean, (uint32_t)(time - copied));
        add_event(clean, kind, &running, bytes_of(begin, (size_t)(in.at - begin)));
        copied = time;
    }
    if (in.bad)
        return fault_set(fault, ERR_BAD_REQUEST, "track %u of the MIDI file is damaged", counts->tracks);
    if (kind != META_END || time >= MIDI_TICKS)
        return fault_set(fault, ERR_TOO_LARGE, "the MIDI file has over %d events, %d tempos, or %d ticks", MIDI_EVENTS,
                         MIDI_TEMPOS, MIDI_TICKS);
    return ERR_OK;
}

/* Copies a whole chunk with its length. */
static enum err copy_track(struct chunk_place in, struct midi_counts *counts, struct buffer *clean, struct fault *fault)
{
    struct buffer track = { 0 };
    enum err e = check_track(in, counts, &track, fault);

    buffer_add_text(clean, "MTrk");
    add_u32_big(clean, (uint32_t)track.len);
    buffer_add(clean, track.at, track.len);
    buffer_free(&track);
    return e;
}

static enum err check_header(struct chunk_place *in, uint32_t *tracks, struct fault *fault)
{
    uint32_t type, division, length;

    if (in->left < 14 || memcmp(in->at, "MThd", 4) != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the file is no Standard MIDI File: it does not begin with MThd");
    skip_bytes(in, 4);
    length = take_number(in, 4);
    type = take_number(in, 2);
    *tracks = take_number(in, 2);
    division = take_number(in, 2);
    if (length != 6)
        return fault_set(fault, ERR_BAD_REQUEST, "the head of the MIDI file has %u bytes, expected 6", length);
    if (type > 1)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file is of type %u: expected 0 or 1", type);
    if (division & SMPTE)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the MIDI file counts SMPTE time, which has no beats: expected ticks per quarter note");
    if (division == 0 || *tracks == 0 || (type == 0 && *tracks != 1) || *tracks > MIDI_TRACKS)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the head of the MIDI file has %u tracks and %u ticks per quarter note", *tracks, division);
    return ERR_OK;
}

/* Takes the head of the next chunk. False: no whole head is left. */
static bool take_chunk(struct chunk_place *in, bool *is_track, struct chunk_place *chunk)
{
    if (in->left < 8)
        return false;
    *is_track = memcmp(in->at, "MTrk", 4) == 0;
    skip_bytes(in, 4);
    const uint32_t length = take_number(in, 4);
    *chunk = (struct chunk_place){ in->at, length, false };
    skip_bytes(in, length);
    return true;
}

static enum err check_chunks(struct chunk_place *in, uint32_t expected, struct midi_counts *counts,
                             struct buffer *clean, struct fault *fault)
{
    struct chunk_place chunk;
    bool is_track;
    enum err e = ERR_OK;

    while (e == ERR_OK && counts->tracks < expected && take_chunk(in, &is_track, &chunk)) {
        counts->repairs->chunks += !is_track && !in->bad;
        counts->tracks += is_track || in->bad;
        if (in->bad)
            return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file ends within track %u", counts->tracks);
        if (is_track)
            e = copy_track(chunk, counts, clean, fault);
    }
    if (e == ERR_OK && counts->tracks == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the MIDI file has no track");
    counts->repairs->tracks = expected - counts->tracks;
    return e;
}

enum err midi_check(struct bytes file, struct buffer *clean, struct midi_repairs *repairs, struct fault *fault)
{
    struct chunk_place in = { file.at, file.len, false };
    struct midi_counts counts = { .repairs = repairs };
    uint32_t expected = 0;
    enum err e;

    *repairs = (struct midi_repairs){ 0 };
    if (file.len > MIDI_FILE_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the MIDI file has %u bytes, at most %d are allowed", file.len,
                         MIDI_FILE_BYTES);
    e = check_header(&in, &expected, fault);
    if (e != ERR_OK)
        return e;
    const size_t head = clean->len + 10; /* of the number of tracks */
    buffer_add(clean, file.at, (size_t)(in.at - file.at));
    e = check_chunks(&in, expected, &counts, clean, fault);
    clean->at[head] = (uint8_t)(counts.tracks >> 8);
    clean->at[head + 1] = (uint8_t)counts.tracks;
    return e;
}
