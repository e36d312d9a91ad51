/* end_tags.h: tags at the end of a file: ID3v1, APEv1 and v2, Lyrics3. One thread. */
#ifndef LOOPHOLE_WORKER_END_TAGS_H
#define LOOPHOLE_WORKER_END_TAGS_H

#include "services/worker/decode/input.h"

/* The offset of the first one; the file's size if there is none. */
int64_t end_tags_start(struct input *input);

#endif
