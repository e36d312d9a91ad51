/* treatment_facts.h: the facts of a person that say how a sound is played and sent (common/sound/treatment.h):
 * trim_from, trim_until, fade_in and fade_out in frames of the file, gain_db. Any thread. */
#ifndef LOOPHOLE_PROTO_TREATMENT_FACTS_H
#define LOOPHOLE_PROTO_TREATMENT_FACTS_H

#include "common/sound/treatment.h"
#include "schema_media.h"

/* Reads the treatment of an item from its facts. Facts of other sources count for nothing. A value out of range is
 * left out, and so is an end that is not after the beginning. */
struct treatment treatment_facts(struct fact_list facts);

#endif
