/* take_encode.h: the conversation of take_flac.c with a worker in mode `encode`. Its thread's. */
#ifndef LOOPHOLE_STREAMER_TAKE_ENCODE_H
#define LOOPHOLE_STREAMER_TAKE_ENCODE_H

#include "services/streamer/record/take_flac.h"

/* Makes a FLAC of `wav` in `to`, which is emptied, and syncs it (-1: it is made already); then all of `back`, the same
 * file, is read and held against the WAV. `wav` -1: it is gone; then the FLAC has to say that it is of this take, and
 * facts are what it says. Descriptors are the caller's. Sets content and count. Errors, which `fault` explains:
 * bad_request (over full scale, or not the same), not_found (of another take), full, io, offline (two workers died),
 * busy (the errand is to end), conflict (cancelled). */
enum err take_encode(struct take_flac *flac, int wav, int to, int back);

#endif
