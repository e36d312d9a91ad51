/* kept.h: the chunks of a WAV that a converted copy keeps: the sampler's (root note, loops), the tempo's (`acid`) and
 * the instrument's. Places in the sound follow the new rate. One thread. */
#ifndef LOOPHOLE_WORKER_KEPT_H
#define LOOPHOLE_WORKER_KEPT_H

#include "common/buffer.h"
#include "services/worker/decode/input.h"

enum { KEPT_LOOPS = 64, KEPT_SMPL = 36, KEPT_LOOP = 24, KEPT_ACID = 24, KEPT_INST = 7 };

struct kept {
    bool has_smpl, has_acid, has_inst;
    uint32_t loops;
    uint8_t smpl[KEPT_SMPL + KEPT_LOOPS * KEPT_LOOP]; /* the head, then the loops */
    uint8_t acid[KEPT_ACID], inst[KEPT_INST];
};

/* Reads them; none from another format, and none from a big-endian WAV (RIFX). */
void kept_read(struct input *input, struct kept *kept);

/* Makes them those of a part of the sound: loops move, one that does not lie in the part is left out, and the number of
 * beats follows from the tempo. */
void kept_cut(struct kept *kept, unsigned rate, uint64_t from, uint64_t frames);

/* Appends the chunks for a copy of `frames` frames: `from` Hz became `to` Hz. A loop that would not lie in the copy is
 * left out. */
void kept_write(const struct kept *kept, unsigned from, unsigned to, uint64_t frames, struct buffer *out);

#endif
