/* chop_timbre.h: the spectrum of a sound over time, in mel bands, and how much its shape changes at a hop. One thread.
 *
 * The change is a spectral transition measure (S. Furui, "On the role of spectral transition for speech perception",
 * 1986) of levels in mel bands: the root mean square of what each band gains from the 45 ms before the hop to those
 * after it, less the gain of all bands. The middles of the two are 75 ms apart. */
#ifndef LOOPHOLE_WORKER_CHOP_TIMBRE_H
#define LOOPHOLE_WORKER_CHOP_TIMBRE_H

#include <stddef.h>
#include <stdint.h>

struct fft;

enum { CHOP_MELS = 24 };

struct chop_spectrum {
    int8_t level[CHOP_MELS]; /* dB */
};

/* A bin gives its power to the band `upper` by `share`, and the rest to the band below. */
struct chop_bin {
    int upper;
    float share;
};

struct chop_timbre {
    struct chop_spectrum *hops; /* one for each hop of chop_levels; the caller frees all with chop_timbre_free */
    size_t count, room;
    uint32_t channels, hop; /* frames of a hop */
    struct fft *fft;
    struct chop_bin *bins;
    float *line, *power; /* the frames of a window, and its spectrum */
    size_t filled;       /* of the line */
    int usual;           /* dB: the loudest band of a loud hop */
};

/* `hop` is that of chop_levels. */
void chop_timbre_begin(struct chop_timbre *timbre, uint32_t rate, uint32_t channels, uint32_t hop);
/* Takes interleaved frames. */
void chop_timbre_feed(struct chop_timbre *timbre, const float *samples, size_t frames);
/* All frames have been fed, in `count` hops. */
void chop_timbre_end(struct chop_timbre *timbre, size_t count);
void chop_timbre_free(struct chop_timbre *timbre);

/* dB, 0 or more: from before the hop to after it. */
float chop_timbre_change(const struct chop_timbre *timbre, size_t hop);

#endif
