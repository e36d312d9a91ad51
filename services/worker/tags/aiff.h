/* aiff.h: AIFF and AIFF-C files (Apple, 1989 and 1991): the place of the sound, and the facts in NAME, AUTH, "(c) ",
 * ANNO, INST with MARK, and ID3. One thread. */
#ifndef LOOPHOLE_WORKER_AIFF_H
#define LOOPHOLE_WORKER_AIFF_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

/* False: not an AIFF file, or COMM or SSND is missing. */
bool aiff_payload(struct input *input, struct payload *payload);

/* Adds the facts of an AIFF file; does nothing for another file. */
void aiff_facts(struct input *input, struct labels *labels);

#endif
