#include "store/pattern/midi_file.h"

#include <glib.h>
#include <smf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "store/pattern/midi_check.h"

enum { META_HEAD = 3, META_MOST = 120 }; /* status, type, and a length of one byte */

/* The library writes warnings to standard error, which is not its own. */
static void drop_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer nothing)
{
    (void)domain, (void)level, (void)message, (void)nothing;
}

/* ---- reading ---- */

/* The bytes of a meta event lie after its length, a number of up to four bytes. */
static struct bytes meta_bytes(const smf_event_t *event, struct arena *arena)
{
    int at = 2;

    while (at < event->midi_buffer_length && event->midi_buffer[at] & 0x80)
        at++;
    at++;
    if (at >= event->midi_buffer_length)
        return (struct bytes){ 0 };
    return arena_bytes(arena, bytes_of(event->midi_buffer + at, (size_t)(event->midi_buffer_length - at)));
}

static void add_event(const smf_event_t *event, struct arena *arena, struct midi_file *to)
{
    const uint8_t *at = event->midi_buffer;
    const int len = event->midi_buffer_length;
    struct midi_event *next = &to->events[to->count];

    if (len < 2 || (at[0] >= 0xf0 && at[0] != MIDI_META))
        return;
    *next = (struct midi_event){ .tick = (uint32_t)event->time_pulses,
                                 .track = (uint32_t)event->track_number - 1,
                                 .status = at[0],
                                 .data = { at[1], len > 2 && at[0] != MIDI_META ? at[2] : 0 } };
    if (at[0] == MIDI_META)
        next->bytes = meta_bytes(event, arena);
    to->count++;
}

static void copy_events(smf_t *smf, struct arena *arena, struct midi_file *to)
{
    size_t count = 0;
    smf_event_t *event;

    for (int i = 1; i <= smf->number_of_tracks; i++)
        count += (size_t)smf_get_track_by_number(smf, i)->number_of_events;
    to->ticks = (uint32_t)smf->ppqn;
    to->tracks = (uint32_t)smf->number_of_tracks;
    to->events = arena_array(arena, count, sizeof(*to->events));
    smf_rewind(smf);
    while (to->count < count && (event = smf_get_next_event(smf)))
        add_event(event, arena, to);
}

static enum err read_clean(struct bytes clean, struct arena *arena, struct midi_file *to, struct fault *fault)
{
    GLogFunc before = g_log_set_default_handler(drop_log, NULL);
    smf_t *smf = smf_load_from_memory(clean.at, (int)clean.len);

    if (smf) {
        copy_events(smf, arena, to);
        smf_delete(smf);
    }
    (void)g_log_set_default_handler(before, NULL);
    return smf ? ERR_OK : fault_set(fault, ERR_IO, "the library smf cannot read the MIDI file");
}

enum err midi_file_read(struct bytes from, struct arena *arena, struct midi_file *to, struct fault *fault)
{
    struct buffer clean = { 0 };
    enum err e;

    *to = (struct midi_file){ 0 };
    e = midi_check(from, &clean, &to->repairs, fault);
    if (e == ERR_OK)
        e = read_clean(buffer_bytes(&clean), arena, to, fault);
    buffer_free(&clean);
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
