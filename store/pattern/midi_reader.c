#include "store/pattern/midi_reader.h"

#include <string.h>

enum { CHUNK_HEAD = 8, HEAD_SIZE = 14, MAC_BINARY = 128, SYSEX = 0xf0, SYSEX_MORE = 0xf7, REAL_TIME = 0xf8 };
enum { NUMBER_BYTES = 4, VALUE_MOST = 127, OUTSIDE = -1, RIFF_CHUNKS = 4096 };

static const char END_EVENT[] = { (char)0xff, 0x2f, 0 };

const char *midi_repair_words(enum midi_repair repair)
{
    static const char *const words[MIDI_REPAIRS] = {
        [MIDI_REPAIR_STATUS] = "a message without a status byte after another event",
        [MIDI_REPAIR_VALUE] = "a value over 127, read as 127",
        [MIDI_REPAIR_MESSAGE] = "a message between devices, such as the clock, left out",
        [MIDI_REPAIR_META] = "an event of a wrong length, left out",
        [MIDI_REPAIR_END] = "a track without an event for its end",
        [MIDI_REPAIR_REST] = "bytes that belong to no track, left out",
        [MIDI_REPAIR_LENGTH] = "a wrong length of a chunk",
        [MIDI_REPAIR_CHUNK] = "a chunk of another program, left out",
        [MIDI_REPAIR_CUT] = "the file ends within a track",
        [MIDI_REPAIR_DAMAGE] = "a damaged track, of which the rest is left out",
        [MIDI_REPAIR_MISSING] = "a track that the head promises is missing",
        [MIDI_REPAIR_MORE] = "a track that the head does not count",
    };

    return words[repair];
}

/* ---- bytes ---- */

/* A byte of the source; OUTSIDE: it has none there. */
static int byte_at(struct midi_reader *r, int64_t at)
{
    if (at < 0 || at >= r->end)
        return OUTSIDE;
    if (at < r->window_at || at >= r->window_at + (int64_t)r->window_len) {
        r->window_at = at;
        r->window_len = r->read(r->from, at, r->window, MIDI_WINDOW);
        if (r->window_len == 0)
            return OUTSIDE;
    }
    return r->window[at - r->window_at];
}

static bool has_bytes(struct midi_reader *r, int64_t at, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (byte_at(r, at + (int64_t)i) != (uint8_t)bytes[i])
            return false;
    return true;
}

static bool is_named(struct midi_reader *r, int64_t at, const char *name)
{
    return has_bytes(r, at, name, 4);
}

static uint32_t big_number(struct midi_reader *r, int64_t at, int bytes)
{
    uint32_t number = 0;

    for (int i = 0; i < bytes; i++) {
        const int byte = byte_at(r, at + i);

        number = number << 8 | (byte == OUTSIDE ? 0u : (uint32_t)byte);
    }
    return number;
}

static uint32_t little_number(struct midi_reader *r, int64_t at)
{
    return __builtin_bswap32(big_number(r, at, 4));
}

/* ---- chunks ---- */

static int64_t chunk_end(struct midi_reader *r, int64_t at)
{
    return at + CHUNK_HEAD + (int64_t)big_number(r, at + 4, 4);
}

static bool is_letter(int byte)
{
    return byte >= ' ' && byte <= '~';
}

/* A track, or another chunk with a name of letters that fits into the file. */
static bool is_chunk(struct midi_reader *r, int64_t at)
{
    if (r->end - at < CHUNK_HEAD)
        return false;
    if (is_named(r, at, "MTrk"))
        return true;
    for (int i = 0; i < 4; i++)
        if (!is_letter(byte_at(r, at + i)))
            return false;
    return chunk_end(r, at) <= r->end;
}

/* The next track from `at` on; the end of the file: there is none. */
static int64_t find_track(struct midi_reader *r, int64_t at)
{
    while (at < r->end && !is_named(r, at, "MTrk"))
        at++;
    return at;
}

/* The chunk `data` of a RIFF, which may be longer than the file. It is among the first chunks. */
static void enter_riff(struct midi_reader *r)
{
    int64_t at = 12;

    for (int i = 0; i < RIFF_CHUNKS && r->end - at >= CHUNK_HEAD; i++) {
        const int64_t size = little_number(r, at + 4), end = at + CHUNK_HEAD + size;

        if (is_named(r, at, "data")) {
            r->next = at + CHUNK_HEAD;
            r->end = end < r->end ? end : r->end;
            return;
        }
        at = end + (size & 1);
    }
}

