#include "services/worker/tags/id3.h"

#include <string.h>

#include "services/worker/tags/endian.h"
#include "services/worker/tags/genre.h"

enum {
    HEAD_SIZE = 10,
    TAGS_MAX = 8,           /* consecutive ones */
    TAG_READ_MAX = 4 << 20, /* bytes read of one tag; pictures may come first */
    FRAMES_MAX = 4096,
    OLD_SIZE = 128,
};

enum { TAG_UNSYNC = 0x80, TAG_EXTENDED = 0x40, TAG_FOOTER = 0x10 };
enum { FRAME3_PACKED = 0xC0, FRAME4_PACKED = 0x0C, FRAME4_UNSYNC = 0x02, FRAME4_LENGTH = 0x01 };

struct id3_tag {
    unsigned version; /* 2, 3, 4 */
    unsigned flags;
    uint8_t *at; /* the bytes after the header */
    size_t len;
};

/* 28 bits, 7 in each byte. */
static uint32_t sync_safe(const uint8_t at[4])
{
    return (uint32_t)(at[0] & 0x7F) << 21 | (uint32_t)(at[1] & 0x7F) << 14 | (uint32_t)(at[2] & 0x7F) << 7 |
           (at[3] & 0x7F);
}

static bool is_head(const uint8_t head[HEAD_SIZE])
{
    return memcmp(head, "ID3", 3) == 0 && head[3] >= 2 && head[3] <= 4 && head[4] != 0xFF &&
           ((head[6] | head[7] | head[8] | head[9]) & 0x80) == 0;
}

static int64_t tag_size(const uint8_t head[HEAD_SIZE])
{
    return HEAD_SIZE + (int64_t)sync_safe(head + 6) + (head[3] == 4 && head[5] & TAG_FOOTER ? HEAD_SIZE : 0);
}

int64_t id3_skip(struct input *input, int64_t at)
{
    uint8_t head[HEAD_SIZE];

    for (int i = 0; i < TAGS_MAX && input_fill(input, at, head, sizeof(head)) && is_head(head); i++)
        at += tag_size(head);
    return at;
}

/* Removes the zero after each 0xFF and returns the new length. */
static size_t undo_unsync(uint8_t *at, size_t len)
{
    size_t made = 0;

    for (size_t i = 0; i < len; i++) {
        at[made++] = at[i];
        if (at[i] == 0xFF && i + 1 < len && at[i + 1] == 0)
            i++;
    }
    return made;
}

/* ---- frames ---- */

static const struct {
    char id[5];
    char old_id[4]; /* of version 2.2 */
    const char *attribute;
} names[] = {
    { "TIT2", "TT2", "title" },
    { "TPE1", "TP1", "artist" },
    { "TALB", "TAL", "album" },
    { "TCON", "TCO", "genre" },
    { "TDRC", "", "year" },
    { "TYER", "TYE", "year" },
    { "TBPM", "TBP", "bpm" },
    { "TKEY", "TKE", "key" },
    { "TRCK", "TRK", "track" },
    { "TCOM", "TCM", "composer" },
    { "TPE2", "TP2", "album_artist" },
    { "TPE4", "TP4", "remixer" },
    { "TCOP", "TCR", "copyright" },
    { "TPUB", "TPB", "publisher" },
    { "TSSE", "TSS", "software" },
    { "TIT1", "TT1", "grouping" },
    { "TIT3", "TT3", "subtitle" },
    { "TENC", "TEN", "encoded_by" },
};

static const char *attribute_of(const struct id3_tag *tag, const uint8_t *id)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (tag->version == 2 ? memcmp(names[i].old_id, id, 3) == 0 : memcmp(names[i].id, id, 4) == 0)
            return names[i].attribute;
    return NULL;
}

/* A comment is the charset's byte, 3 letters of language, a description that ends in a zero, then the text. Comments
 * with a description (iTunNORM) are a program's own data, so they are skipped. */
static void say_comment(const uint8_t *at, size_t len, struct labels *labels)
{
    if (len < 5 || at[0] > CHARSET_UTF8)
        return;
    size_t described = charset_length(at + 4, len - 4, at[0]), begin = 4 + described + charset_zero(at[0]);
    bool plain = described == 0 || (at[0] == CHARSET_UTF16 && described == 2);
    if (plain && begin < len)
        labels_words(labels, "comment", at + begin, len - begin, at[0]);
}

/* A person's own text: the charset's byte, a description that ends in a zero, then the text. */
static void say_own_text(const uint8_t *at, size_t len, struct labels *labels)
{
    if (len < 2 || at[0] > CHARSET_UTF8)
        return;
    size_t begin = 1 + charset_length(at + 1, len - 1, at[0]) + charset_zero(at[0]);
    struct text description = charset_read(labels->arena, at + 1, len - 1, at[0], 32);
    if (begin >= len)
        return;
    if (text_is(description, "KEYWORDS"))
        labels_words(labels, "keywords", at + begin, len - begin, at[0]);
    if (text_is(description, "comment")) /* so writes FFmpeg */
        labels_words(labels, "comment", at + begin, len - begin, at[0]);
}

