/* take_flac.h: replaces a finished take's WAV by a FLAC. An errand writes the output of a worker in mode `encode`
 * (schemas/worker.schema) and syncs it. The worker then reads it back and compares it with the WAV. Only then the FLAC
 * takes the WAV's place.
 *
 *   X.wav ──► X.wav, X.flac.part ──► X.wav, X.flac ──► X.flac        each step is on the disk before the next begins
 *
 * If X.wav exists after a crash, it is complete; otherwise X.flac is. An incomplete X.flac.part is made again; an
 * X.flac beside X.wav is compared with it and never overwritten. */
#ifndef LOOPHOLE_STREAMER_TAKE_FLAC_H
#define LOOPHOLE_STREAMER_TAKE_FLAC_H

#include "services/streamer/record/take_encode.h"

/* For the WAV `path`. NULL: the name does not end in ".wav". The errand owns the result; drop it only if it was never
 * started. */
struct take_flac *take_flac_new(const char *path, void (*done)(struct errand *errand, bool lost), void *state);
void take_flac_start(struct take_flac *flac, struct errands *errands);

/* True when a FLAC exists beside the WAV `path`; its path is written to `flac`. False also if `path` does not end in
 * ".wav". */
bool take_flac_is_there(const char *path, char flac[PATH_MAX + 8]);

#endif
