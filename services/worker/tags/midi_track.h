/* midi_track.h: walks the messages of one track of a MIDI file. One thread. */
#ifndef LOOPHOLE_WORKER_MIDI_TRACK_H
#define LOOPHOLE_WORKER_MIDI_TRACK_H

#include "services/worker/decode/input.h"

enum { MIDI_WINDOW = 8192, MIDI_META = 0xFF };

struct midi_message {
    uint64_t tick;
    uint8_t status, data[2]; /* data[0] of a meta event is its type */
    int64_t at;              /* of the bytes of a meta event */
    uint32_t len;
};

struct midi_track {
    struct input *input;
    int64_t at, end, window_at;
    size_t window_len;
    uint64_t tick;
    uint8_t running; /* status that holds for following events; 0: none */
    uint8_t window[MIDI_WINDOW];
};

/* The track has the bytes from `at` to `end` of the file. */
void midi_track_begin(struct midi_track *track, struct input *input, int64_t at, int64_t end);

/* False at the end, and where the track is damaged. */
bool midi_track_next(struct midi_track *track, struct midi_message *message);

#endif
