#include "services/search/index/touch.h"

enum { PAGE = 4096 };

static void touch_bytes(const void *at, size_t len)
{
    const volatile uint8_t *bytes = at;

    for (size_t i = 0; i < len; i += PAGE)
        (void)bytes[i];
}

static void touch_codes(const struct index *index, const struct facet_codes *codes)
{
    touch_bytes(codes->at, (size_t)codes->rows * codes->width);
    for (uint32_t i = 0; codes->count <= TOUCH_VALUES && i < codes->count; i++)
        touch_term(index, codes->terms[i]);
}

void touch_term(const struct index *index, uint32_t term)
{
    const struct posting *posting = terms_posting(&index->terms, term);

    if (posting->is_many)
        bitmap_touch(posting->many);
}

void touch_index(const struct index *index)
{
    const struct numbers *durations = index_numbers(index, TEXT("duration_s"));

    touch_bytes(index->lengths.at, index->lengths.count);
    if (durations)
        touch_bytes(durations->column.at, durations->column.count * durations->column.width);
    for (int field = 0; field < TERM_FIELDS; field++)
        if (index->codes.each[field].is_made)
            touch_codes(index, &index->codes.each[field]);
}
