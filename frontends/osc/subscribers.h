/* subscribers.h: clients that receive all values, and then each change, at most 50 times a second for an address. They
 * survive this process in RUN/osc.subscribers. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_SUBSCRIBERS_H
#define LOOPHOLE_FRONTENDS_OSC_SUBSCRIBERS_H

#include "frontends/osc/osc.h"

void subscribers_read(struct osc *osc); /* at the start: the predecessor's; they get all values again */

/* Does /subscribe or /unsubscribe for the sender, or for another port of its machine. */
void subscribers_take(struct osc *osc, const struct sockaddr_in *from, const struct osc_request *request);

/* At the end of a turn: sends what changed, after OSC_SEND_US. */
void subscribers_end_turn(void *osc);

/* The kernel reports each packet that reached no program: removes such subscribers. Call it when the socket has an
 * error. */
void subscribers_remove_gone(struct osc *osc);

/* True if a message of the socket's error queue says that no program has the port. Other errors pass: a network that
 * was away, a queue that was full. Exported for its unit test: the kernel makes no such message on demand. */
bool subscribers_is_refusal(struct msghdr *message);

#endif
