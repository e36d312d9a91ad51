/* wave.h: WAVE files (RIFF, RIFX, RF64, BW64): the place of the sound, and the facts in the chunks. These are LIST
 * INFO, bext (EBU Tech 3285), smpl, inst, acid and id3. One thread. */
#ifndef LOOPHOLE_WORKER_WAVE_H
#define LOOPHOLE_WORKER_WAVE_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

/* False: not a WAVE file, or fmt or data is missing. */
bool wave_payload(struct input *input, struct payload *payload);

/* Adds the facts of a WAVE file; does nothing for another file. */
void wave_facts(struct input *input, struct labels *labels);

#endif
