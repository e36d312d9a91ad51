#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct text text_of(const char *zero_terminated)
{
    return (struct text){ zero_terminated ? (uint32_t)strlen(zero_terminated) : 0, zero_terminated };
}

bool text_equal(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool text_equal_caseless(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.at, b.at, a.len) == 0);
}

bool text_is(struct text a, const char *zero_terminated)
{
    return text_equal(a, text_of(zero_terminated));
}

bool text_is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

int text_compare(struct text a, struct text b)
{
    uint32_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    return text_compare((struct text){ a.len, (const char *)a.at }, (struct text){ b.len, (const char *)b.at });
}

struct text text_cut(struct text *rest, char end)
{
    const char *found = rest->len ? memchr(rest->at, end, rest->len) : NULL;
    const struct text cut = { found ? (uint32_t)(found - rest->at) : rest->len, rest->at };
    const uint32_t taken = cut.len + (found != NULL);

    *rest = (struct text){ rest->len - taken, taken ? rest->at + taken : rest->at };
    return cut;
}

bool text_starts(struct text a, struct text start)
{
    return a.len >= start.len && text_equal((struct text){ start.len, a.at }, start);
}

bool text_ends(struct text a, struct text end)
{
    return a.len >= end.len && text_equal((struct text){ end.len, a.at + a.len - end.len }, end);
}

bool text_copy(char *to, size_t size, struct text from)
{
    size_t len = from.len < size ? from.len : size ? size - 1 : 0;

    if (len)
        memcpy(to, from.at, len);
    if (size)
        to[len] = '\0';
    return from.len < size;
}

/* Returns the bytes of the sequence that `lead` begins; 0 if it cannot begin one. The range of the second byte excludes
 * overlong forms, surrogates and numbers above U+10FFFF (RFC 3629, section 4). */
static uint32_t sequence_length(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static bool sequence_is_whole(const uint8_t *at, uint32_t len, uint8_t low, uint8_t high)
{
    for (uint32_t i = 1; i < len; i++) {
        if (at[i] < (i == 1 ? low : 0x80) || at[i] > (i == 1 ? high : 0xBF))
            return false;
    }
    return true;
}

uint32_t text_characters(struct text t)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < t.len; i++)
        count += (t.at[i] & 0xC0) != 0x80;
    return count;
}

uint32_t text_character(struct text t)
{
    const uint8_t *at = (const uint8_t *)t.at;
    uint8_t low, high;
    uint32_t len;

    if (t.len == 0)
        return 0;
    len = sequence_length(at[0], &low, &high);
    return len <= t.len && sequence_is_whole(at, len, low, high) ? len : 0;
}

/* Counts the ASCII bytes at the start, eight at a time, because most texts have no others. */
static uint32_t ascii_length(struct text t)
{
    uint64_t eight;
    uint32_t i = 0;

    for (; t.len - i >= sizeof(eight); i += (uint32_t)sizeof(eight)) {
        memcpy(&eight, t.at + i, sizeof(eight));
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < t.len && (uint8_t)t.at[i] < 0x80)
        i++;
    return i;
}

bool text_is_utf8(struct text t)
{
    for (uint32_t i = ascii_length(t), len; i < t.len; i += len) {
        len = text_character((struct text){ t.len - i, t.at + i });
        if (len == 0)
            return false;
    }
    return true;
}

uint32_t text_repair(char *to, uint32_t max, struct text from)
{
    uint32_t used = 0;

    for (uint32_t at = 0, len; at < from.len; at += len ? len : 1) {
        len = text_character((struct text){ from.len - at, from.at + at });
        struct text put = len ? (struct text){ len, from.at + at } : TEXT(TEXT_REPLACEMENT);
        if (put.len > max - used)
            break;
        memcpy(to + used, put.at, put.len);
        used += put.len;
    }
    return used;
}

