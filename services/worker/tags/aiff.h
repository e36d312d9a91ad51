/* aiff.h: AIFF and AIFF-C files (Apple, 1989 and 1991): where the sound is, and what NAME, AUTH, "(c) ", ANNO,
 * INST with MARK, and ID3 say about it. One thread. */
#ifndef LOOPHOLE_WORKER_AIFF_H
#define LOOPHOLE_WORKER_AIFF_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

/* False: not such a file, or without COMM or SSND. */
bool aiff_payload(struct input *input, struct payload *payload);

void aiff_facts(struct input *input, struct labels *labels);

#endif
