/* picture.h: an image of RGB pixels, drawn with round dots and columns, written as PNG (ISO/IEC 15948). Only picture.c
 * includes zlib. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PICTURE_H
#define LOOPHOLE_FRONTENDS_CLI_PICTURE_H

#include <stdint.h>

#include "common/err.h"

struct picture {
    uint32_t width, height;
    uint8_t *rgb; /* 3 bytes for each pixel, row by row; owned */
};

enum { PICTURE_MOST = 16384 }; /* pixels of one side, which has at least 1 */

/* A colour is 0xRRGGBB; `cover` is its opacity, 0 … 1. Parts outside the picture are not drawn. picture_close frees
 * it. */
void picture_open(struct picture *picture, uint32_t width, uint32_t height, uint32_t color);
void picture_close(struct picture *picture);
void picture_dot(struct picture *picture, double x, double y, double radius, uint32_t color, double cover);
void picture_column(struct picture *picture, uint32_t x, double from, double until, uint32_t color); /* vertical */

/* Draws letters of 5 by 7 dots of `scale` pixels, one dot apart, from their upper left corner. */
void picture_text(struct picture *picture, uint32_t x, uint32_t y, uint32_t scale, uint32_t color, const char *text);

/* Replaces only an earlier picture. Errors: exists (any other file), full (the disk), io, denied, not_found. */
enum err picture_write(const struct picture *picture, const char *path, struct fault *fault);

#endif