static void find_head(struct midi_reader *r)
{
    if (is_named(r, 0, "RIFF") && is_named(r, 8, "RMID"))
        enter_riff(r);
    else if (!is_named(r, 0, "MThd") && is_named(r, MAC_BINARY, "MThd"))
        r->next = MAC_BINARY;
}

bool midi_reader_open(struct midi_reader *reader, midi_read *read, void *from, int64_t size)
{
    struct midi_reader *r = reader;

    memset(r, 0, offsetof(struct midi_reader, window));
    r->read = read;
    r->from = from;
    r->end = size;
    find_head(r);
    if (r->end - r->next < HEAD_SIZE || !is_named(r, r->next, "MThd"))
        return false;
    r->type = big_number(r, r->next + 8, 2);
    r->promised = big_number(r, r->next + 10, 2);
    r->division = big_number(r, r->next + 12, 2);
    const int64_t least = r->next + HEAD_SIZE, end = chunk_end(r, r->next);
    const bool is_right = end == least || (end > least && is_chunk(r, end));
    r->repairs[MIDI_REPAIR_LENGTH] += !is_right;
    r->next = is_right ? end : least;
    return true;
}

/* ---- tracks ---- */

/* The length of a track is trusted if the file ends there, or a chunk begins there. Else the next track tells where
 * this one ends. */
static int64_t find_track_end(struct midi_reader *r, int64_t at, bool *is_cut)
{
    const int64_t end = chunk_end(r, at), begin = at + CHUNK_HEAD;

    *is_cut = false;
    if (end == r->end || is_chunk(r, end))
        return end;
    const int64_t next = find_track(r, begin);
    const bool has_end = next - begin >= 3 && has_bytes(r, next - 3, END_EVENT, sizeof(END_EVENT));
    if (!has_end && end <= next && end > begin)
        return end;
    *is_cut = !has_end && next == r->end;
    r->repairs[MIDI_REPAIR_LENGTH] += next > begin && !*is_cut;
    return next;
}

static void begin_track(struct midi_reader *r)
{
    r->track_end = find_track_end(r, r->next, &r->is_cut);
    r->at = r->next + CHUNK_HEAD;
    r->next = r->track_end;
    r->tick = 0;
    r->running = 0;
    r->is_stale = false;
    r->is_in_track = true;
    r->tracks++;
    r->repairs[MIDI_REPAIR_MORE] += r->tracks > r->promised;
}

static void end_file(struct midi_reader *r)
{
    r->repairs[MIDI_REPAIR_REST] += r->next < r->end;
    r->repairs[MIDI_REPAIR_MISSING] += r->promised > r->tracks ? r->promised - r->tracks : 0;
    r->next = r->end;
    r->promised = r->tracks;
}

bool midi_reader_track(struct midi_reader *reader)
{
    struct midi_reader *r = reader;

    r->is_in_track = false;
    while (r->end - r->next >= CHUNK_HEAD) {
        if (is_named(r, r->next, "MTrk")) {
            begin_track(r);
            return true;
        }
        const bool is_whole = is_chunk(r, r->next);
        const int64_t next = is_whole ? chunk_end(r, r->next) : find_track(r, r->next);
        if (!is_whole && next == r->end)
            break;
        r->repairs[is_whole ? MIDI_REPAIR_CHUNK : MIDI_REPAIR_REST]++;
        r->next = next;
    }
    end_file(r);
    return false;
}

/* Ends the track, and counts why. False. */
static bool end_track(struct midi_reader *r, enum midi_repair why)
{
    r->is_in_track = false;
    r->repairs[why]++;
    return false;
}

/* A track follows although this one is longer: the length was wrong. */
static void end_track_by_event(struct midi_reader *r)
{
    r->is_in_track = false;
    if (r->at >= r->track_end)
        return;
    const bool is_short = is_named(r, r->at, "MTrk");
    r->repairs[is_short ? MIDI_REPAIR_LENGTH : MIDI_REPAIR_REST]++;
    r->next = is_short ? r->at : r->next;
}

/* ---- events ---- */

static int take_byte(struct midi_reader *r)
{
    return r->at < r->track_end ? byte_at(r, r->at++) : OUTSIDE;
}

