#include "proto/wire/token.h"

#include <string.h>

/* The meaning of the first byte 0xc0 + index: bytes of the number after it, or of the fixed payload. */
static const struct form {
    uint8_t type;
    uint8_t width;
    uint8_t payload;
} forms[32] = {
    [0x00] = { TOKEN_NIL, 0, 0 },   [0x02] = { TOKEN_BOOL, 0, 0 },  [0x03] = { TOKEN_BOOL, 0, 1 },
    [0x04] = { TOKEN_BYTES, 1, 0 }, [0x05] = { TOKEN_BYTES, 2, 0 }, [0x06] = { TOKEN_BYTES, 4, 0 },
    [0x07] = { TOKEN_EXT, 1, 0 },   [0x08] = { TOKEN_EXT, 2, 0 },   [0x09] = { TOKEN_EXT, 4, 0 },
    [0x0a] = { TOKEN_REAL, 4, 0 },  [0x0b] = { TOKEN_REAL, 8, 0 },  [0x0c] = { TOKEN_UINT, 1, 0 },
    [0x0d] = { TOKEN_UINT, 2, 0 },  [0x0e] = { TOKEN_UINT, 4, 0 },  [0x0f] = { TOKEN_UINT, 8, 0 },
    [0x10] = { TOKEN_INT, 1, 0 },   [0x11] = { TOKEN_INT, 2, 0 },   [0x12] = { TOKEN_INT, 4, 0 },
    [0x13] = { TOKEN_INT, 8, 0 },   [0x14] = { TOKEN_EXT, 0, 1 },   [0x15] = { TOKEN_EXT, 0, 2 },
    [0x16] = { TOKEN_EXT, 0, 4 },   [0x17] = { TOKEN_EXT, 0, 8 },   [0x18] = { TOKEN_EXT, 0, 16 },
    [0x19] = { TOKEN_TEXT, 1, 0 },  [0x1a] = { TOKEN_TEXT, 2, 0 },  [0x1b] = { TOKEN_TEXT, 4, 0 },
    [0x1c] = { TOKEN_LIST, 2, 0 },  [0x1d] = { TOKEN_LIST, 4, 0 },  [0x1e] = { TOKEN_MAP, 2, 0 },
    [0x1f] = { TOKEN_MAP, 4, 0 },
};

static const char *const names[] = {
    [TOKEN_NONE] = "nothing", [TOKEN_NIL] = "nil",          [TOKEN_BOOL] = "a bool",
    [TOKEN_INT] = "a number", [TOKEN_UINT] = "a number",    [TOKEN_REAL] = "a real number",
    [TOKEN_TEXT] = "a text",  [TOKEN_BYTES] = "bytes",      [TOKEN_LIST] = "a list",
    [TOKEN_MAP] = "a map",    [TOKEN_EXT] = "an extension",
};

struct token_reader token_reader_of(struct bytes from)
{
    return (struct token_reader){ from.at, from.len ? from.at + from.len : from.at };
}

const char *token_name(enum token_type type)
{
    return names[type];
}

static uint64_t big_endian(const uint8_t *at, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < width; i++)
        number = number << 8 | at[i];
    return number;
}

