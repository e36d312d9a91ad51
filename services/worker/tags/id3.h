/* id3.h: ID3 tags, versions 1, 2.2, 2.3 and 2.4 (https://id3.org). One thread. */
#ifndef LOOPHOLE_WORKER_ID3_H
#define LOOPHOLE_WORKER_ID3_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"

/* Where the tags of version 2 at `at`, one after another, end: `at` itself when there is none. */
int64_t id3_skip(struct input *input, int64_t at);

/* What the tags of version 2 at `at` say; nothing after `end` is looked at. */
void id3_facts(struct input *input, int64_t at, int64_t end, struct labels *labels);

/* What the tag of version 1 in the 128 bytes at `at` says. */
void id3_old_facts(struct input *input, int64_t at, struct labels *labels);

#endif