/* Seven bits a byte, the highest first. */
static bool take_number(struct midi_reader *r, uint32_t *to)
{
    *to = 0;
    for (int i = 0; i < NUMBER_BYTES; i++) {
        const int byte = take_byte(r);

        if (byte == OUTSIDE)
            return false;
        *to = *to << 7 | ((uint32_t)byte & 0x7f);
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A value of a channel's message. The clock may come at any place, even within a message. */
static bool take_value(struct midi_reader *r, int byte, uint8_t *to)
{
    while (byte >= REAL_TIME && byte != MIDI_META) {
        r->repairs[MIDI_REPAIR_MESSAGE]++;
        byte = take_byte(r);
    }
    if (byte == OUTSIDE)
        return false;
    r->repairs[MIDI_REPAIR_VALUE] += byte > VALUE_MOST;
    *to = (uint8_t)(byte > VALUE_MOST ? VALUE_MOST : byte);
    return true;
}

static bool take_message(struct midi_reader *r, int first, struct midi_message *message)
{
    const bool has_status = first > VALUE_MOST;

    if (!has_status && r->running == 0)
        return false;
    r->repairs[MIDI_REPAIR_STATUS] += !has_status && r->is_stale;
    r->running = has_status ? (uint8_t)first : r->running;
    r->is_stale = false;
    message->status = r->running;
    if (!take_value(r, has_status ? take_byte(r) : first, &message->data[0]))
        return false;
    const bool has_one = (r->running & 0xe0) == 0xc0; /* a program, or the pressure of a channel */
    return has_one || take_value(r, take_byte(r), &message->data[1]);
}

static bool skip_bytes(struct midi_reader *r, uint32_t len)
{
    r->at += len;
    return r->at <= r->track_end;
}

/* The last event of a track is right even if its length is wrong or missing. */
static bool take_meta(struct midi_reader *r, struct midi_message *message)
{
    const int type = take_byte(r);

    message->status = MIDI_META;
    message->data[0] = (uint8_t)type;
    const bool has_length = type != OUTSIDE && take_number(r, &message->len);
    message->at = r->at;
    r->is_stale = true;
    if (type == MIDI_META_END)
        return true;
    return has_length && skip_bytes(r, message->len);
}

/* Messages between devices (F1 to F6, F8 to FE) have no length in a file; exclusive ones have. */
static bool skip_system(struct midi_reader *r, int first)
{
    uint32_t len = first == 0xf2 ? 2 : first == 0xf1 || first == 0xf3 ? 1 : 0;

    if (first != SYSEX && first != SYSEX_MORE) {
        r->repairs[MIDI_REPAIR_MESSAGE]++;
        return skip_bytes(r, len);
    }
    r->is_stale = true;
    return take_number(r, &len) && skip_bytes(r, len);
}

static bool has_wrong_length(const struct midi_message *message)
{
    static const uint8_t sizes[128] = { [MIDI_META_TEMPO] = 3, [MIDI_META_SIGNATURE] = 4, [MIDI_META_KEY] = 2 };
    const uint8_t size = message->data[0] < 128 ? sizes[message->data[0]] : 0;

    return message->status == MIDI_META && size > 0 && message->len != size;
}

/* `is_heard`: the event is one that the caller gets. False: the track is damaged here. */
static bool take_event(struct midi_reader *r, struct midi_message *message, bool *is_heard)
{
    uint32_t wait;

    *message = (struct midi_message){ 0 };
    if (!take_number(r, &wait))
        return false;
    message->tick = r->tick += wait;
    const int first = take_byte(r);
    *is_heard = first < SYSEX || first == MIDI_META;
    if (first == OUTSIDE)
        return false;
    if (first < SYSEX)
        return take_message(r, first, message);
    return first == MIDI_META ? take_meta(r, message) : skip_system(r, first);
}

bool midi_reader_next(struct midi_reader *reader, struct midi_message *message)
{
    struct midi_reader *r = reader;
    bool is_heard = false;

    while (r->is_in_track) {
        if (r->at >= r->track_end)
            return end_track(r, r->is_cut ? MIDI_REPAIR_CUT : MIDI_REPAIR_END);
        if (!take_event(r, message, &is_heard))
            return end_track(r, r->is_cut && r->at >= r->track_end ? MIDI_REPAIR_CUT : MIDI_REPAIR_DAMAGE);
        if (message->status == MIDI_META && message->data[0] == MIDI_META_END)
            end_track_by_event(r);
        const bool is_wrong = has_wrong_length(message);
        r->repairs[MIDI_REPAIR_META] += is_wrong;
        if (is_heard && !is_wrong)
            return true;
    }
    return false;
}
