#include "services/worker/tags/ogg.h"

#include <string.h>

#include "services/worker/tags/endian.h"
#include "services/worker/tags/flac.h"
#include "services/worker/tags/vorbis.h"

enum { PAGE_HEAD = 27, FIRST_PAGE = 2, SEARCH_MAX = 1 << 16, SEGMENT_FULL = 255 };
enum {
    PAGE_HEAD_MAX = PAGE_HEAD + 255,
    PAGES_MAX = 1 << 18 /* a gigabyte of usual pages: a stream that begins later is not noticed */
};
static const char LATER_STREAMS[] = "further streams follow in the Ogg file: only the first one is heard";

static const struct {
    const char *magic;
    size_t len;
    enum ogg_codec codec;
    uint32_t headers;
    const char *name;
} codecs[] = {
    { "\1vorbis", 7, OGG_VORBIS, 3, "vorbis" },  { "OpusHead", 8, OGG_OPUS, 2, "opus" },
    { "\177FLAC", 5, OGG_FLAC, 2, "flac" },      { "Speex   ", 8, OGG_SPEEX, 2, "speex" },
    { "\200theora", 7, OGG_VIDEO, 3, "theora" }, { "BBCD\0", 5, OGG_VIDEO, 1, "dirac" },
};

static const uint8_t *page_data(const struct ogg *ogg)
{
    return ogg->page + PAGE_HEAD + ogg->page[26];
}

static size_t page_data_len(const struct ogg *ogg)
{
    size_t head = PAGE_HEAD + (size_t)ogg->page[26];

    return ogg->len > head ? ogg->len - head : 0;
}

/* The first packet of a stream names the codec, and so the number of header packets. */
static void begin_stream(struct ogg *ogg)
{
    const uint8_t *data = page_data(ogg);
    size_t len = page_data_len(ogg);

    ogg->serial = endian_le32(ogg->page + 14);
    ogg->under_way = true;
    ogg->packet = 0;
    ogg->codec = OGG_UNKNOWN;
    ogg->headers = 1;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
        if (len >= codecs[i].len && memcmp(data, codecs[i].magic, codecs[i].len) == 0) {
            ogg->codec = codecs[i].codec;
            ogg->headers = codecs[i].headers;
        }
    if (ogg->codec == OGG_FLAC && len >= 9 && endian_be16(data + 7) > 0)
        ogg->headers = 1u + endian_be16(data + 7);
}

/* The offset of the next page, at or shortly after `at`; -1: none. */
static int64_t find_page(struct input *input, int64_t at)
{
    uint8_t bytes[4096];

    for (int64_t stop = at + SEARCH_MAX; at < stop; at += (int64_t)sizeof(bytes) - 3) {
        size_t len = input_read(input, at, bytes, sizeof(bytes));
        const uint8_t *found = len < 4 ? NULL : memmem(bytes, len, "OggS", 4);
        if (found)
            return at + (found - bytes);
        if (len < sizeof(bytes))
            break;
    }
    return -1;
}

/* Reads at most `most` bytes of the next page, which usually begins where the last one ends. */
static bool load_page(struct ogg *ogg, size_t most)
{
    int64_t at = ogg->next;

    ogg->len = input_read(ogg->input, at, ogg->page, most);
    if (ogg->len < 4 || memcmp(ogg->page, "OggS", 4) != 0) {
        at = find_page(ogg->input, at);
        ogg->len = at < 0 ? 0 : input_read(ogg->input, at, ogg->page, most);
    }
    if (at < 0 || at >= ogg->end || ogg->len < PAGE_HEAD || ogg->len < PAGE_HEAD + (size_t)ogg->page[26])
        return false;
    size_t size = PAGE_HEAD + (size_t)ogg->page[26];
    for (unsigned i = 0; i < ogg->page[26]; i++)
        size += ogg->page[PAGE_HEAD + i];
    if (ogg->len > size)
        ogg->len = size;
    ogg->next = at + (int64_t)size;
    ogg->segment = 0;
    ogg->at = 0;
    return true;
}

/* Reads the next page of the current stream, or of one chained after it. Pages of multiplexed streams are skipped. */
static bool next_page(struct ogg *ogg)
{
    while (load_page(ogg, sizeof(ogg->page))) {
        bool ours = ogg->under_way && endian_le32(ogg->page + 14) == ogg->serial;
        if (ogg->page[5] & FIRST_PAGE && (!ogg->under_way || ogg->packet > ogg->headers))
            begin_stream(ogg);
        else if (!ours)
            continue;
        return true;
    }
    return false;
}

