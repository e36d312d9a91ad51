/* interpolate.h: plays a sound from memory at any pitch, with loop points. RT, except interpolate_table.
 *
 * A windowed sinc (Kaiser) over 16 frames of the source, tabulated at 256 positions between two frames and interpolated
 * linearly. Above a ratio of 1.06 it spans 32 frames, and its band narrows in half octaves to suppress aliases: by
 * 80 dB at ratio 2, 40 dB at 4, 30 dB at 8. A sine shifted by a semitone keeps 80 dB of signal to noise up to 14 kHz
 * (at 48 kHz). The position is fixed point and never drifts. Ratio 1 on a whole frame copies bit for bit. */
#ifndef LOOPHOLE_AUDIO_RT_INTERPOLATE_H
#define LOOPHOLE_AUDIO_RT_INTERPOLATE_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

enum {
    INTERPOLATE_PLACES = 256,
    INTERPOLATE_BANDS = 7, /* ratios to 1.06, 1.5, 2.1, 3, 4.2, 6, 8 */
    INTERPOLATE_TABLE = (INTERPOLATE_PLACES + 1) * (16 + (INTERPOLATE_BANDS - 1) * 32) /* floats: 214 kB */
};

/* A sound in memory, borrowed for the run. Frames count in the order of playback. For a part of a sound, the pointers
 * name its first frame. With loop_end > loop_start (and loop_end <= frames) playback continues from frame loop_end - 1
 * to loop_start, without end. Otherwise it ends after the last frame. Outside the sound is silence. */
struct interpolate_source {
    const float *left, *right; /* planar; right == left: mono */
    uint32_t frames;           /* up to 2^31 */
    uint32_t loop_start, loop_end;
    bool reverse; /* plays from the last frame to the first */
};

struct interpolate {
    uint64_t position; /* of the source, in 2^-32 frames */
    uint32_t wrapped;  /* the loop has been passed: the end of the loop precedes loop_start */
    uint32_t spare;
};

/* Fills INTERPOLATE_TABLE floats, aligned to 16 bytes. Call it once before the audio thread starts. */
void interpolate_table(float *table);

/* Writes `frames` frames from the position on, and 0 after the sound's end. The ratio (1/64..8) includes the source's
 * rate divided by the output's. Returns the number of frames before the end; it is smaller than `frames` if the sound
 * ended. */
uint32_t interpolate_run(struct interpolate *play, const struct interpolate_source *source, const float *table,
                         double ratio, float *left, float *right, uint32_t frames);

#endif
