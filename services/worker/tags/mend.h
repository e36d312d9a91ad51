/* mend.h: lets all readers of a file see it as its recorder or tagger should have left it. The file itself stays
 * unchanged. One thread. */
#ifndef LOOPHOLE_WORKER_MEND_H
#define LOOPHOLE_WORKER_MEND_H

#include "services/worker/decode/input.h"

/* Call it after input_open, before anything is read:
 *
 *   a tag before RIFF, FORM or Ogg    is skipped: offsets count from its end
 *   BW64                              is read as RF64, which differs only in its name
 *   a `fact` chunk that is too short  is read as filler
 *   a WAV without a size of its data  has the data until the file's end, if no other chunks follow; `guess` says so */
void mend_input(struct input *input);

#endif
