/* midi_export.h: a pattern as a Standard MIDI File (midi_pattern.h). */
#ifndef LOOPHOLE_STORE_PATTERN_MIDI_EXPORT_H
#define LOOPHOLE_STORE_PATTERN_MIDI_EXPORT_H

#include "store/pattern/midi_pattern.h"

/* Makes the events of one pass of a checked pattern. `remarks` gets the values that are dropped or changed. */
void midi_export(const struct pattern *from, struct arena *arena, struct midi_file *to, struct remarks *remarks);

#endif
