/* id3.h: ID3 tags, versions 1, 2.2, 2.3 and 2.4 (https://id3.org). One thread. */
#ifndef LOOPHOLE_WORKER_ID3_H
#define LOOPHOLE_WORKER_ID3_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"

/* The offset after the consecutive version 2 tags at `at`; `at` itself if there is none. */
int64_t id3_skip(struct input *input, int64_t at);

/* Reads the version 2 tags at `at`, but nothing after `end`. */
void id3_facts(struct input *input, int64_t at, int64_t end, struct labels *labels);

/* Reads the version 1 tag in the 128 bytes at `at`. */
void id3_old_facts(struct input *input, int64_t at, struct labels *labels);

#endif
