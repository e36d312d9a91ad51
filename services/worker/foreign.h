/* foreign.h: mode `foreign PROGRAM`: this process becomes ffmpeg, in a sandbox of its own. Descriptor 0 is the file, 1
 * takes its first sound as a WAV of floats with its tags, 2 the reason of a failure. proto/transport/foreign.h starts
 * it. One thread. */
#ifndef LOOPHOLE_WORKER_FOREIGN_H
#define LOOPHOLE_WORKER_FOREIGN_H

int foreign_run(const char *program); /* returns only if it fails: the exit code */

#endif
