/* heard_midi.h: bars that were heard as a Standard MIDI File. 15,360 ticks a quarter note, so a tick is shorter than
 * two frames. Tempos change at bars, and each bar is as long as it was heard, to a frame. Pure. */
#ifndef LOOPHOLE_PROJECT_HEARD_MIDI_H
#define LOOPHOLE_PROJECT_HEARD_MIDI_H

#include "services/project/kit/heard.h"
#include "store/pattern/midi_file.h"

enum { HEARD_TICKS = 15360 };

/* The MIDI note and the channel, from 0, of a pad. */
struct heard_key {
    uint8_t note, channel;
};

/* Makes the events of `bars` bars from index `first` on. `hits` is the number of notes: of hits of one key at one tick
 * the loudest counts. */
void heard_midi(const struct heard_record *heard, uint32_t first, uint32_t bars, uint64_t rate,
                const struct heard_key keys[HEARD_PADS], struct text name, struct arena *arena, struct midi_file *to,
                uint32_t *hits);

#endif
