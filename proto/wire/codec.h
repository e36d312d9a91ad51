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

/* Copies `from` so that nothing in `to` points outside `arena` (except to the constant tables). Errors: full (the
 * arena's limit). codec_keep never fails: its arena must have no limit, otherwise the process ends. */
enum err codec_copy(const struct shape *shape, const void *from, struct arena *arena, void *to);
void codec_keep(const struct shape *shape, const void *from, struct arena *arena, void *to);

/* The frames of the protocol (docs/protocol.md). The body is a whole map from codec_encode.
 *   ask     [1, "service.name", request id (bin 16), budget_ms, body]   or with two more elements: digest, client
 *   answer  [1, request id, error word, body]           error "ok": the answer; else a map what/field/hint
 *   event   [1, epoch (u64), sequence (u64), body]      after a frame with the topic */
enum { FRAME_VERSION = 1, FRAME_CLIENT = 64 /* bytes of the name of a client */ };

struct ask_frame {
    struct text name;
    struct id request;
    uint32_t budget_ms;
    struct bytes body;
    uint64_t digest;    /* of the client's ask, if a service asks under its client's request id; 0: not sent */
    struct text client; /* its name, as people know it; empty: not sent */
};
/* Returns the digest of the client's ask: that of the frame if it has one, else one of its name and body bytes (not of
 * its id or budget). Never 0. A request id belongs to one such digest. */
uint64_t frame_digest(const struct ask_frame *frame);

struct answer_frame {
    struct id request;
    enum err error;
    struct bytes body;
};
struct event_frame {
    uint64_t epoch;
    uint64_t sequence;
    struct bytes body;
};

/* The results of reading point into `from`. A refused ask has its request id if that is readable, so that the answer
 * reaches its client. Errors: bad_request, too_large, version. The buffer of a write has no limit. */
void frame_write_ask(struct buffer *to, const struct ask_frame *frame);
enum err frame_read_ask(struct bytes from, struct ask_frame *frame, struct fault *fault);
enum err frame_read_head(struct bytes from, struct ask_frame *frame, struct fault *fault); /* name, id and budget */
bool frame_find_request(struct bytes from, struct id *to); /* of any frame; false: it has none that can be read */
void frame_write_answer(struct buffer *to, const struct answer_frame *frame);
enum err frame_read_answer(struct bytes from, struct answer_frame *frame, struct fault *fault);
void frame_write_event(struct buffer *to, const struct event_frame *frame);
enum err frame_read_event(struct bytes from, struct event_frame *frame, struct fault *fault);

/* Writes a fault as the body of an answer ("?" for bytes that are not UTF-8), and reads it. An unreadable one becomes
 * the error's name. */
enum err frame_write_fault(struct buffer *to, const struct fault *fault);
void frame_read_fault(struct bytes body, enum err code, struct fault *fault);

#endif
