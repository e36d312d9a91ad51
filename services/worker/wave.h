/* wave.h: WAVE files (RIFF, RIFX, RF64, BW64): where the sound is, and what the file says about it in the chunks
 * LIST INFO, bext (EBU Tech 3285), smpl, inst, acid and id3. One thread. */
#ifndef LOOPHOLE_WORKER_WAVE_H
#define LOOPHOLE_WORKER_WAVE_H

#include "services/worker/facts.h"
#include "services/worker/payload.h"
#include "services/worker/source.h"

/* False: not a WAVE file, or without fmt or data. */
bool wave_payload(struct source *source, struct payload *payload);

void wave_facts(struct source *source, struct facts *facts);

#endif
