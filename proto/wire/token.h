/* token.h: reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) in place, one header at a time.
 * It copies and allocates nothing, and never reads beyond the end. Any thread. */
#ifndef LOOPHOLE_PROTO_TOKEN_H
#define LOOPHOLE_PROTO_TOKEN_H

#include "common/err.h"
#include "common/text.h"

enum { TOKEN_DEPTH_MAX = 64 };

enum token_type {
    TOKEN_NONE, /* the byte 0xc1, which no message may contain */
    TOKEN_NIL,
    TOKEN_BOOL,
    TOKEN_INT,  /* below zero */
    TOKEN_UINT, /* zero and above, in any form */
    TOKEN_REAL, /* float 32 and 64 */
    TOKEN_TEXT,
    TOKEN_BYTES,
    TOKEN_LIST,
    TOKEN_MAP,
    TOKEN_EXT, /* its payload is skipped */
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

/* The unread bytes: [at, end). */
struct token_reader {
    const uint8_t *at;
    const uint8_t *end;
};

struct token_reader token_reader_of(struct bytes from); /* `from` must outlive the reader */

/* Reads the next token. The elements of a list or a map are the next tokens. False: the input ends within the token,
 * announces more elements than there are bytes, or is not a token. */
bool token_read(struct token_reader *reader, struct token *token);

/* Skips the content of `token`, which was just read: at most `depth` (up to TOKEN_DEPTH_MAX) nested maps and lists,
 * itself included. False: deeper nesting, or the input ends. */
bool token_skip(struct token_reader *reader, const struct token *token, uint32_t depth);

/* Checks that all of `from` is one value with at most `depth` nested maps and lists. Errors: bad_request. */
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
