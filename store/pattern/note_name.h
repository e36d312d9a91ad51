/* note_name.h: names of notes: C#4, C♯4, Db4, D♭4, B♮3, c4; A4 is 440 Hz and MIDI note 69. Pure. Any thread. */
#ifndef LOOPHOLE_STORE_NOTE_NAME_H
#define LOOPHOLE_STORE_NOTE_NAME_H

#include "common/text.h"

enum { NOTE_NAME_SIZE = 8 };

/* Reads a name with its octave, C-1 to G9, as a MIDI note. False: it is no such name. */
bool note_name_read(struct text name, int *note);

/* Writes the name of a MIDI note (0…127) with a sharp: "C#4". Returns `to`. */
const char *note_name_write(int note, char to[NOTE_NAME_SIZE]);

double note_hz(int note);     /* 440·2^((note - 69) / 12) */
double note_of_hz(double hz); /* the inverse; hz > 0 */

#endif
