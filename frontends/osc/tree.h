/* tree.h: the table of addresses as OSCQuery's JSON, whole or in parts. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_TREE_H
#define LOOPHOLE_FRONTENDS_OSC_TREE_H

#include "frontends/osc/osc.h"

/* Appends the node at `path` with all below it, or one attribute of it. Nothing is appended if the node lacks the
 * attribute. Errors (explained): not_found (no such path), bad_request (no such attribute). */
enum err tree_write(const struct osc *osc, struct text path, struct text attribute, struct buffer *to,
                    struct fault *fault);

/* Sends each address as one /route: its path and its node. */
void tree_send_routes(const struct osc *osc, const struct sockaddr_in *to);

#endif
