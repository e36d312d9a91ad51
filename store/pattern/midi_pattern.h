/* midi_pattern.h: patterns as Standard MIDI Files and back. 960 ticks a quarter note, 240 a step. Row n is track
 * n + 1 on channel (n - 1) % 16 + 1; the first track has name and tempo. Controllers: 7 level, 10 pan, 74 cutoff
 * (logarithmic, 20 Hz to 20 kHz), 71 resonance (logarithmic, 0.5 to 20), 91 and 94 the sends. Texts that begin with
 * "loophole" keep what MIDI has no number for: steps, swing, tempo, the gate, the length of a row, the velocity of an
 * accent, and the values of single steps (midi_steps.h). Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_PATTERN_H
#define LOOPHOLE_STORE_MIDI_PATTERN_H

#include "schema_pattern.h"
#include "store/pattern/midi_file.h"
#include "store/pattern/remark.h"

/* Shared by both directions. */
enum { MIDI_TICKS_QUARTER = 960, MIDI_TICKS_STEP = 240, MIDI_CHANNELS = 16, MIDI_DATA_MOST = 127 };
enum { MIDI_LEVEL = 7, MIDI_PAN = 10, MIDI_RESONANCE = 71, MIDI_CUTOFF = 74, MIDI_REVERB = 91, MIDI_DELAY = 94 };
static const double MIDI_CUTOFF_LEAST = 20, MIDI_CUTOFF_SPAN = 1000, MIDI_Q_LEAST = 0.5, MIDI_Q_SPAN = 40;
static const double MIDI_ACCENT = 1.4125375446227544; /* an accent's velocity is 3 dB higher */

#endif
