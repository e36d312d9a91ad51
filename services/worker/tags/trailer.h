/* trailer.h: tags at the end of a file: ID3v1, APEv1 and v2, Lyrics3. One thread. */
#ifndef LOOPHOLE_WORKER_TRAILER_H
#define LOOPHOLE_WORKER_TRAILER_H

#include "services/worker/decode/input.h"

/* The offset of the first one; the file's size if there is none. */
int64_t trailer_start(struct input *input);

#endif
