/* vorbis.h: Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html), as FLAC, Ogg Vorbis and Opus files carry
 * them: NAME=value, UTF-8. One thread. */
#ifndef LOOPHOLE_WORKER_VORBIS_H
#define LOOPHOLE_WORKER_VORBIS_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"

enum { VORBIS_READ_MAX = 4096 /* bytes kept of a comment: texts are shorter; longer ones are pictures */ };

/* Reads a comment block that arrives in pieces, so that its length does not matter. */
struct vorbis {
    struct labels *labels;
    uint32_t read;  /* runs that are complete: the vendor, the count, then each comment */
    bool is_inside; /* a run: its length is known */
    uint32_t left;  /* bytes of the run that are to come */
    size_t len;     /* bytes in `kept` */
    uint8_t kept[VORBIS_READ_MAX];
};

void vorbis_begin(struct vorbis *vorbis, struct labels *labels);

/* Adds the facts of the comments that end in these bytes. */
void vorbis_take(struct vorbis *vorbis, const uint8_t *bytes, size_t len);

/* Adds the fact of a comment that is cut. */
void vorbis_end(struct vorbis *vorbis);

/* Adds the facts of a comment block at a place in the file. */
void vorbis_file_facts(struct input *input, int64_t at, int64_t size, struct labels *labels);

#endif
