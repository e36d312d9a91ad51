/* wav_markers.h: a marker (chunk `cue `) and a label for each place in a recording where frames are missing (Multimedia
 * Programming Interface and Data Specifications 1.0, 1991: cue, LIST adtl, labl, ltxt). */
#ifndef LOOPHOLE_STREAMER_WAV_MARKERS_H
#define LOOPHOLE_STREAMER_WAV_MARKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WAV_GAPS = 128 };

/* A place where frames are missing: silence from frame `at` on, or a gap before it. */
struct wav_gap {
    uint64_t at, frames;
};

struct wav_gaps {
    uint64_t lost;  /* all missing frames */
    uint64_t count; /* number of places; the first WAV_GAPS are in `each` */
    struct wav_gap each[WAV_GAPS];
};

/* Writes the chunks of the markers to `to` and returns their bytes. A place has 32 bits: a later marker is left out. If
 * silence fills the places (`is_filled`), each marker has its length. `rate`: Hz. */
enum { WAV_MARKERS_SIZE = 64 + WAV_GAPS * 128 };
size_t wav_markers(const struct wav_gaps *gaps, uint32_t rate, bool is_filled, uint8_t to[WAV_MARKERS_SIZE]);

#endif
