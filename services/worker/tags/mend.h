/* mend.h: lets all readers of a file see it as its recorder or tagger should have left it. The file itself stays
 * unchanged. One thread. */
#ifndef LOOPHOLE_WORKER_MEND_H
#define LOOPHOLE_WORKER_MEND_H

#include "services/worker/decode/input.h"

/* Call it after input_open, before anything is read:
 *
 *   a tag before the head             is skipped: offsets count from its end
 *   BW64                              is read as RF64, which differs only in its name
 *   a `fact` chunk that is too short  is read as filler
 *   a WAV, AIFF, W64, CAF or AU       has the sound until the file's end, if no other chunks follow; `guess` says so.
 *   without the size of its sound     An AIFF has as many frames as it announces
 *   a WAV or AU whose size was        the same, if the rest of the file is no tag, chunk or filler, and either the RIFF
 *   written in advance                size contradicts the size of the sound, or that one is tiny
 *   a W64, CAF or AU whose size is    has the sound until the file's end; `announced` and `there` say what is missing
 *   beyond the file's end             if the size is a number, and not the mark of a stream */
void mend_input(struct input *input);

#endif
