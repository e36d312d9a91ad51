/* midi_check.h: the structure of a Standard MIDI File, checked before a library reads it. Pure. Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_CHECK_H
#define LOOPHOLE_STORE_MIDI_CHECK_H

#include "common/buffer.h"
#include "common/err.h"

enum {
    MIDI_FILE_BYTES = 4 << 20,
    MIDI_TRACKS = 256,
    MIDI_EVENTS = 100000,
    MIDI_TEMPOS = 1000,
    MIDI_TICKS = 1 << 28, /* of a track */
};

/* Mistakes of the writer of a file, which players ignore too. */
struct midi_repairs {
    uint32_t statuses; /* messages without a status byte after a meta event or a message of the system */
    uint32_t messages; /* left out: they belong between devices, such as the clock */
    uint32_t ends;     /* tracks without an event for their end */
    uint32_t chunks;   /* left out: of another program */
    uint32_t tracks;   /* that the head promises, but the file lacks */
};

/* Checks type, time division, chunks, and each event of each track. Appends a copy to `clean` with channel messages,
 * texts, names, tempos and time signatures only, so that the library never sees anything else. `repairs` gets what was
 * repaired in the copy. Errors: bad_request (no MIDI file; damaged; type 2; SMPTE time), too_large. */
enum err midi_check(struct bytes file, struct buffer *clean, struct midi_repairs *repairs, struct fault *fault);

#endif
