/* midi_file.h: reads and writes Standard MIDI Files as lists of events. Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_FILE_H
#define LOOPHOLE_STORE_MIDI_FILE_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/err.h"
#include "store/pattern/midi_reader.h"

enum {
    MIDI_FILE_BYTES = 4 << 20,
    MIDI_TRACKS = 256,
    MIDI_EVENTS = 100000,
    MIDI_TEMPOS = 1000,
    MIDI_TICKS = 1 << 28, /* of a track */
};

/* A channel's message, or a meta event. */
struct midi_event {
    uint32_t tick;
    uint32_t track;     /* from 0 */
    uint8_t status;     /* MIDI_NOTE_ON | channel …, or MIDI_META */
    uint8_t data[2];    /* of a message; data[0] of a meta event is its type */
    struct bytes bytes; /* of a meta event */
};

struct midi_file {
    uint32_t ticks; /* of a quarter note */
    uint32_t tracks;
    uint32_t count;
    struct midi_event *events;      /* by time; at one tick in the order of the file */
    uint32_t repairs[MIDI_REPAIRS]; /* of a file that was read */
};

/* Reads a file of type 0 or 1: channels' messages, texts, names, tempos and time signatures. Errors: bad_request (no
 * MIDI file; type 2; SMPTE time; no track), too_large. */
enum err midi_file_read(struct bytes from, struct arena *arena, struct midi_file *to, struct fault *fault);

/* Appends a file of type 1; the events of each track are in order. Each track ends at its last event. A meta event has
 * at most 120 bytes: the rest is left out. */
void midi_file_write(const struct midi_file *file, struct buffer *to);

#endif
