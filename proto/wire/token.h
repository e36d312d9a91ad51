/* token.h: reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) in place, one header at a
 * time. Nothing is copied or allocated, nothing past the end is read. Any thread. */
#ifndef LOOPHOLE_PROTO_TOKEN_H
#define LOOPHOLE_PROTO_TOKEN_H

#include "common/err.h"
#include "common/text.h"

enum { TOKEN_DEPTH_MAX = 64 };

enum token_type {
    TOKEN_NONE, /* the byte 0xc1, which no message may hold */
    TOKEN_NIL,
    TOKEN_BOOL,
    TOKEN_INT,  /* below zero */
    TOKEN_UINT, /* zero and above, whatever its form was */
    TOKEN_REAL, /* float 32 and 64 */
    TOKEN_TEXT,
    TOKEN_BYTES,
    TOKEN_LIST,
    TOKEN_MAP,
    TOKEN_EXT, /* its payload is passed over */
};

struct token {
    enum token_type type;
    uint32_t count;    /* bytes of a text, bytes or ext; elements of a list; pairs of a map */
    const uint8_t *at; /* the bytes of a text, bytes or ext, in the message */
    union {
        bool yes;
        int64_t i;
        uint64_t u;
        double real;
    };
};

/* What is still to read: [at, end). */
struct token_reader {
    const uint8_t *at;
    const uint8_t *end;
};

struct token_reader token_reader_of(struct bytes from);

/* The next token. A list or a map comes without its elements: they are the next tokens. False: the input ends
 * inside it, it announces more elements than bytes are left, or it is none. */
bool token_read(struct token_reader *reader, struct token *token);

/* Passes over what `token`, which was read just now, holds: at most `depth` (up to TOKEN_DEPTH_MAX) maps and lists in
 * each other, itself among them. False: more of them, or the input ends. */
bool token_skip(struct token_reader *reader, const struct token *token, uint32_t depth);

/* Holds all of `from` to be one value with at most `depth` maps and lists in each other. Errors: bad_request. */
enum err token_scan(struct bytes from, uint32_t depth, struct fault *fault);

static inline struct text token_text(const struct token *token)
{
    return (struct text){ token->count, (const char *)token->at };
}

static inline struct bytes token_bytes(const struct token *token)
{
    return (struct bytes){ token->count, token->at };
}

const char *token_name(enum token_type type); /* "a text", for sentences */

#endif
