/* midi.h: Standard MIDI Files (see midi_reader.h): the facts that the file states, and those that follow from its
 * notes. One thread. */
#ifndef LOOPHOLE_WORKER_MIDI_H
#define LOOPHOLE_WORKER_MIDI_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"

#define MIDI_USUAL_BPM 120.0 /* of a file without a tempo */

/* What follows from the notes. */
struct midi_song {
    uint64_t notes;
    unsigned low, high;    /* MIDI notes, 0 … 127, without channel 10, where notes are drums; only if `pitched` > 0 */
    uint64_t pitched;      /* notes outside channel 10 */
    double seconds;        /* up to the last event; 0: unknown */
    int key;               /* see musical_key.h; -1: unknown */
    double key_confidence; /* 0.5 … 0.95 */
    bool has_tempo;        /* the file states this value */
};

/* Adds title, copyright, `bpm` (the tempo that lasts longest; its confidence is its share of the time) and `key` (the
 * key signature), `repairs` (what the reader repaired), and `truncated` if notes are missing. Does nothing for another
 * file. */
void midi_facts(struct input *input, struct labels *labels);

/* False: it has no track. */
bool midi_song_read(struct input *input, struct midi_song *song);

#endif
