/* A set is read from bytes only if they are valid: rows that do not rise, or a wrong count, are refused. Its chunks
 * contain its rows, in every representation. */
#include <stdlib.h>
#include <string.h>

#include "services/search/containers/bitmap.h"
#include "tests/unit/claim.h"

static struct buffer write_bitmap(uint32_t first, uint32_t count, uint32_t step)
{
    struct bitmap *bitmap = bitmap_new();
    struct buffer bytes = { 0 };

    for (uint32_t i = 0; i < count; i++)
        bitmap_add(bitmap, first + i * step);
    bitmap_write(bitmap, &bytes);
    bitmap_free(bitmap);
    assert_false(bytes.failed);
    return bytes;
}

static void is_read(const void *bytes, size_t len, uint32_t rows)
{
    struct bitmap *bitmap = bitmap_read(bytes_of(bytes, len));

    assert_int_equal(bitmap != NULL, rows > 0);
    if (bitmap)
        assert_int_equal(bitmap_count(bitmap), rows);
    bitmap_free(bitmap);
}

CLAIM(few_rows_are_stored_in_rising_order)
{
    struct buffer bytes = write_bitmap(70000, 10, 3);
    uint8_t *last = bytes.at + bytes.len - 2;

    is_read(bytes.at, bytes.len, 10);
    last[-1] = 0xe0;
    is_read(bytes.at, bytes.len, 0);
    memcpy(last - 2, last, 2);
    is_read(bytes.at, bytes.len, 0);
    buffer_free(&bytes);
}

CLAIM(the_count_of_many_rows_is_right)
{
    struct buffer bytes = write_bitmap(0, 20000, 2);

    is_read(bytes.at, bytes.len, 20000);
    bytes.at[bytes.len / 2] ^= 2;
    is_read(bytes.at, bytes.len, 0);
    buffer_free(&bytes);
}

/* RoaringFormatSpec: cookie and containers, which of them are runs, key and rows - 1, then the runs: first and more. */
CLAIM(overlapping_runs_are_refused)
{
    const uint16_t runs[][4] = { { 1, 2, 10, 2 }, { 1, 9, 5, 2 }, { 10, 2, 1, 2 }, { 1, 2, 65535, 3 } };

    for (int i = 0; i < 4; i++) {
        uint8_t bytes[19] = { 12347 & 0xff, 12347 >> 8, 0, 0, 1 };
        uint16_t body[] = { 0, 5, 2, runs[i][0], runs[i][1], runs[i][2], runs[i][3] };

        memcpy(bytes + 5, body, sizeof(body));
        is_read(bytes, sizeof(bytes), i == 0 ? 6 : 0);
    }
}

/* All chunks of a set, one after the other, are its rows. */
static void chunks_are_the_rows(const struct bitmap *bitmap, uint32_t chunks)
{
    uint32_t count = bitmap_count(bitmap), at = 0, *rows = malloc((count + 1) * sizeof(*rows));
    uint16_t *room = malloc(BITMAP_CHUNK * sizeof(*room));

    assert_non_null(rows);
    assert_non_null(room);
    bitmap_rows(bitmap, rows);
    assert_int_equal(bitmap_chunks(bitmap), chunks);
    for (uint32_t i = 0; i < chunks; i++) {
        struct bitmap_chunk chunk = bitmap_chunk(bitmap, i, room);
        assert_true(chunk.count <= count - at);
        for (uint32_t j = 0; j < chunk.count; j++)
            assert_int_equal(chunk.first + chunk.at[j], rows[at++]);
    }
    assert_int_equal(at, count);
    free(rows);
    free(room);
}

CLAIM(chunks_hold_the_rows_however_they_are_kept)
{
    const uint8_t runs[19] = { 12347 & 0xff, 12347 >> 8, 0, 0, 1, 2, 0, 5, 0, 2, 0, 1, 0, 2, 0, 10, 0, 2, 0 };
    struct bitmap *bitmap = bitmap_new();

    assert_non_null(bitmap);
    chunks_are_the_rows(bitmap, 0);
    for (uint32_t row = 5; row < 65536; row += 1000)
        bitmap_add(bitmap, row);
    for (uint32_t row = 3 * 65536; row < 4 * 65536; row += 2)
        bitmap_add(bitmap, row);
    bitmap_add(bitmap, UINT32_MAX);
    chunks_are_the_rows(bitmap, 3);
    bitmap_free(bitmap);
    bitmap = bitmap_read(bytes_of(runs, sizeof(runs)));
    assert_non_null(bitmap);
    chunks_are_the_rows(bitmap, 1);
    bitmap_free(bitmap);
}
