/* session_role.h: the role of a track by the words of its name. Any thread. */
#ifndef LOOPHOLE_INDEXER_SESSION_ROLE_H
#define LOOPHOLE_INDEXER_SESSION_ROLE_H

#include "common/text.h"

/* drums, bass, vocal, guitar, keys, synth, pad, strings, brass or fx; "" if the name says none. */
struct text session_role(struct text track);

#endif
