#include "services/streamer/record/take_gaps.h"

/* Maximum of a gap: 66 days at 192 kHz; larger values are invalid. */
static const uint64_t FRAMES_MOST = UINT64_C(1) << 40;

uint64_t take_gaps_place(const struct wav *wav, uint64_t index)
{
    return index - wav->take.begin + (wav->take.is_filled ? wav->gaps.lost : 0);
}

/* Totals rise from gap to gap: a gap whose total exceeds the file's lost frames is new. */
bool take_gaps_next(const struct wav *wav, const struct capture_header *header, uint64_t *at, uint64_t *frames)
{
    uint64_t named = header->gaps < CAPTURE_GAPS ? header->gaps : CAPTURE_GAPS;

    for (uint64_t n = header->gaps - named; n < header->gaps; n++) {
        const struct capture_gap *gap = &header->gap[n % CAPTURE_GAPS];
        if (gap->total <= wav->gaps.lost || gap->total - wav->gaps.lost > FRAMES_MOST)
            continue;
        *at = gap->at;
        *frames = gap->total - wav->gaps.lost;
        return true;
    }
    return false;
}
