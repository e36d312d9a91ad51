/* kept.h: the chunks of a WAV that a converted copy keeps: `smpl` (root note, loops), `acid` (tempo) and `inst`. Their
 * frames are converted to the new rate. One thread. */
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

/* Reads the chunks of a WAV. Another format, and a big-endian WAV (RIFX), give none. */
void kept_read(struct input *input, struct kept *kept);

/* Adapts the chunks to a part of the sound: moves the loops, leaves out a loop outside the part, and computes the
 * number of beats from the tempo. */
void kept_cut(struct kept *kept, unsigned rate, uint64_t from, uint64_t frames);

/* Appends the chunks for a copy of `frames` frames: `from` Hz became `to` Hz. Leaves out a loop that lies outside the
 * copy. */
void kept_write(const struct kept *kept, unsigned from, unsigned to, uint64_t frames, struct buffer *out);

#endif
