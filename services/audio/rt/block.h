/* block.h: the buffers of the block that is rendered. RT.
 *
 *     streams, sounds  ──► group
 *     sounds of rows   ──► row ──► rows.c ──► group, acid, reverb, delay
 *     mixer            group ──► main, preview
 *
 * `one` and `level` belong to the function that fills them, until it returns. */
#ifndef LOOPHOLE_AUDIO_RT_BLOCK_H
#define LOOPHOLE_AUDIO_RT_BLOCK_H

#include "common/rt/score.h"
#include "common/rt/state.h"

enum { CORE_BLOCK = 256 }; /* frames rendered at once, at most */

struct core_block {
    float group[GROUPS][2][CORE_BLOCK];
    float row[SCORE_ROWS][2][CORE_BLOCK]; /* sounds of the sequencer's rows */
    uint32_t row_frames[SCORE_ROWS];      /* valid frames in `row`; 0: none */
    float leaving[2][CORE_BLOCK];         /* a voice of a row that was replaced */
    float one[2][CORE_BLOCK];             /* a voice's */
    float level[CORE_BLOCK];
    float acid[2][CORE_BLOCK];
    float reverb[2][CORE_BLOCK], delay[2][CORE_BLOCK]; /* sends */
    float main[2][CORE_BLOCK], preview[2][CORE_BLOCK];
    float back[2][CORE_BLOCK]; /* from the return ports */
    float pfl[2][CORE_BLOCK];
    float output[SCORE_OUTPUTS][2][CORE_BLOCK]; /* of single pads */
    uint32_t outputs, has_pfl;                  /* bits of the valid ones of `output`; not 0: `pfl` is valid */
};

#endif
