#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

static void put_comment(struct buffer *to, const char *name, const char *value, size_t value_len)
{
    put_le(to, strlen(name) + value_len, 4), put_letters(to, name), buffer_add(to, value, value_len);
}

/* Two genres and an artist after a picture, as a block of comments. */
static struct buffer made_comments(size_t picture)
{
    struct buffer to = { 0 };
    char *letters = malloc(picture);

    memset(letters, 'A', picture);
    put_le(&to, 4, 4), put_letters(&to, "made"), put_le(&to, 4, 4);
    put_comment(&to, "METADATA_BLOCK_PICTURE=", letters, picture);
    put_comment(&to, "GENRE=", "Techno", 6), put_comment(&to, "artist=", "One", 3),
        put_comment(&to, "Genre=", "Ambient", 7);
    put_le(&to, 1, 1);
    free(letters);
    return to;
}

static void put_page(struct buffer *to, unsigned flags, unsigned number, const uint8_t *at, size_t len, bool ends)
{
    put_letters(to, "OggS"), put_le(to, 0, 1), put_le(to, flags, 1), put_le(to, 0, 8), put_le(to, 7, 4);
    put_le(to, number, 4), put_le(to, 0, 4), put_le(to, len / 255 + ends, 1);
    for (size_t i = 0; i < len / 255; i++)
        put_le(to, 255, 1);
    if (ends)
        put_le(to, len % 255, 1);
    buffer_add(to, at, len);
}

static struct buffer opus_of(const struct buffer *comments)
{
    enum { PAGE = 255 * 200 };
    struct buffer packet = { 0 }, ogg = { 0 };
    unsigned number = 1;

    put_letters(&packet, "OpusTags"), buffer_add(&packet, comments->at, comments->len);
    put_page(&ogg, 2, 0, (const uint8_t *)"OpusHead\1\1\0\0\0\0\0\0\0\0", 19, true);
    for (size_t at = 0; at < packet.len; at += PAGE, number++) {
        size_t left = packet.len - at;
        put_page(&ogg, at > 0, number, packet.at + at, left < PAGE ? left : PAGE, left < PAGE);
    }
    buffer_free(&packet);
    return ogg;
}

CLAIM(comments_after_a_picture_of_any_size_add_up)
{
    static const size_t pictures[] = { 10, 3000, 70000, 5 << 20 };
    for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++) {
        struct arena arena = { 0 };
        struct buffer comments = made_comments(pictures[i]), ogg = opus_of(&comments);
        struct labels labels = made_labels(&ogg, &arena);
        assert_word(&labels, "genre", "Techno; Ambient");
        assert_word(&labels, "artist", "One");
        buffer_free(&comments), buffer_free(&ogg), arena_free(&arena);
    }
}
