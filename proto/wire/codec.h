/* codec.h: encodes structs as MessagePack and decodes them, by the tables of schema.h. Only codec.c includes
 * MessagePack-c; decoding reads the message in place (token.h). Input is untrusted: announced sizes are compared with
 * the present bytes before anything is allocated, and the depth (of unknown fields too) with CODEC_DEPTH. Every bound
 * of the schema (length, range, count, UTF-8) is enforced. Any thread. */
#ifndef LOOPHOLE_PROTO_CODEC_H
#define LOOPHOLE_PROTO_CODEC_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"

enum {
    CODEC_DEPTH = 8,             /* nested maps and lists; a frame's own list counts */
    CODEC_MESSAGE_MAX = 8 << 20, /* bytes of one message */
};

/* Appends `value`, a struct of `shape`, as a map, without absent optional fields and empty lists. A field outside its
 * bounds is refused as in decoding. So the store never has a record that a client cannot read. Errors: bad_request,
 * too_large (the message, or the buffer's limit). */
enum err codec_encode(const struct shape *shape, const void *value, struct buffer *to, struct fault *fault);

/* Fills the zeroed `value`. Texts and bytes point into `from`, lists into `arena`; both must outlive it. Unknown keys
 * are skipped. Missing required fields stay zero, and are refused if zero is out of their range. An unknown word of a
 * choice is kept. Trailing bytes and a field that occurs twice are refused. Any form that represents an integer is
 * valid for one; so is an integer for a real, a text for bytes, and 26 characters for an id. The fault names the field
 * as a path ("set.tags[3]"). Errors: too_large (a text, bytes, a list or the message exceeds its bound), bad_request
 * (everything else), full (the arena's limit). */
enum err codec_decode(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                      struct fault *fault);

/* As codec_decode for the request of an ask: an unknown word of a choice is refused, unless its enum is open. The empty
 * word is that of a choice that was left out. */
enum err codec_decode_ask(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                          struct fault *fault);

/* The elements of MessagePack, for frames. Each appends to the buffer; to->failed shows an overflow. */
void codec_pack_list(struct buffer *to, uint32_t count); /* its elements follow */
void codec_pack_uint(struct buffer *to, uint64_t number);
void codec_pack_text(struct buffer *to, struct text text);
void codec_pack_bytes(struct buffer *to, struct bytes bytes);

#endif
