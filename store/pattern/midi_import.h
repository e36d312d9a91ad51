/* midi_import.h: a Standard MIDI File as a pattern (midi_pattern.h). */
#ifndef LOOPHOLE_STORE_PATTERN_MIDI_IMPORT_H
#define LOOPHOLE_STORE_PATTERN_MIDI_IMPORT_H

#include "store/pattern/midi_pattern.h"

/* Makes a pattern: a row for each track and channel, and for each drum on channel 10 of a foreign file. Notes that
 * begin together become rows of their own. A note off the grid is on the nearest step, with its timing. Bars that are
 * not of 4/4 become rows of their length. Errors: bad_request (no notes). */
enum err midi_import(const struct midi_file *from, struct arena *arena, struct pattern *to, struct remarks *remarks,
                     struct fault *fault);

#endif
