/* announce.h: tells the sender of a load that its pattern has begun. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_ANNOUNCE_H
#define LOOPHOLE_FRONTENDS_OSC_ANNOUNCE_H

#include "frontends/osc/osc.h"
#include "schema_project.h"

/* The sender waits for the pattern of this answer if it is queued. */
void announce_expect(struct osc *osc, const struct sockaddr_in *from, const struct slot_said *said);

/* A pattern has begun: its senders get the sentence, and those of patterns that it replaced wait no longer. */
void announce_began(struct osc *osc, const struct audio_pattern_began *began);

#endif
