/* pad_note.h: the usual MIDI notes of pads, which those without a note of their own have. Any thread. */
#ifndef LOOPHOLE_COMMON_SOUND_PAD_NOTE_H
#define LOOPHOLE_COMMON_SOUND_PAD_NOTE_H

#include <stdint.h>

enum { PAD_NOTE_MOST = 127 };

/* Pads are numbered from 0. Beyond PAD_NOTE_MOST the pad has no usual note. */
static inline uint64_t pad_note(uint64_t pad)
{
    return 36 + pad;
}

/* The note in a file, in which each pad has one: those without a usual note get the notes from 0 on, which no other pad
 * usually has. */
static inline uint64_t pad_note_in_file(uint64_t note)
{
    return note % (PAD_NOTE_MOST + 1);
}

#endif
