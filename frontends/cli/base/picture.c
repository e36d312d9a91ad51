#include "frontends/cli/base/picture.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/deflate.h"
#include "frontends/cli/base/resolve.h"

/* ---- words, with letters of 5 by 7 dots ---- */

/* Capitals become small letters; a character without a letter becomes '?'. */

enum { LETTER_WIDTH = 5, LETTER_HEIGHT = 7 };

/* Rows from the top; the leftmost dot is bit 4. */
static const struct {
    char letter;
    uint8_t rows[LETTER_HEIGHT];
} LETTERS[] = {
    { '#', { 0x0A, 0x0A, 0x1F, 0x0A, 0x1F, 0x0A, 0x0A } }, { '(', { 0x02, 0x04, 0x08, 0x08, 0x08, 0x04, 0x02 } },
    { ')', { 0x08, 0x04, 0x02, 0x02, 0x02, 0x04, 0x08 } }, { '+', { 0x00, 0x04, 0x04, 0x1F, 0x04, 0x04, 0x00 } },
    { ',', { 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x08 } }, { '-', { 0x00, 0x00, 0x00, 0x1F, 0x00, 0x00, 0x00 } },
    { '.', { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04 } }, { '/', { 0x01, 0x01, 0x02, 0x04, 0x08, 0x10, 0x10 } },
    { '0', { 0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E } }, { '1', { 0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E } },
    { '2', { 0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F } }, { '3', { 0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E } },
    { '4', { 0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02 } }, { '5', { 0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E } },
    { '6', { 0x0E, 0x10, 0x10, 0x1E, 0x11, 0x11, 0x0E } }, { '7', { 0x1F, 0x01, 0x02, 0x04, 0x04, 0x04, 0x04 } },
    { '8', { 0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E } }, { '9', { 0x0E, 0x11, 0x11, 0x0F, 0x01, 0x01, 0x0E } },
    { ':', { 0x00, 0x00, 0x04, 0x00, 0x00, 0x04, 0x00 } }, { '?', { 0x0E, 0x11, 0x01, 0x06, 0x04, 0x00, 0x04 } },
    { '_', { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1F } }, { 'a', { 0x00, 0x00, 0x0E, 0x01, 0x0F, 0x11, 0x0F } },
    { 'b', { 0x10, 0x10, 0x1E, 0x11, 0x11, 0x11, 0x1E } }, { 'c', { 0x00, 0x00, 0x0F, 0x10, 0x10, 0x10, 0x0F } },
    { 'd', { 0x01, 0x01, 0x0F, 0x11, 0x11, 0x11, 0x0F } }, { 'e', { 0x00, 0x00, 0x0E, 0x11, 0x1F, 0x10, 0x0E } },
    { 'f', { 0x06, 0x08, 0x1E, 0x08, 0x08, 0x08, 0x08 } }, { 'g', { 0x00, 0x0F, 0x11, 0x11, 0x0F, 0x01, 0x0E } },
    { 'h', { 0x10, 0x10, 0x1E, 0x11, 0x11, 0x11, 0x11 } }, { 'i', { 0x04, 0x00, 0x0C, 0x04, 0x04, 0x04, 0x0E } },
    { 'j', { 0x02, 0x00, 0x06, 0x02, 0x02, 0x12, 0x0C } }, { 'k', { 0x10, 0x10, 0x12, 0x14, 0x18, 0x14, 0x12 } },
    { 'l', { 0x0C, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E } }, { 'm', { 0x00, 0x00, 0x1A, 0x15, 0x15, 0x15, 0x15 } },
    { 'n', { 0x00, 0x00, 0x1E, 0x11, 0x11, 0x11, 0x11 } }, { 'o', { 0x00, 0x00, 0x0E, 0x11, 0x11, 0x11, 0x0E } },
    { 'p', { 0x00, 0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10 } }, { 'q', { 0x00, 0x0F, 0x11, 0x11, 0x0F, 0x01, 0x01 } },
    { 'r', { 0x00, 0x00, 0x16, 0x18, 0x10, 0x10, 0x10 } }, { 's', { 0x00, 0x00, 0x0F, 0x10, 0x0E, 0x01, 0x1E } },
    { 't', { 0x08, 0x08, 0x1E, 0x08, 0x08, 0x08, 0x06 } }, { 'u', { 0x00, 0x00, 0x11, 0x11, 0x11, 0x11, 0x0F } },
    { 'v', { 0x00, 0x00, 0x11, 0x11, 0x11, 0x0A, 0x04 } }, { 'w', { 0x00, 0x00, 0x11, 0x11, 0x15, 0x15, 0x0A } },
    { 'x', { 0x00, 0x00, 0x11, 0x0A, 0x04, 0x0A, 0x11 } }, { 'y', { 0x00, 0x11, 0x11, 0x0F, 0x01, 0x01, 0x0E } },
    { 'z', { 0x00, 0x00, 0x1F, 0x02, 0x04, 0x08, 0x1F } },
};

static const uint8_t *find_letter(char letter)
{
    const size_t count = sizeof(LETTERS) / sizeof(LETTERS[0]);

    if (letter >= 'A' && letter <= 'Z')
        letter = (char)(letter - 'A' + 'a');
    for (size_t i = 0; i < count; i++)
        if (LETTERS[i].letter == letter)
            return LETTERS[i].rows;
    return letter == ' ' ? NULL : find_letter('?');
}

static void put_dot(struct picture *picture, uint32_t x, uint32_t y, uint32_t scale, uint32_t color)
{
    for (uint32_t i = 0; i < scale; i++)
        picture_column(picture, x + i, y, y + scale, color);
}

