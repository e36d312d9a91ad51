/* hear.h: analyses the samples of a sound and gives facts, an embedding and artefacts.
 *
 *     hear_new → { hear_begin → hear_feed … → hear_end } … → hear_free
 *
 * One decode feeds all measurements; hear_feed keeps no pointer to its samples. It uses no file, clock, thread or lock.
 * Memory is bounded for any length of sound, except for the artefacts, which grow up to 4 MiB each.
 * One thread at a time for each struct hear. aubio and FFTW's planner allow one struct hear in a process. */
#ifndef LOOPHOLE_WORKER_HEAR_HEAR_H
#define LOOPHOLE_WORKER_HEAR_HEAR_H

#include "services/worker/analysis/heard.h"

struct hear;

struct hear *hear_new(void);       /* NULL: the compiled-in model has another layout; the caller frees it */
void hear_free(struct hear *hear); /* NULL is allowed */

/* Starts a sound and drops an unfinished one. `rate` is 1..1,000,000 Hz, `channels` 1..1024. From then on the
 * thread treats denormal numbers as 0. Errors: bad_request (out of range). */
enum err hear_begin(struct hear *hear, double rate, int channels);

/* Takes the next frames, interleaved, any number including 0. NaN and infinities count as zero. Does nothing before
 * hear_begin. */
void hear_feed(struct hear *hear, const float *interleaved, size_t frames);

/* Ends the sound and fills `out`. A sound without frames is silent, and not an error. Errors: bad_request (no sound was
 * begun; `out` is then empty). */
enum err hear_end(struct hear *hear, struct heard_sound *out);

#endif
