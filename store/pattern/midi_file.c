#include "store/pattern/midi_file.h"

#include <glib.h>
#include <smf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"

enum { META_HEAD = 3, META_MOST = 120 }; /* status, type, and a length of one byte */

/* The library writes warnings to standard error, which is not its own. */
static void drop_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer nothing)
{
    (void)domain, (void)level, (void)message, (void)nothing;
}

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

static smf_event_t *make_event(const struct midi_event *from)
{
    uint8_t bytes[META_HEAD + META_MOST] = { from->status, from->data[0], from->data[1] };
    const uint32_t len = from->bytes.len < META_MOST ? from->bytes.len : META_MOST;

    if (from->status != MIDI_META)
        return smf_event_new_from_pointer(bytes, 3);
    bytes[2] = (uint8_t)len;
    if (len)
        memcpy(bytes + META_HEAD, from->bytes.at, len);
    return smf_event_new_from_pointer(bytes, (int)(META_HEAD + len));
}

static smf_t *make_smf(const struct midi_file *file)
{
    smf_t *smf = smf_new();
    bool made = smf && smf_set_ppqn(smf, (int)file->ticks) == 0;

    for (uint32_t i = 0; made && i < file->tracks; i++) {
        smf_track_t *track = smf_track_new();

        made = track != NULL;
        if (made)
            smf_add_track(smf, track);
    }
    for (uint32_t i = 0; made && i < file->count; i++) {
        smf_event_t *event = make_event(&file->events[i]);

        made = event != NULL;
        if (made)
            smf_track_add_event_pulses(smf_get_track_by_number(smf, (int)file->events[i].track + 1), event,
                                       (int)file->events[i].tick);
    }
    if (!made && smf)
        smf_delete(smf);
    return made ? smf : NULL;
}

/* The library writes to files only: here to one in memory. */
static bool save_smf(smf_t *smf, struct buffer *to)
{
    const int fd = memfd_create("midi", MFD_CLOEXEC);
    struct fault fault = { 0 };
    char path[64];
    bool saved;

    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    saved = fd >= 0 && smf_save(smf, path) == 0 && file_read_all(path, MIDI_FILE_BYTES, to, &fault) == ERR_OK;
    if (fd >= 0)
        (void)close(fd);
    return saved;
}

enum err midi_file_write(const struct midi_file *file, struct buffer *to, struct fault *fault)
{
    GLogFunc before = g_log_set_default_handler(drop_log, NULL);
    smf_t *smf = make_smf(file);
    const bool saved = smf && save_smf(smf, to);

    if (smf)
        smf_delete(smf);
    (void)g_log_set_default_handler(before, NULL);
    return saved ? ERR_OK : fault_set(fault, ERR_IO, "the library smf cannot write the MIDI file");
}
