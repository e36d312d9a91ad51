/* studio_rate.h: DATA/audio.rate, a text with the rate for which rings of frames are made. Any thread. */
#ifndef LOOPHOLE_COMMON_STUDIO_RATE_H
#define LOOPHOLE_COMMON_STUDIO_RATE_H

#include <stdint.h>

#include "common/err.h"
#include "common/paths.h"

enum { STUDIO_RATE = 48000 };    /* Hz; of a ring of scale 1 */
enum { STUDIO_RATE_SCALES = 4 }; /* the largest scale */

uint32_t studio_rate_noted(const struct paths *paths); /* Hz; 48,000 without that file */
enum err studio_rate_note(const struct paths *paths, uint32_t rate, struct fault *fault); /* errors: io, full, denied */

/* Returns the length of a ring as a multiple of its length at 48 kHz: 1, 2 or 4. */
uint32_t studio_rate_scale(uint32_t rate);

#endif
