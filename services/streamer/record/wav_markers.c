#include "services/streamer/record/wav_markers.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

struct pen {
    uint8_t *at;
    size_t len;
};

/* Little-endian, like all of RIFF. */
static void put_marker_number(struct pen *pen, uint64_t value)
{
    for (int i = 0; i < 4; i++)
        pen->at[pen->len++] = (uint8_t)(value >> 8 * i);
}

static void put_name(struct pen *pen, const char *name)
{
    memcpy(pen->at + pen->len, name, 4);
    pen->len += 4;
}

static void put_size(struct pen *pen, size_t at)
{
    struct pen there = { pen->at, at };

    put_marker_number(&there, pen->len - at - 4);
}

static size_t begin_chunk(struct pen *pen, const char *name)
{
    put_name(pen, name);
    put_marker_number(pen, 0);
    return pen->len - 4;
}

static void put_marker(struct pen *pen, uint32_t number, uint64_t at)
{
    put_marker_number(pen, number);
    put_marker_number(pen, at);
    put_name(pen, "data");
    put_marker_number(pen, 0);
    put_marker_number(pen, 0);
    put_marker_number(pen, at);
}

static void put_label(struct pen *pen, uint32_t number, const struct wav_gap *gap, uint32_t rate)
{
    char words[64];
    size_t size = begin_chunk(pen, "labl"), len;

    (void)snprintf(words, sizeof(words), "%llu frame%s lost (%llu ms)", (unsigned long long)gap->frames,
                   text_plural(gap->frames), (unsigned long long)(gap->frames * 1000 / rate));
    len = strlen(words) + 1;
    put_marker_number(pen, number);
    memcpy(pen->at + pen->len, words, len);
    pen->len += len;
    put_size(pen, size);
    if (pen->len % 2)
        pen->at[pen->len++] = 0;
}

/* The length of the silence. */
static void put_length(struct pen *pen, uint32_t number, const struct wav_gap *gap)
{
    size_t size = begin_chunk(pen, "ltxt");

    put_marker_number(pen, number);
    put_marker_number(pen, gap->frames < UINT32_MAX ? gap->frames : UINT32_MAX);
    put_name(pen, "rgn ");
    put_marker_number(pen, 0);
    put_marker_number(pen, 0);
    put_size(pen, size);
}

size_t wav_markers(const struct wav_gaps *gaps, uint32_t rate, bool is_filled, uint8_t to[WAV_MARKERS_SIZE])
{
    uint32_t count = gaps->count < WAV_GAPS ? (uint32_t)gaps->count : WAV_GAPS;
    struct pen pen = { to, 0 };
    size_t size;

    while (count > 0 && gaps->each[count - 1].at > UINT32_MAX)
        count--;
    size = begin_chunk(&pen, "cue ");
    put_marker_number(&pen, count);
    for (uint32_t i = 0; i < count; i++)
        put_marker(&pen, i + 1, gaps->each[i].at);
    put_size(&pen, size);
    size = begin_chunk(&pen, "LIST");
    put_name(&pen, "adtl");
    for (uint32_t i = 0; i < count; i++) {
        put_label(&pen, i + 1, &gaps->each[i], rate);
        if (is_filled)
            put_length(&pen, i + 1, &gaps->each[i]);
    }
    put_size(&pen, size);
    return pen.len;
}
