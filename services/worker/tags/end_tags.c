#include "services/worker/tags/end_tags.h"

#include <string.h>

#include "services/worker/tags/endian.h"

enum { OLD_ID3_SIZE = 128, APE_SIZE = 32, APE_SIZE_MAX = 64 << 20, LYRICS_SIZE = 15, TRAILERS_MAX = 8 };

static int64_t before_old_id3(struct input *input, int64_t end)
{
    uint8_t tag[3];

    return input_fill(input, end - OLD_ID3_SIZE, tag, 3) && memcmp(tag, "TAG", 3) == 0 ? end - OLD_ID3_SIZE : end;
}

/* The size in the footer counts items and footer; bit 31 of its flags says that a header precedes them. */
static int64_t before_ape(struct input *input, int64_t end)
{
    uint8_t foot[APE_SIZE];

    if (!input_fill(input, end - APE_SIZE, foot, sizeof(foot)) || memcmp(foot, "APETAGEX", 8) != 0)
        return end;
    int64_t size = endian_le32(foot + 12) + (int64_t)(endian_le32(foot + 20) >> 31) * APE_SIZE;
    return size >= APE_SIZE && size <= APE_SIZE_MAX && size <= end ? end - size : end;
}

/* Lyrics3 v2 is "LYRICSBEGIN" …, six digits of size, "LYRICS200". */
static int64_t before_lyrics(struct input *input, int64_t end)
{
    uint8_t foot[LYRICS_SIZE];
    int64_t size = LYRICS_SIZE;

    if (!input_fill(input, end - LYRICS_SIZE, foot, sizeof(foot)) || memcmp(foot + 6, "LYRICS200", 9) != 0)
        return end;
    for (int64_t i = 0, ten = 1; i < 6; i++, ten *= 10) {
        if (foot[5 - i] < '0' || foot[5 - i] > '9')
            return end;
        size += (foot[5 - i] - '0') * ten;
    }
    return size <= end ? end - size : end;
}

int64_t end_tags_start(struct input *input)
{
    int64_t end = input->size;

    for (int i = 0; i < TRAILERS_MAX; i++) {
        int64_t before = before_lyrics(input, before_ape(input, before_old_id3(input, end)));
        if (before == end)
            break;
        end = before;
    }
    return end;
}
