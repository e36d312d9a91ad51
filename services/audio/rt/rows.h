/* rows.h: renders the sequencer's rows and their shared effects: acid filter, reverb, delay, metronome. RT. */
#ifndef LOOPHOLE_AUDIO_RT_ROWS_H
#define LOOPHOLE_AUDIO_RT_ROWS_H

#include <stdint.h>

struct engine;

/* Begins a block: sounds and rows add to the sends. */
void rows_clear(struct engine *engine, uint32_t frames);

/* Adds the rows of the block to its groups and sends. */
void rows_render(struct engine *engine, uint32_t frames);

#endif
