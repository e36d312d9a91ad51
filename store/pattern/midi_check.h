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

/* Checks type, time division, chunks, and each event of each track. Appends a copy to `clean` with channel messages,
 * texts, names and tempos only, so that the library never sees anything else. Errors: bad_request (no MIDI file;
 * damaged; type 2; SMPTE time), too_large. */
enum err midi_check(struct bytes file, struct buffer *clean, struct fault *fault);

#endif
