/* content.h: hashes the content of a file; files with the same hash are the same sound. The hash is XXH3-128 of codec,
 * rate, channels, then the payload, so an edit of tags does not change it.
 * The payload is the data chunk of WAVE and AIFF, the frames of FLAC, or the packets of Ogg without headers and pages.
 * Of MPEG audio it is the frames without tags and Xing frame; of any other format the whole file. A truncated file is
 * hashed up to its end. Of a payload over 2 GiB the size, the first GiB and the last GiB count; of Ogg the first 2 GiB.
 * One thread for each hash stream. */
#ifndef LOOPHOLE_WORKER_CONTENT_H
#define LOOPHOLE_WORKER_CONTENT_H

#include "common/hash.h"
#include "services/worker/tags/kind.h"
#include "services/worker/tags/payload.h"

/* Finds the payload. False: the format has no known payload. Not for Ogg, whose payload is scattered. */
bool content_payload(struct input *input, enum container container, struct payload *payload);

/* Restarts `stream` first. input->error shows a failed read. */
struct hash content_hash(struct input *input, enum container container, struct hash_stream *stream);

/* True for a file of a known form whose sound is there: a decoder that refuses it does not know its encoding, but
 * ffmpeg may. */
bool content_may_be_foreign(struct input *input, enum container container);

#endif
