/* loop.h: where sound goes after our ports, so that nothing feeds back. May hang in JACK: link.c's thread alone. */
#ifndef LOOPHOLE_AUDIO_LOOP_H
#define LOOPHOLE_AUDIO_LOOP_H

#include "services/audio/jack/jack.h"

void loop_owner(const char *port, char owner[CLIENT_FOREIGN_NAME]); /* "CLIENT:PORT": the client */

/* Whether what leaves the client `from` (NULL: our main ports) enters the client `to`, through any clients between.
 * Each client is taken to lead from all its inputs to all its outputs, but for the machine's sockets. */
bool loop_leads(struct client *client, const char *from, const char *to);

#endif
