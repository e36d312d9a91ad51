/* aiff.h: AIFF and AIFF-C files (Apple, 1989 and 1991): where the sound is, and what NAME, AUTH, "(c) ", ANNO,
 * INST with MARK, and ID3 say about it. One thread. */
#ifndef LOOPHOLE_WORKER_AIFF_H
#define LOOPHOLE_WORKER_AIFF_H

#include "services/worker/facts.h"
#include "services/worker/payload.h"
#include "services/worker/source.h"

/* False: not such a file, or without COMM or SSND. */
bool aiff_payload(struct source *source, struct payload *payload);

void aiff_facts(struct source *source, struct facts *facts);

#endif
