/* verdict.h: decides which facts are stated about a sound, and with which confidence. */
#ifndef LOOPHOLE_WORKER_HEAR_VERDICT_H
#define LOOPHOLE_WORKER_HEAR_VERDICT_H

#include "services/worker/analysis/heard.h"

struct hear;

/* Fills out->fact from `hear`, which must be finished. An attribute that was not found is left out. */
void verdict_make(const struct hear *hear, struct heard_sound *out);

#endif
