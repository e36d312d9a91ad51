/* flac.h: FLAC files (RFC 9639): the metadata blocks before the frames. One thread. */
#ifndef LOOPHOLE_WORKER_FLAC_H
#define LOOPHOLE_WORKER_FLAC_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

enum { FLAC_STREAMINFO_SIZE = 34 };

struct flac_block {
    unsigned type; /* 0: STREAMINFO, 4: comments */
    bool last;
    int64_t at; /* offset of its data */
    int64_t size;
};

/* Walks the blocks. `seen` returns false to stop. False: not a FLAC file. */
bool flac_each(struct input *input, bool (*seen)(void *state, struct input *input, const struct flac_block *block),
               void *state);

/* False: not a FLAC file. The payload is the frames, up to the tags at the file's end. */
bool flac_payload(struct input *input, struct payload *payload);

/* Adds the facts of a FLAC file. */
void flac_facts(struct input *input, struct labels *labels);

/* Reads rate and channels from a STREAMINFO block. */
void flac_streaminfo(const uint8_t info[FLAC_STREAMINFO_SIZE], struct payload *payload);

#endif