void picture_text(struct picture *picture, uint32_t x, uint32_t y, uint32_t scale, uint32_t color, const char *text)
{
    for (; *text; text++) {
        const uint8_t *rows = find_letter(*text);

        if (((uint8_t)*text & 0xC0) == 0x80) /* within a character: its first byte already has a place */
            continue;
        for (uint32_t row = 0; rows && row < LETTER_HEIGHT; row++)
            for (uint32_t column = 0; column < LETTER_WIDTH; column++)
                if (rows[row] >> (LETTER_WIDTH - 1 - column) & 1)
                    put_dot(picture, x + column * scale, y + row * scale, scale, color);
        x += (LETTER_WIDTH + 1) * scale;
    }
}

/* ---- dots ---- */

void picture_open(struct picture *picture, uint32_t width, uint32_t height, uint32_t color)
{
    *picture = (struct picture){ width, height, alloc_bytes((size_t)width * height * 3) };
    for (size_t i = 0; i < (size_t)width * height; i++) {
        picture->rgb[3 * i] = (uint8_t)(color >> 16);
        picture->rgb[3 * i + 1] = (uint8_t)(color >> 8);
        picture->rgb[3 * i + 2] = (uint8_t)color;
    }
}

void picture_close(struct picture *picture)
{
    free(picture->rgb);
    *picture = (struct picture){ 0 };
}

static void blend_pixel(struct picture *picture, int64_t x, int64_t y, uint32_t color, double cover)
{
    uint8_t *at;

    if (x < 0 || y < 0 || x >= picture->width || y >= picture->height || !(cover > 0))
        return;
    at = picture->rgb + 3 * ((size_t)y * picture->width + (size_t)x);
    for (int i = 0; i < 3; i++) {
        double wanted = (double)(color >> (16 - 8 * i) & 255);
        at[i] = (uint8_t)lround(at[i] + (wanted - at[i]) * fmin(cover, 1));
    }
}

/* The edge of the dot is one pixel wide. */
void picture_dot(struct picture *picture, double x, double y, double radius, uint32_t color, double cover)
{
    if (!(fabs(x) < 2 * PICTURE_MOST && fabs(y) < 2 * PICTURE_MOST && radius < PICTURE_MOST))
        return;
    for (int64_t row = (int64_t)floor(y - radius); row <= (int64_t)ceil(y + radius); row++)
        for (int64_t column = (int64_t)floor(x - radius); column <= (int64_t)ceil(x + radius); column++) {
            double from_center = hypot((double)column - x, (double)row - y);
            blend_pixel(picture, column, row, color, cover * fmin(fmax(radius + 0.5 - from_center, 0), 1));
        }
}

void picture_column(struct picture *picture, uint32_t x, double from, double until, uint32_t color)
{
    double low = fmax(fmin(from, until), 0), high = fmin(fmax(from, until), picture->height);

    for (int64_t y = (int64_t)floor(low); (double)y < high; y++)
        blend_pixel(picture, x, y, color, fmin((double)y + 1, high) - fmax((double)y, low));
}

/* ---- PNG ---- */

static void add_u32(struct buffer *to, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

    buffer_add(to, bytes, sizeof(bytes));
}

static void add_chunk(struct buffer *to, const char *type, struct bytes data)
{
    uint32_t sum = deflate_sum(deflate_sum(0, bytes_of(type, 4)), data);

    add_u32(to, data.len);
    buffer_add(to, type, 4);
    buffer_add(to, data.at, data.len);
    add_u32(to, sum);
}

static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };

static void add_head(const struct picture *picture, struct buffer *to)
{
    static const uint8_t kind[5] = { 8, 2, 0, 0, 0 }; /* bits, RGB, and the only defined methods */
    struct buffer head = { 0 };

    add_u32(&head, picture->width);
    add_u32(&head, picture->height);
    buffer_add(&head, kind, sizeof(kind));
    buffer_add(to, signature, sizeof(signature));
    add_chunk(to, "IHDR", buffer_bytes(&head));
    buffer_free(&head);
}

/* Returns the rows, each after its filter number (0: none). */
static uint8_t *rows_of(const struct picture *picture, size_t *len)
{
    size_t row = (size_t)picture->width * 3;
    uint8_t *rows = alloc_bytes((row + 1) * picture->height);

    for (uint32_t y = 0; y < picture->height; y++) {
        rows[y * (row + 1)] = 0;
        memcpy(rows + y * (row + 1) + 1, picture->rgb + y * row, row);
    }
    *len = (row + 1) * picture->height;
    return rows;
}

static void add_pixels(const struct picture *picture, struct buffer *to)
{
    struct buffer packed = { 0 };
    size_t len;
    uint8_t *rows = rows_of(picture, &len);

    deflate_pack(bytes_of(rows, len), DEFLATE_ZLIB, &packed);
    add_chunk(to, "IDAT", buffer_bytes(&packed));
    free(rows);
    buffer_free(&packed);
}

enum err picture_write(const struct picture *picture, const char *path, struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = resolve_reach(path, fault);

    if (e != ERR_OK)
        return e;
    add_head(picture, &bytes);
    add_pixels(picture, &bytes);
    add_chunk(&bytes, "IEND", (struct bytes){ 0 });
    e = beneath_write_named(path, buffer_bytes(&bytes), bytes_of(signature, sizeof(signature)), 0644, fault);
    buffer_free(&bytes);
    return e;
}
