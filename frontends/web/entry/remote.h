/* remote.h: what a browser on another machine may ask and hear: the asks and events that the schemas mark `remote`;
 * asks without their fields that are marked `local`. All others are refused or kept back, so a new one is until its
 * schema marks it. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_REMOTE_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_REMOTE_H

#include "proto/wire/schema.h"

/* `body` is the encoded request of the ask. `is_read_only`: the ask must also be marked `reads`, and may not give
 * fields that are marked `changes`. Errors: denied (the ask is not for this client, or a field at any depth is not, and
 * is given and not empty; the fault names it), and those of codec_decode. */
enum err remote_check(const struct ask *ask, struct bytes body, bool is_read_only, struct fault *fault);

/* True if it receives events of this topic. False for a topic that no schema of this build has. */
bool remote_hears(struct text topic);

#endif
