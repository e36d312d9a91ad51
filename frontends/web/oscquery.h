/* oscquery.h: the tree of OSC addresses over HTTP, for clients of OSCQuery: on the TCP port with the number of the UDP
 * port of loophole-osc, on the loopback interface. It needs no cookie, because a program that reaches that UDP port
 * can read the tree there too. It changes nothing. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_OSCQUERY_H
#define LOOPHOLE_FRONTENDS_WEB_OSCQUERY_H

#include "frontends/web/web.h"

/* At each beat of the loop: asks for the UDP port until the tree is served at that port. */
void oscquery_look(struct web *web);

void oscquery_is_back(struct web *web); /* loophole-osc was started, perhaps with another port */

#endif
