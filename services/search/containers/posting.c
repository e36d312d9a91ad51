#include "services/search/containers/posting.h"

#include <string.h>

static void become_many(struct posting *posting)
{
    posting->many = bitmap_of(posting->few, posting->count);
    posting->is_many = true;
}

static bool has_row(const struct posting *posting, uint32_t row)
{
    if (posting->is_many)
        return bitmap_has(posting->many, row);
    for (uint32_t i = 0; i < posting->count; i++)
        if (posting->few[i] == row)
            return true;
    return false;
}

void posting_add(struct posting *posting, uint32_t row)
{
    if (has_row(posting, row))
        return;
    if (!posting->is_many && posting->count == POSTING_FEW)
        become_many(posting);
    if (posting->is_many) {
        bitmap_add(posting->many, row);
    } else {
        posting->few[posting->count] = row;
        if (posting->count == 1 && row < posting->few[0]) {
            posting->few[1] = posting->few[0];
            posting->few[0] = row;
        }
    }
    posting->count++;
}

void posting_remove(struct posting *posting, uint32_t row)
{
    if (!has_row(posting, row))
        return;
    posting->count--;
    if (posting->is_many)
        bitmap_remove(posting->many, row);
    else if (posting->few[0] == row)
        posting->few[0] = posting->few[1];
}

void posting_free(struct posting *posting)
{
    if (posting->is_many)
        bitmap_free(posting->many);
    *posting = (struct posting){ 0 };
}

void posting_rows(const struct posting *posting, uint32_t *to)
{
    if (posting->is_many)
        bitmap_rows(posting->many, to);
    else
        memcpy(to, posting->few, posting->count * sizeof(*to));
}

uint32_t posting_first(const struct posting *posting, uint32_t *to, uint32_t most)
{
    uint32_t count = posting->count < most ? posting->count : most;

    if (posting->is_many)
        return bitmap_first(posting->many, to, most);
    memcpy(to, posting->few, count * sizeof(*to));
    return count;
}

void posting_or(const struct posting *posting, const struct bitmap *among, struct bitmap *to)
{
    if (posting->is_many && among)
        bitmap_or_both(to, posting->many, among);
    else if (posting->is_many)
        bitmap_or(to, posting->many);
    for (uint32_t i = 0; !posting->is_many && i < posting->count; i++)
        if (!among || bitmap_has(among, posting->few[i]))
            bitmap_add(to, posting->few[i]);
}

uint32_t posting_and_count(const struct posting *posting, const struct bitmap *with)
{
    uint32_t count = 0;

    if (posting->is_many)
        return bitmap_and_count(posting->many, with);
    for (uint32_t i = 0; i < posting->count; i++)
        count += bitmap_has(with, posting->few[i]);
    return count;
}

/* ---- in a file ---- */

void posting_write(const struct posting *posting, struct buffer *to)
{
    uint32_t rows[POSTING_FEW];
    size_t start;

    buffer_add(to, &posting->count, sizeof(posting->count));
    if (posting->count <= POSTING_FEW) {
        posting_rows(posting, rows);
        buffer_add(to, rows, posting->count * sizeof(rows[0]));
        return;
    }
    start = to->len + sizeof(uint32_t);
    buffer_add(to, "\0\0\0", sizeof(uint32_t));
    bitmap_write(posting->many, to);
    if (!to->failed) {
        uint32_t len = (uint32_t)(to->len - start);
        memcpy(to->at + start - sizeof(len), &len, sizeof(len));
    }
}

static bool copy_posting_bytes(const uint8_t **at, const uint8_t *end, void *to, size_t len)
{
    if ((size_t)(end - *at) < len)
        return false;
    memcpy(to, *at, len);
    *at += len;
    return true;
}

static bool read_few(struct posting *posting, const uint8_t **at, const uint8_t *end, uint32_t row_end)
{
    if (!copy_posting_bytes(at, end, posting->few, posting->count * sizeof(posting->few[0])))
        return false;
    for (uint32_t i = 0; i < posting->count; i++)
        if (posting->few[i] >= row_end)
            return false;
    return true;
}

static bool read_many(struct posting *posting, const uint8_t **at, const uint8_t *end, uint32_t row_end)
{
    uint32_t len;

    if (!copy_posting_bytes(at, end, &len, sizeof(len)) || (size_t)(end - *at) < len)
        return false;
    posting->many = bitmap_read(bytes_of(*at, len));
    posting->is_many = posting->many != NULL;
    *at += len;
    return posting->is_many && bitmap_count(posting->many) == posting->count && bitmap_last(posting->many) < row_end;
}

bool posting_read(struct posting *posting, const uint8_t **at, const uint8_t *end, uint32_t row_end)
{
    *posting = (struct posting){ 0 };
    if (!copy_posting_bytes(at, end, &posting->count, sizeof(posting->count)) || posting->count > row_end)
        return false;
    return posting->count <= POSTING_FEW ? read_few(posting, at, end, row_end) : read_many(posting, at, end, row_end);
}
