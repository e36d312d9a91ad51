/* remote.h: what a browser on another machine may ask: the asks that the schemas mark `remote`, without their fields
 * that are marked `local`. All other asks are refused, so a new one is refused until its schema marks it. Any
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_REMOTE_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_REMOTE_H

#include "proto/wire/schema.h"

/* `body` is the encoded request of the ask. Errors: denied (the ask is not remote, or a field at any depth is local,
 * given and not empty; the fault names it), and those of codec_decode. */
enum err remote_check(const struct ask *ask, struct bytes body, struct fault *fault);

#endif
