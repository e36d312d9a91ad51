/* vorbis.h: Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html), as FLAC, Ogg Vorbis and Opus files carry
 * them: NAME=value, UTF-8. One thread. */
#ifndef LOOPHOLE_WORKER_VORBIS_H
#define LOOPHOLE_WORKER_VORBIS_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"

/* Adds the facts of a comment block in memory. */
void vorbis_facts(const uint8_t *bytes, size_t len, struct labels *labels);

/* The same from a place in the file; at most 4 MiB are read. */
void vorbis_file_facts(struct input *input, int64_t at, int64_t size, struct labels *labels);

#endif
