#include "proto/wire/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void base64_write(struct buffer *to, struct bytes from)
{
    for (uint32_t i = 0; i < from.len; i += 3) {
        const uint32_t left = from.len - i;
        const uint32_t three = (uint32_t)from.at[i] << 16 | (left > 1 ? (uint32_t)from.at[i + 1] << 8 : 0) |
                               (left > 2 ? from.at[i + 2] : 0);
        const char four[4] = {
            digits[three >> 18],
            digits[three >> 12 & 63],
            left > 1 ? digits[three >> 6 & 63] : '=',
            left > 2 ? digits[three & 63] : '=',
        };

        buffer_add(to, four, sizeof(four));
    }
}

static uint32_t length_without_padding(struct text from)
{
    uint32_t len = from.len;

    for (int padding = 0; padding < 2 && len > 0 && from.at[len - 1] == '='; padding++)
        len--;
    return len;
}

bool base64_read(struct text from, struct arena *arena, struct bytes *to)
{
    const uint32_t len = length_without_padding(from);
    uint8_t *at = arena_alloc(arena, (size_t)len / 4 * 3 + 3);
    uint32_t bits = 0, made = 0;

    if (!at || len % 4 == 1 || (len != from.len && from.len % 4 != 0))
        return false;
    for (uint32_t i = 0; i < len; i++) {
        const int value = digit_value(from.at[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0)
            at[made++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *to = (struct bytes){ made, at };
    return true;
}
