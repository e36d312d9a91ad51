/* midi_lost.h: which values of a pattern its MIDI file does not have. Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_LOST_H
#define LOOPHOLE_STORE_MIDI_LOST_H

#include "schema_pattern.h"
#include "store/pattern/remark.h"

/* Remarks what no event carries of a row and its voice. */
void midi_lost_row(const struct pattern *pattern, const struct row *row, struct remarks *remarks);

/* The same of the effects, the metadata, and the keys that the schema does not know. */
void midi_lost_rest(const struct pattern *pattern, struct remarks *remarks);

#endif