static void say_frame(const struct id3_tag *tag, const uint8_t *id, const uint8_t *at, size_t len,
                      struct labels *labels)
{
    const char *attribute = attribute_of(tag, id);

    if (attribute && len > 1 && at[0] <= CHARSET_UTF8)
        labels_words(labels, attribute, at + 1, len - 1, at[0]);
    else if (memcmp(id, tag->version == 2 ? "COM" : "COMM", tag->version == 2 ? 3 : 4) == 0)
        say_comment(at, len, labels);
    else if (tag->version > 2 && memcmp(id, "TXXX", 4) == 0)
        say_own_text(at, len, labels);
}

/* Undoes the encodings that a frame's flags name. False: compressed or encrypted. */
static bool open_frame(const struct id3_tag *tag, unsigned flags, uint8_t **at, size_t *len)
{
    if (tag->version == 3)
        return !(flags & FRAME3_PACKED);
    if (tag->version == 2)
        return true;
    if (flags & FRAME4_PACKED)
        return false;
    if (flags & FRAME4_LENGTH) {
        if (*len < 4)
            return false;
        *at += 4;
        *len -= 4;
    }
    if (flags & FRAME4_UNSYNC)
        *len = undo_unsync(*at, *len);
    return true;
}

static void say_frames(const struct id3_tag *tag, size_t begin, struct labels *labels)
{
    size_t head = tag->version == 2 ? 6 : 10, at = begin;

    for (int i = 0; i < FRAMES_MAX && at + head <= tag->len && tag->at[at] != 0; i++) {
        const uint8_t *frame = tag->at + at;
        size_t len = tag->version == 2   ? endian_be24(frame + 3)
                     : tag->version == 3 ? endian_be32(frame + 4)
                                         : sync_safe(frame + 4);
        size_t left = tag->len - at - head;
        uint8_t *inside = tag->at + at + head;
        size_t inside_len = len < left ? len : left;
        if (open_frame(tag, tag->version == 2 ? 0 : frame[9], &inside, &inside_len))
            say_frame(tag, frame, inside, inside_len, labels);
        at += head + (len < left ? len : left);
    }
}

/* ---- tags ---- */

/* The size of the extended header, which versions 2.3 and 2.4 state differently. */
static size_t extended_size(const struct id3_tag *tag)
{
    if (!(tag->flags & TAG_EXTENDED) || tag->version == 2 || tag->len < 4)
        return 0;
    size_t size = tag->version == 3 ? (size_t)endian_be32(tag->at) + 4 : sync_safe(tag->at);
    return size < tag->len ? size : tag->len;
}

static void say_tag(struct input *input, int64_t at, size_t len, const uint8_t head[HEAD_SIZE], struct labels *labels)
{
    struct id3_tag tag = { .version = head[3], .flags = head[5], .at = arena_alloc(labels->arena, len) };

    tag.len = input_read(input, at, tag.at, len);
    if (tag.flags & TAG_UNSYNC && tag.version < 4)
        tag.len = undo_unsync(tag.at, tag.len);
    say_frames(&tag, extended_size(&tag), labels);
}

void id3_facts(struct input *input, int64_t at, int64_t end, struct labels *labels)
{
    uint8_t head[HEAD_SIZE];

    for (int i = 0; i < TAGS_MAX && input_fill(input, at, head, sizeof(head)) && is_head(head); i++) {
        int64_t len = sync_safe(head + 6), room = end - at - HEAD_SIZE;
        if (len > room)
            len = room;
        if (len > TAG_READ_MAX)
            len = TAG_READ_MAX;
        if (len > 0)
            say_tag(input, at + HEAD_SIZE, (size_t)len, head, labels);
        at += tag_size(head);
    }
}

void id3_old_facts(struct input *input, int64_t at, struct labels *labels)
{
    uint8_t tag[OLD_SIZE];

    if (!input_fill(input, at, tag, sizeof(tag)) || memcmp(tag, "TAG", 3) != 0)
        return;
    labels_words(labels, "title", tag + 3, 30, CHARSET_GUESS);
    labels_words(labels, "artist", tag + 33, 30, CHARSET_GUESS);
    labels_words(labels, "album", tag + 63, 30, CHARSET_GUESS);
    labels_words(labels, "year", tag + 93, 4, CHARSET_GUESS);
    labels_words(labels, "comment", tag + 97, 30, CHARSET_GUESS);
    if (tag[125] == 0 && tag[126] != 0)
        labels_number(labels, "track", tag[126], 1, 255);
    const char *genre = genre_name(tag[127]);
    if (genre)
        labels_words(labels, "genre", (const uint8_t *)genre, strlen(genre), CHARSET_UTF8);
}
