#include "services/worker/tags/id3.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/genre.h"

enum {
    HEAD_SIZE = 10,
    TAGS_MAX = 8, /* consecutive ones */
    FRAMES_MAX = 4096,
    FRAME_READ_MAX = 1 << 16, /* bytes read of a frame: texts are shorter; longer frames are pictures */
    BLOCK = 4096,
    OLD_SIZE = 128,
};

enum { TAG_UNSYNC = 0x80, TAG_EXTENDED = 0x40, TAG_FOOTER = 0x10 };
enum { FRAME3_PACKED = 0xC0, FRAME4_PACKED = 0x0C, FRAME4_UNSYNC = 0x02, FRAME4_LENGTH = 0x01 };

struct id3_tag {
    unsigned version; /* 2, 3, 4 */
    unsigned flags;
    bool has_plain_sizes; /* of version 4, as some writers make it: 8 bits in each byte of a frame's size */
    struct input *input;
    int64_t at, end;   /* of the bytes after the header */
    bool is_escaped;   /* a zero that follows 0xFF is left out, in the whole tag */
    bool was_escape;   /* the last byte was 0xFF */
    int64_t window_at; /* offset of the window; `window` has `window_len` bytes of the file */
    size_t window_len;
    uint8_t window[BLOCK];
    uint8_t frame[FRAME_READ_MAX];
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

/* ---- the bytes of a tag ---- */

static bool next_byte(struct id3_tag *tag, uint8_t *byte)
{
    if (tag->at >= tag->end)
        return false;
    if (tag->at < tag->window_at || tag->at >= tag->window_at + (int64_t)tag->window_len) {
        tag->window_at = tag->at;
        tag->window_len = input_read(tag->input, tag->at, tag->window, BLOCK);
        if (tag->window_len == 0)
            return false;
    }
    *byte = tag->window[tag->at++ - tag->window_at];
    return true;
}

/* Reads bytes as the tag means them; returns their number, which is smaller at its end. */
static size_t read_bytes(struct id3_tag *tag, uint8_t *to, size_t len)
{
    size_t made = 0;

    while (made < len && next_byte(tag, &to[made])) {
        bool is_left_out = tag->is_escaped && tag->was_escape && to[made] == 0;
        tag->was_escape = to[made] == 0xFF;
        made += !is_left_out;
    }
    return made;
}

static void skip_bytes(struct id3_tag *tag, int64_t len)
{
    uint8_t unused[BLOCK];

    if (!tag->is_escaped)
        tag->at = len < tag->end - tag->at ? tag->at + len : tag->end;
    else
        while (len > 0) {
            size_t got = read_bytes(tag, unused, len < BLOCK ? (size_t)len : BLOCK);
            if (got == 0)
                break;
            len -= (int64_t)got;
        }
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

/* False for pictures and all else that says nothing. */
static bool is_said(const struct id3_tag *tag, const uint8_t *id)
{
    if (attribute_of(tag, id))
        return true;
    return tag->version == 2 ? memcmp(id, "COM", 3) == 0 : memcmp(id, "COMM", 4) == 0 || memcmp(id, "TXXX", 4) == 0;
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
    if ((flags & FRAME4_UNSYNC) || (tag->flags & TAG_UNSYNC))
        *len = undo_unsync(*at, *len);
    return true;
}

/* The head of a frame. */
struct id3_frame {
    uint8_t head[HEAD_SIZE];
    int64_t len; /* of what follows it */
};

/* The last character of an identifier of version 2.2 may be missing: some writers put these into tags of 2.3. */
static bool is_frame_id(const uint8_t *id, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum(id[i]) && !(i == 3 && (id[i] == ' ' || id[i] == 0)))
            return false;
    return true;
}

/* False: the end of the tag, its padding, or no frame. */
static bool next_frame(struct id3_tag *tag, struct id3_frame *frame)
{
    size_t size = tag->version == 2 ? 6 : HEAD_SIZE;

    if (read_bytes(tag, frame->head, size) < size || !is_frame_id(frame->head, tag->version == 2 ? 3 : 4))
        return false;
    frame->len = tag->version == 2                           ? endian_be24(frame->head + 3)
                 : tag->version == 3 || tag->has_plain_sizes ? endian_be32(frame->head + 4)
                                                             : sync_safe(frame->head + 4);
    return true;
}

static void say_frames(struct id3_tag *tag, struct labels *labels)
{
    struct id3_frame frame;

    for (int i = 0; i < FRAMES_MAX && next_frame(tag, &frame); i++) {
        uint8_t *inside = tag->frame;
        size_t len = 0;
        if (is_said(tag, frame.head))
            len = read_bytes(tag, tag->frame, frame.len < FRAME_READ_MAX ? (size_t)frame.len : FRAME_READ_MAX);
        skip_bytes(tag, frame.len - (int64_t)len);
        if (len > 0 && open_frame(tag, tag->version == 2 ? 0 : frame.head[9], &inside, &len))
            say_frame(tag, frame.head, inside, len, labels);
    }
}

/* ---- sizes of frames ---- */

static bool is_padding(struct id3_tag *tag)
{
    uint8_t byte = 0;

    while (byte == 0 && next_byte(tag, &byte))
        ;
    return byte == 0;
}

/* Counts the frames that follow one another; `is_whole`: up to the padding or to the tag's end. */
static int count_frames(struct id3_tag *tag, bool has_plain_sizes, bool *is_whole)
{
    const int64_t begin = tag->at;
    struct id3_frame frame;
    int count = 0;

    tag->has_plain_sizes = has_plain_sizes;
    *is_whole = false;
    for (int64_t at = begin; count < FRAMES_MAX; count++) {
        tag->at = at;
        if (!next_frame(tag, &frame)) {
            tag->at = at;
            *is_whole = is_padding(tag);
            break;
        }
        if (frame.len > tag->end - tag->at)
            break;
        at = tag->at + frame.len;
    }
    tag->at = begin;
    return count;
}

/* The sizes of version 2.4 have 7 bits in each byte, but some writers put 8. The tag has those with which its frames
 * follow one another to its end, or else further. */
static void choose_sizes(struct id3_tag *tag)
{
    bool is_safe_whole, is_plain_whole;
    int safe = count_frames(tag, false, &is_safe_whole);

    if (is_safe_whole)
        return;
    int plain = count_frames(tag, true, &is_plain_whole);
    tag->has_plain_sizes = is_plain_whole || plain > safe;
}

/* ---- tags ---- */

/* Skips the extended header, whose size versions 2.3 and 2.4 state differently. */
static void skip_extension(struct id3_tag *tag)
{
    uint8_t size[4];

    if (!(tag->flags & TAG_EXTENDED) || tag->version == 2 || read_bytes(tag, size, sizeof(size)) < sizeof(size))
        return;
    int64_t len = tag->version == 3 ? (int64_t)endian_be32(size) : (int64_t)sync_safe(size) - (int64_t)sizeof(size);
    skip_bytes(tag, len > 0 ? len : 0);
}

static void say_tag(struct id3_tag *tag, const uint8_t head[HEAD_SIZE], struct labels *labels)
{
    tag->version = head[3];
    tag->flags = head[5];
    tag->is_escaped = tag->flags & TAG_UNSYNC && tag->version < 4;
    tag->was_escape = tag->has_plain_sizes = false;
    skip_extension(tag);
    if (tag->version == 4)
        choose_sizes(tag);
    labels_begin_tag(labels);
    say_frames(tag, labels);
}

void id3_facts(struct input *input, int64_t at, int64_t end, struct labels *labels)
{
    struct id3_tag *tag = alloc_zeroed(1, sizeof(*tag));
    uint8_t head[HEAD_SIZE];

    tag->input = input;
    for (int i = 0; i < TAGS_MAX && input_fill(input, at, head, sizeof(head)) && is_head(head); i++) {
        int64_t len = sync_safe(head + 6);
        tag->at = at + HEAD_SIZE;
        tag->end = len < end - tag->at ? tag->at + len : end;
        say_tag(tag, head, labels);
        at += tag_size(head);
    }
    free(tag);
}

void id3_old_facts(struct input *input, int64_t at, struct labels *labels)
{
    uint8_t tag[OLD_SIZE];

    if (!input_fill(input, at, tag, sizeof(tag)) || memcmp(tag, "TAG", 3) != 0)
        return;
    labels_begin_tag(labels);
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
