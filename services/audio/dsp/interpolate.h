/* interpolate.h: plays a sound from memory at any pitch, with loop points. RT, but for interpolate_table.
 *
 * A windowed sinc (Kaiser) over 16 frames of the source, 256 places between two frames with straight lines between
 * them; above a ratio of 1.06 over 32 frames, its band narrowed in half octaves, so that what would fold back is taken
 * out: at ratio 2 by 80 dB, at 4 by 40, at 8 by 30. A sine a semitone away keeps 80 dB of signal to noise up to 14 kHz
 * (at 48 kHz). The position is fixed point: it never drifts. Ratio 1 on a whole frame copies bit for bit. */
#ifndef LOOPHOLE_AUDIO_RT_INTERPOLATE_H
#define LOOPHOLE_AUDIO_RT_INTERPOLATE_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

enum {
    INTERPOLATE_PLACES = 256,
    INTERPOLATE_BANDS = 7, /* ratios to 1.06, 1.5, 2.1, 3, 4.2, 6, 8 */
    INTERPOLATE_TABLE = (INTERPOLATE_PLACES + 1) * (16 + (INTERPOLATE_BANDS - 1) * 32) /* floats: 214 kB */
};

/* A sound in memory, borrowed for the run. A part of it: pointers to its first frame, and its length. Frames count in
 * the order in which they are played. With loop_end > loop_start (and loop_end <= frames) it goes from the frame before
 * loop_end to loop_start without end; otherwise it ends. Outside of it is silence. */
struct interpolate_source {
    const float *left, *right; /* planar; right == left: mono */
    uint32_t frames;           /* up to 2^31 */
    uint32_t loop_start, loop_end;
    bool reverse; /* from the last frame to the first */
};

struct interpolate {
    uint64_t position; /* of the source, in 2^-32 frames */
    uint32_t wrapped;  /* has gone through the loop's end: before loop_start lies the loop's end */
    uint32_t spare;
};

/* Fills INTERPOLATE_TABLE floats, aligned to 16 bytes. Once, before the audio thread starts; then it is constant. */
void interpolate_table(float *table);

/* Writes `frames` frames from the position on, and 0 after the sound's end; the source's rate divided by the output's
 * belongs into the ratio (1/64..8). Gives how many frames came before the end: fewer than `frames` when it ended. */
uint32_t interpolate_run(struct interpolate *play, const struct interpolate_source *source, const float *table,
                         double ratio, float *left, float *right, uint32_t frames);

#endif
