/* sound_analysis.h: analyses the samples of a sound and gives facts, an embedding and artefacts.
 *
 *     new → { begin → feed … → end } … → free
 *
 * One decode feeds all measurements; sound_analysis_feed keeps no pointer to its samples. It uses no file, clock,
 * thread or lock. Memory is bounded for any length of sound, except for the artefacts, which grow up to 4 MiB each.
 * One thread at a time for each struct. aubio and FFTW's planner allow one in a process. */
#ifndef LOOPHOLE_WORKER_SOUND_ANALYSIS_H
#define LOOPHOLE_WORKER_SOUND_ANALYSIS_H

#include "services/worker/analysis/findings.h"

struct sound_analysis;

/* The caller frees it. NULL: the compiled-in model has another layout. */
struct sound_analysis *sound_analysis_new(void);
void sound_analysis_free(struct sound_analysis *analysis); /* NULL is allowed */

/* Starts a sound and drops an unfinished one. `rate` is 1..1,000,000 Hz, `channels` 1..1024. From then on the
 * thread treats denormal numbers as 0. Errors: bad_request (out of range). */
enum err sound_analysis_begin(struct sound_analysis *analysis, double rate, int channels);

/* Takes the next frames, interleaved, any number including 0. NaN and infinities count as zero. Does nothing before
 * sound_analysis_begin. */
void sound_analysis_feed(struct sound_analysis *analysis, const float *interleaved, size_t frames);

/* Ends the sound and fills `out`. A sound without frames is silent, and not an error. Errors: bad_request (no sound was
 * begun; `out` is then empty). */
enum err sound_analysis_end(struct sound_analysis *analysis, struct sound_findings *out);

#endif
