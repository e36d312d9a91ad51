#include "services/worker/tags/charset.h"

#include <string.h>

#include "services/worker/tags/endian.h"

enum { REPLACEMENT = 0xFFFD };

size_t charset_zero(enum charset charset)
{
    return charset == CHARSET_UTF16 || charset == CHARSET_UTF16BE ? 2 : 1;
}

size_t charset_length(const uint8_t *bytes, size_t len, enum charset charset)
{
    size_t unit = charset_zero(charset);

    for (size_t i = 0; i + unit <= len; i += unit)
        if (bytes[i] == 0 && bytes[i + unit - 1] == 0)
            return i;
    return len - len % unit;
}

/* ---- decoders of one character; each returns the bytes it used, at least 1 ---- */

struct letters {
    const uint8_t *at;
    size_t len;
    bool big;
};

static size_t next_latin1(const struct letters *in, uint32_t *character)
{
    *character = in->at[0];
    return 1;
}

static size_t next_utf8(const struct letters *in, uint32_t *character)
{
    uint8_t first = in->at[0];
    size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    *character = REPLACEMENT;
    if (len > in->len || !text_is_utf8((struct text){ (uint32_t)len, (const char *)in->at }))
        return 1;
    *character = len == 1 ? first : first & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++)
        *character = *character << 6 | (in->at[i] & 0x3F);
    return len;
}

static size_t next_utf16(const struct letters *in, uint32_t *character)
{
    uint16_t (*two)(const uint8_t *) = in->big ? endian_be16 : endian_le16;

    *character = REPLACEMENT;
    if (in->len < 2)
        return 1;
    uint32_t high = two(in->at);
    if (high < 0xD800 || high > 0xDFFF) {
        *character = high;
        return 2;
    }
    uint32_t low = in->len >= 4 ? two(in->at + 2) : 0;
    if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
        return 2;
    *character = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 4;
}

/* ---- output ---- */

static uint32_t put_utf8(char *to, uint32_t c)
{
    static const uint8_t marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    uint32_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (uint32_t i = len - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(marks[len] | c);
    return len;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static struct text trim_text(struct text t)
{
    while (t.len > 0 && t.at[t.len - 1] == ' ')
        t.len--;
    while (t.len > 0 && *t.at == ' ') {
        t.at++;
        t.len--;
    }
    return t;
}

static size_t (*choose_next(struct letters *in, enum charset charset))(const struct letters *, uint32_t *)
{
    bool mark = in->len >= 2 && charset == CHARSET_UTF16;

    in->big = charset == CHARSET_UTF16BE || (mark && in->at[0] == 0xFE && in->at[1] == 0xFF);
    if (mark && (in->big || (in->at[0] == 0xFF && in->at[1] == 0xFE))) {
        in->at += 2;
        in->len -= 2;
    }
    if (charset == CHARSET_GUESS)
        charset =
            text_is_utf8((struct text){ (uint32_t)in->len, (const char *)in->at }) ? CHARSET_UTF8 : CHARSET_LATIN1;
    if (charset == CHARSET_LATIN1)
        return next_latin1;
    return charset == CHARSET_UTF8 ? next_utf8 : next_utf16;
}

struct text charset_read(struct arena *arena, const uint8_t *bytes, size_t len, enum charset charset, uint32_t max_len)
{
    struct letters in = { .at = bytes, .len = charset_length(bytes, len, charset) };
    size_t (*next)(const struct letters *, uint32_t *) = choose_next(&in, charset);
    char *to = arena_alloc(arena, (size_t)max_len + 4);
    uint32_t made = 0, character;

    while (in.len > 0) {
        size_t took = next(&in, &character);
        in.at += took;
        in.len -= took;
        char encoded[4];
        uint32_t size = put_utf8(encoded, is_control(character) ? ' ' : character);
        if (made + size > max_len)
            break;
        memcpy(to + made, encoded, size);
        made += size;
    }
    return trim_text((struct text){ made, to });
}
