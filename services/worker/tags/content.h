/* content.h: what makes two files the same sound: XXH3-128 of the encoded payload, after its codec, rate and
 * channels. The payload is the data chunk of WAVE and AIFF, the frames of FLAC, the packets of Ogg (not its pages)
 * without the headers, the frames of MPEG audio without tags and Xing frame; of anything else the whole file. So a
 * tag edit changes nothing. A file that is cut short is hashed as far as it goes. Of payloads over 2 GiB the size,
 * the first GiB and the last one count (of Ogg the first 2 GiB). One thread for each hash stream. */
#ifndef LOOPHOLE_WORKER_CONTENT_H
#define LOOPHOLE_WORKER_CONTENT_H

#include "common/hash.h"
#include "services/worker/tags/kind.h"
#include "services/worker/tags/payload.h"

/* Where the payload of such a file is; false: nothing is known about it. Not for Ogg, which has no one place. */
bool content_payload(struct input *input, enum container container, struct payload *payload);

/* `stream` is restarted first. What could not be read shows in input->error. */
struct hash content_hash(struct input *input, enum container container, struct hash_stream *stream);

#endif