bool ogg_open(struct ogg *ogg, struct input *input)
{
    uint8_t magic[4];

    *ogg = (struct ogg){ .input = input, .end = input->size };
    return input_fill(input, 0, magic, 4) && memcmp(magic, "OggS", 4) == 0 && next_page(ogg);
}

bool ogg_next(struct ogg *ogg, struct ogg_piece *piece)
{
    while (ogg->segment >= ogg->page[26])
        if (!next_page(ogg))
            return false;
    size_t size = 0, there = page_data_len(ogg);
    uint8_t lacing = SEGMENT_FULL;
    while (ogg->segment < ogg->page[26] && lacing == SEGMENT_FULL) {
        lacing = ogg->page[PAGE_HEAD + ogg->segment++];
        size += lacing;
    }
    *piece = (struct ogg_piece){ .at = page_data(ogg) + (ogg->at < there ? ogg->at : there),
                                 .len = ogg->at >= there          ? 0
                                        : ogg->at + size <= there ? size
                                                                  : there - ogg->at,
                                 .ends = lacing < SEGMENT_FULL,
                                 .header = ogg->packet < ogg->headers,
                                 .packet = ogg->packet };
    ogg->at += size;
    ogg->packet += piece->ends;
    return true;
}

static const char *codec_name(enum ogg_codec codec)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
        if (codecs[i].codec == codec)
            return codecs[i].name;
    return "ogg";
}

bool ogg_payload(struct ogg *ogg, struct payload *payload)
{
    const uint8_t *data = page_data(ogg);
    size_t len = page_data_len(ogg);

    *payload = (struct payload){ .announced = -1 };
    strncpy(payload->codec, codec_name(ogg->codec), sizeof(payload->codec) - 1);
    if (ogg->codec == OGG_VORBIS && len >= 16) {
        payload->channels = data[11];
        payload->rate = endian_le32(data + 12);
    } else if (ogg->codec == OGG_OPUS && len >= 10) {
        payload->channels = data[9];
        payload->rate = 48000;
    } else if (ogg->codec == OGG_FLAC && len >= 17 + FLAC_STREAMINFO_SIZE) {
        flac_streaminfo(data + 17, payload);
    }
    return ogg->codec != OGG_UNKNOWN;
}

/* ---- comments ---- */

static const struct {
    enum ogg_codec codec;
    const char *magic;
    size_t len;
} comment_heads[] = { { OGG_VORBIS, "\3vorbis", 7 }, { OGG_OPUS, "OpusTags", 8 }, { OGG_SPEEX, "", 0 } };

/* The bytes of a comment packet before its comments; -1: another packet. */
static int comments_begin(const struct ogg *ogg, const struct ogg_piece *piece)
{
    for (size_t i = 0; i < sizeof(comment_heads) / sizeof(*comment_heads); i++)
        if (comment_heads[i].codec == ogg->codec && piece->len >= comment_heads[i].len &&
            memcmp(piece->at, comment_heads[i].magic, comment_heads[i].len) == 0)
            return (int)comment_heads[i].len;
    return ogg->codec == OGG_FLAC && piece->len > 4 && (piece->at[0] & 0x7F) == 4 ? 4 : -1;
}

/* A stream that begins after others: a radio program, or two files put together. Only the first is heard. Streams that
 * belong together begin together; the number of a later one can be that of the first. */
static bool has_later_stream(struct ogg *ogg)
{
    bool is_under_way = false;

    ogg->next = 0;
    for (uint32_t i = 0; i < PAGES_MAX && load_page(ogg, PAGE_HEAD_MAX); i++) {
        const bool begins = ogg->page[5] & FIRST_PAGE;

        if (begins && is_under_way)
            return true;
        is_under_way = is_under_way || !begins;
    }
    return false;
}

void ogg_facts(struct input *input, struct labels *labels)
{
    struct ogg *ogg = arena_alloc(labels->arena, sizeof(*ogg));
    struct vorbis vorbis;
    struct ogg_piece piece;
    bool more = ogg_open(ogg, input), is_comments = false, is_first = true;

    for (; more && ogg_next(ogg, &piece) && piece.header; is_first = piece.ends) {
        int begin = is_first && piece.packet > 0 ? comments_begin(ogg, &piece) : -1;

        if (is_first)
            is_comments = begin >= 0;
        if (begin >= 0)
            vorbis_begin(&vorbis, labels);
        if (is_comments)
            vorbis_take(&vorbis, piece.at + (begin > 0 ? begin : 0), piece.len - (size_t)(begin > 0 ? begin : 0));
        if (is_comments && piece.ends)
            vorbis_end(&vorbis);
    }
    if (has_later_stream(ogg))
        labels_words(labels, "truncated", (const uint8_t *)LATER_STREAMS, strlen(LATER_STREAMS), CHARSET_UTF8);
}
