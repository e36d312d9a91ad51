/* picture.h: an image of RGB pixels, drawn with round dots and columns, written as PNG (ISO/IEC 15948). The only file
 * with zlib is picture.c. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PICTURE_H
#define LOOPHOLE_FRONTENDS_CLI_PICTURE_H

#include <stdint.h>

#include "common/err.h"

struct picture {
    uint32_t width, height;
    uint8_t *rgb; /* 3 bytes a pixel, row by row; owned */
};

enum { PICTURE_MOST = 16384 }; /* pixels of one side, of 1 at least */

/* A colour is 0xRRGGBB; `cover` is how much of it, 0 … 1. What lies outside the picture is not drawn. */
void picture_open(struct picture *picture, uint32_t width, uint32_t height, uint32_t color);
void picture_close(struct picture *picture);
void picture_dot(struct picture *picture, double x, double y, double radius, uint32_t color, double cover);
void picture_column(struct picture *picture, uint32_t x, double from, double until, uint32_t color); /* vertical */

/* Letters 5 by 7 dots of `scale` pixels, one apart, from their left upper corner on (picture_text.c). */
void picture_text(struct picture *picture, uint32_t x, uint32_t y, uint32_t scale, uint32_t color, const char *text);

/* Replaces an earlier picture, and nothing else. Errors: exists, full (the disk), io, denied, not_found. */
enum err picture_write(const struct picture *picture, const char *path, struct fault *fault);

#endif
