/* loop.h: follows the signal after our ports, to prevent feedback. May hang in JACK: only link.c's thread calls it. */
#ifndef LOOPHOLE_AUDIO_LOOP_H
#define LOOPHOLE_AUDIO_LOOP_H

#include "services/audio/jack/jack.h"

/* True for a client of the first core or of the standby: the first core's `name`, and perhaps a word after it. */
bool loop_is_ours(const char *name, const char *owner);

void loop_owner(const char *port, char owner[CLIENT_FOREIGN_NAME]); /* the CLIENT of "CLIENT:PORT" */

/* True if the output of client `from`, or of our pair of ports that begins with `left`, reaches client `to`, directly
 * or through other clients. Each client counts as connected from all its inputs to all its outputs, except the
 * machine's ports and our own client (`name`): our returns lead only to main. */
bool loop_leads(struct client *client, const char *name, const char *from, const char *to);
bool loop_leads_from(struct client *client, const char *name, enum client_port left, const char *to);

#endif
