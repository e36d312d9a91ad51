/* announce.h: reports to the sender of a load that its pattern has begun. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_ANNOUNCE_H
#define LOOPHOLE_FRONTENDS_OSC_ANNOUNCE_H

#include "frontends/osc/osc.h"
#include "schema_project.h"

/* If the pattern of this answer is queued, its sender gets the sentence when it begins. The answer may arrive after the
 * event: then the sender gets it at once. */
void announce_expect(struct osc *osc, const struct sockaddr_in *from, const struct slot_said *said);

/* A pattern has begun: its senders get the sentence, and those of patterns that it replaced wait no longer. */
void announce_began(struct osc *osc, const struct audio_pattern_began *began);

/* The same for the pattern that plays now, because the event may be lost. The sentence has the bar of the answer. */
void announce_playing(struct osc *osc, uint64_t number);

#endif
