/* mp4_length.h: the length of the first sound of an MP4 file, as the file itself says it. Its last packet may hold more
 * frames than the sound has, and ffmpeg returns them all. Hostile bytes are expected. One thread. */
#ifndef LOOPHOLE_WORKER_MP4_LENGTH_H
#define LOOPHOLE_WORKER_MP4_LENGTH_H

#include <stdint.h>

/* Microseconds from the start of the edit list to the end of the media. 0: it is no such file, or its packets say
 * another length. */
uint64_t mp4_length_us(int fd);

#endif
