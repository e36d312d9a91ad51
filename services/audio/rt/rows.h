/* rows.h: the sound of the sequencer's rows and of what they share: acid filter, reverb, delay, metronome. RT. */
#ifndef LOOPHOLE_AUDIO_RT_ROWS_H
#define LOOPHOLE_AUDIO_RT_ROWS_H

#include <stdint.h>

struct engine;

void rows_render(struct engine *engine, uint32_t frames);

#endif
