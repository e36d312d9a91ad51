/* line.h: delay memories that survive the death of their writer. RT.
 *
 * A line is `float[size]`, size a power of two, in memory that outlives the process. The unit's state contains its
 * position, a free-running count of frames. A run writes only frames at and after the position, and reads at most
 * `longest` frames back. The state is saved once a period. A successor continues from the last whole state at
 * position p and reads back to p - longest. The dead process wrote up to p + LINE_PERIOD_MAX - 1, which overwrites
 * frame p + LINE_PERIOD_MAX - 1 - size. So size >= longest + LINE_PERIOD_MAX keeps every frame that p needs. */
#ifndef LOOPHOLE_AUDIO_RT_LINE_H
#define LOOPHOLE_AUDIO_RT_LINE_H

#include <stdint.h>

enum { LINE_PERIOD_MAX = 8192 }; /* frames, at most, between two saves of the state */

#endif
