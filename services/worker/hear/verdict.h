/* verdict.h: which facts are stated of a sound, and how sure they are. What is not heard is not stated. */
#ifndef LOOPHOLE_WORKER_HEAR_VERDICT_H
#define LOOPHOLE_WORKER_HEAR_VERDICT_H

#include "services/worker/hear/hear.h"

/* Fills out->fact from the finished parts. */
void verdict_make(const struct hear *hear, struct heard_sound *out);

#endif