const char *text_extension(struct bytes path, char to[TEXT_EXTENSION_SIZE])
{
    const uint8_t *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
    const uint8_t *name = slash ? slash + 1 : path.at, *end = path.at + path.len;
    const uint8_t *dot = path.len ? memrchr(name, '.', (size_t)(end - name)) : NULL;
    size_t len = dot && dot != name ? (size_t)(end - dot) - 1 : 0;

    if (len >= TEXT_EXTENSION_SIZE || (len > 0 && !text_is_utf8((struct text){ (uint32_t)len, (const char *)dot + 1 })))
        len = 0;
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(dot[1 + i] >= 'A' && dot[1 + i] <= 'Z' ? dot[1 + i] + ('a' - 'A') : dot[1 + i]);
    to[len] = '\0';
    return to;
}

/* Decodes a whole character. */
static uint32_t code_point(const uint8_t *at, uint32_t len)
{
    uint32_t code = len == 1 ? at[0] : at[0] & (0xFFu >> (len + 1));

    for (uint32_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3F);
    return code;
}

static bool code_steers(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool text_steers(struct text t)
{
    uint32_t len = text_character(t);

    return len > 0 && code_steers(code_point((const uint8_t *)t.at, len));
}

bool text_is_plain(struct text t)
{
    for (uint32_t at = 0, len; at < t.len; at += len) {
        struct text rest = { t.len - at, t.at + at };
        len = text_character(rest);
        if (len == 0 || text_steers(rest))
            return false;
    }
    return true;
}

bool text_is_plain_lines(struct text t)
{
    while (t.len) {
        struct text line = text_cut(&t, '\n');
        while (line.len)
            if (!text_is_plain(text_cut(&line, '\t')))
                return false;
    }
    return true;
}

uint32_t text_shown(struct text from, char to[TEXT_SHOWN_MAX])
{
    uint32_t len = text_character(from);
    uint32_t code = len > 0 ? code_point((const uint8_t *)from.at, len) : 0;

    to[0] = '\0';
    if (from.len == 0)
        return 0;
    if (len == 0 || code_steers(code))
        (void)snprintf(to, TEXT_SHOWN_MAX, len <= 1 ? "\\x%02x" : "\\u%04x",
                       len <= 1 ? (unsigned)(uint8_t)from.at[0] : code & 0xFFFFu);
    else
        (void)text_copy(to, TEXT_SHOWN_MAX, (struct text){ len, from.at });
    return len > 0 ? len : 1;
}

size_t text_show(char *to, size_t size, struct text from, const char *passed)
{
    char shown[TEXT_SHOWN_MAX];
    size_t used = 0;

    for (uint32_t at = 0; at < from.len;) {
        uint32_t taken = text_shown((struct text){ from.len - at, from.at + at }, shown);
        if (taken == 1 && from.at[at] != '\0' && strchr(passed, from.at[at]))
            (void)snprintf(shown, sizeof(shown), "%c", from.at[at]);
        if (used + strlen(shown) >= size)
            break;
        memcpy(to + used, shown, strlen(shown));
        used += strlen(shown);
        at += taken;
    }
    if (size > 0)
        to[used] = '\0';
    return used;
}

struct bytes bytes_of(const void *at, size_t len)
{
    return (struct bytes){ (uint32_t)len, at };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_path_contains(struct bytes outer, struct bytes inner)
{
    uint32_t len = outer.len == 1 ? 0 : outer.len; /* "/" ends with its slash */

    return inner.len > outer.len && memcmp(outer.at, inner.at, len) == 0 && inner.at[len] == '/';
}

bool bytes_copy(char *to, size_t size, struct bytes from)
{
    bool fits = text_copy(to, size, (struct text){ from.len, (const char *)from.at });

    return fits && (from.len == 0 || !memchr(from.at, 0, from.len));
}

const char *text_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

enum { LONGEST = 64 };

static uint32_t least_of(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Keeps three rows of the table for the prefixes of `a`: the current one and the two before it. */
uint32_t text_distance(struct text a, struct text b)
{
    uint32_t rows[3][LONGEST + 1] = { 0 };
    uint32_t a_len = a.len < LONGEST ? a.len : LONGEST, b_len = b.len < LONGEST ? b.len : LONGEST;

    for (uint32_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a_len; i++) {
        uint32_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];

        row[0] = i;
        for (uint32_t j = 1; j <= b_len; j++) {
            uint32_t change = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);

            row[j] = least_of(change, before[j] + 1, row[j - 1] + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                row[j] = least_of(row[j], row[j], two_before[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}