static double real_of(uint64_t bits, unsigned width)
{
    double wide;
    float narrow;

    if (width == sizeof(wide)) {
        memcpy(&wide, &bits, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, &(uint32_t){ (uint32_t)bits }, sizeof(narrow));
    return narrow;
}

static bool signed_number(struct token *token, uint64_t bits, unsigned width)
{
    const unsigned above = 64 - 8 * width;

    token->i = (int64_t)(bits << above) >> above;
    token->type = token->i < 0 ? TOKEN_INT : TOKEN_UINT;
    return true;
}

/* Takes the bytes of a text, bytes or ext. The type's byte precedes those of an ext. */
static bool take_payload(struct token_reader *reader, struct token *token, uint64_t len)
{
    const uint64_t type_byte = token->type == TOKEN_EXT;

    if ((uint64_t)(reader->end - reader->at) < len + type_byte)
        return false;
    token->count = (uint32_t)len;
    token->at = reader->at + type_byte;
    reader->at += len + type_byte;
    return true;
}

static bool take_elements(const struct token_reader *reader, struct token *token, uint64_t count)
{
    token->count = (uint32_t)count;
    return (token->type == TOKEN_MAP ? 2 * count : count) <= (uint64_t)(reader->end - reader->at);
}

static bool read_form(struct token_reader *reader, struct token *token, const struct form *form)
{
    uint64_t number;

    if ((size_t)(reader->end - reader->at) < form->width)
        return false;
    number = big_endian(reader->at, form->width);
    reader->at += form->width;
    token->type = form->type;

    switch (token->type) {
    case TOKEN_NONE:
        return false;
    case TOKEN_NIL:
        return true;
    case TOKEN_BOOL:
        token->yes = form->payload;
        return true;
    case TOKEN_INT:
        return signed_number(token, number, form->width);
    case TOKEN_UINT:
        token->u = number;
        return true;
    case TOKEN_REAL:
        token->real = real_of(number, form->width);
        return true;
    case TOKEN_TEXT:
    case TOKEN_BYTES:
    case TOKEN_EXT:
        return take_payload(reader, token, number + form->payload);
    case TOKEN_LIST:
    case TOKEN_MAP:
        return take_elements(reader, token, number);
    }
    return false;
}

bool token_read(struct token_reader *reader, struct token *token)
{
    uint8_t first;

    if (reader->at == reader->end)
        return false;
    first = *reader->at++;

    if (first < 0x80) {
        token->type = TOKEN_UINT;
        token->u = first;
        return true;
    }
    if (first < 0xa0) {
        token->type = first < 0x90 ? TOKEN_MAP : TOKEN_LIST;
        return take_elements(reader, token, first & 0x0f);
    }
    if (first < 0xc0) {
        token->type = TOKEN_TEXT;
        return take_payload(reader, token, first & 0x1f);
    }
    if (first < 0xe0)
        return read_form(reader, token, &forms[first - 0xc0]);
    return signed_number(token, first, 1);
}

static uint64_t count_children(const struct token *token)
{
    if (token->type == TOKEN_LIST)
        return token->count;
    return token->type == TOKEN_MAP ? 2 * (uint64_t)token->count : 0;
}

/* Closes each map and list whose last element was read. */
static uint32_t leave_finished(const uint64_t *left, uint32_t level)
{
    while (level > 0 && left[level] == 0)
        level--;
    return level;
}

bool token_skip(struct token_reader *reader, const struct token *token, uint32_t depth)
{
    uint64_t left[TOKEN_DEPTH_MAX + 1] = { 0, count_children(token) }; /* unread elements at each level */
    uint32_t level = 1;
    struct token inner;

    if (token->type != TOKEN_LIST && token->type != TOKEN_MAP)
        return true;
    if (depth == 0)
        return false;
    for (level = leave_finished(left, level); level > 0; level = leave_finished(left, level)) {
        if (!token_read(reader, &inner))
            return false;
        left[level]--;
        if (inner.type != TOKEN_LIST && inner.type != TOKEN_MAP)
            continue;
        if (level == depth || level == TOKEN_DEPTH_MAX)
            return false;
        left[++level] = count_children(&inner);
    }
    return true;
}

enum err token_scan(struct bytes from, uint32_t depth, struct fault *fault)
{
    struct token_reader reader = token_reader_of(from);
    struct token token;

    if (!token_read(&reader, &token) || !token_skip(&reader, &token, depth))
        return fault_set(fault, ERR_BAD_REQUEST,
                         "not one whole MessagePack value of at most %u maps and lists in each other (byte %zu of %u)",
                         depth, (size_t)(reader.at - from.at), from.len);
    if (reader.at != reader.end)
        return fault_set(fault, ERR_BAD_REQUEST, "%zu trailing bytes after the message",
                         (size_t)(reader.end - reader.at));
    return ERR_OK;
}
