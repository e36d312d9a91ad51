/* take_flac.h: the side of a finished take that makes FLAC of its WAV: an errand that writes what a worker in mode
 * `encode` gives (schemas/worker.schema), syncs it, has it read back and held against the WAV, and only then lets it
 * take the WAV's place.
 *
 *   X.wav ──► X.wav, X.flac.part ──► X.wav, X.flac ──► X.flac        each step is on the disk before the next begins
 *
 * At any crash point X.wav, if present, is complete; otherwise X.flac is. An incomplete X.flac.part is made again; an
 * X.flac beside X.wav is compared with it and never overwritten. */
#ifndef LOOPHOLE_STREAMER_TAKE_FLAC_H
#define LOOPHOLE_STREAMER_TAKE_FLAC_H

#include "services/streamer/record/take_encode.h"

/* For the WAV `path`. NULL: no name that ends in ".wav". It is the errand's: drop it only if it was never
 * started. */
struct take_flac *take_flac_new(const char *path, void (*done)(struct errand *errand, bool lost), void *state);
void take_flac_start(struct take_flac *flac, struct errands *errands);

/* The path of the FLAC beside the WAV `path`; to `flac`. False: `path` is no WAV, or there is none. */
bool take_flac_is_there(const char *path, char flac[PATH_MAX + 8]);

#endif
