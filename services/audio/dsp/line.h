/* line.h: delay memories that survive the death of their writer. RT.
 *
 * A line is `float[size]`, size a power of two, in memory that outlives the process. Its position, a free-running
 * count of frames, is in the unit's state. A run writes only frames at and after the position and reads at most
 * `longest` frames before what it writes. The state is kept once a period; a successor goes on from the last whole
 * state at position p and reads back to p - longest. The dead one wrote up to p + LINE_PERIOD_MAX - 1, which falls on
 * the frame p + LINE_PERIOD_MAX - 1 - size. So size >= longest + LINE_PERIOD_MAX keeps all that p needs (line_size). */
#ifndef LOOPHOLE_AUDIO_RT_LINE_H
#define LOOPHOLE_AUDIO_RT_LINE_H

#include <stdint.h>

enum { LINE_PERIOD_MAX = 8192 }; /* frames run between two keepings of the state */

/* The size of a line that is read up to `longest` frames back, at most 2^24. */
static inline uint32_t line_size(uint32_t longest)
{
    uint32_t size = LINE_PERIOD_MAX;

    while (size < longest + LINE_PERIOD_MAX && size < 1u << 24)
        size *= 2;
    return size;
}

#endif
