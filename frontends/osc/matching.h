/* matching.h: patterns of addresses, as in OSC 1.0: ? * [a-z] [!a] {in,out}. None of them matches a slash. Any
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_MATCHING_H
#define LOOPHOLE_FRONTENDS_OSC_MATCHING_H

#include "frontends/osc/packet.h"

/* True if the pattern matches all of the path; false for a malformed pattern. The time is bounded by the product of
 * their lengths. Exported for its unit test, which compares patterns that no route has. */
bool matching_fits(struct text pattern, const char *path);

/* Replaces each message whose address is a pattern by one message for each address that matches and has a value. So a
 * pattern changes or reads values, and runs no command. Texts and arguments stay shared. Errors (explained; `wrong`
 * is the message): not_found (nothing matches), too_large (more than PACKET_MESSAGES). */
enum err matching_expand(const struct packet *from, struct packet *to, uint32_t *wrong, struct fault *fault);

#endif
