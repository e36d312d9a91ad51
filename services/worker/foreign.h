/* foreign.h: mode `foreign PROGRAM`: this process becomes ffmpeg, in a sandbox of its own. Descriptor 0 is the file, 1
 * takes its first sound as a WAV of floats with its tags, 2 the reason of a failure. In mode `describe PROGRAM`, 2
 * takes ffmpeg's description of the file. proto/transport/foreign.h starts both. One thread. */
#ifndef LOOPHOLE_WORKER_FOREIGN_H
#define LOOPHOLE_WORKER_FOREIGN_H

#include <stdbool.h>

int foreign_run(const char *program, bool only_describe); /* returns only if it fails: the exit code */

#endif
