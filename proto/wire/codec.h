/* codec.h: structs to MessagePack and back, by the tables of schema.h. The only file with MessagePack-c is
 * codec.c; decoding reads the message in place (token.h). Input is untrusted: what a header announces is held
 * against the bytes that are there before anything is allocated, the depth (of unknown fields too) against
 * CODEC_DEPTH; every bound of the schema (length, range, count, UTF-8) is enforced.
 * Any thread. */
#ifndef LOOPHOLE_PROTO_CODEC_H
#define LOOPHOLE_PROTO_CODEC_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"

enum {
    CODEC_DEPTH = 8,             /* maps and lists in each other; a frame's own list counts */
    CODEC_MESSAGE_MAX = 8 << 20, /* bytes of one message */
};

/* Appends the map of `value` (a struct of `shape`). Absent optional fields and empty lists are left out; a field
 * past its bounds is refused as on input, so that nothing is stored that no client may read. Errors: bad_request,
 * too_large (the message, or the buffer's limit). */
enum err codec_encode(const struct shape *shape, const void *value, struct buffer *to, struct fault *fault);

/* Fills the zeroed `value`. Texts and bytes point into `from`, lists into `arena`: both must outlive it. Unknown
 * keys are skipped; missing fields that are not optional stay zero, and are refused where their range leaves zero
 * out; an unknown word of a choice is kept. Bytes after the map and a field that is there twice are refused. A
 * whole number may have any form that holds it, a real be a whole number, bytes be a text, an id its 26 characters.
 * The fault names the field as a path ("set.tags[3]"). Errors: too_large (a text, bytes, a list or the message is
 * longer than its bound), bad_request (all else), full (past the arena's limit). */
enum err codec_decode(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                      struct fault *fault);

/* The same for what an ask brings: an unknown word of a choice is refused, unless its enum is open. */
enum err codec_decode_ask(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                          struct fault *fault);

/* Copies `from` so that nothing points outside `arena` (and the constant tables). Error: full. */
enum err codec_copy(const struct shape *shape, const void *from, struct arena *arena, void *to);

/* The frames of the protocol (docs/protocol.md). The body is a whole map, as codec_encode makes it.
 *   ask     [1, "service.name", request id (bin 16), budget_ms, body]            or with a sixth: the digest
 *   answer  [1, request id, error word, body]           error "ok": the answer; else a map what/field/hint
 *   event   [1, epoch (u64), sequence (u64), body]      after a frame with the topic                       */
enum { FRAME_VERSION = 1 };

struct ask_frame {
    struct text name;
    struct id request;
    uint32_t budget_ms;
    struct bytes body;
    uint64_t digest; /* of the client's ask, where a service asks under its client's request id; 0: none is written */
};
/* Of the client's ask: the one that the frame brings, or that of its name and the bytes of its body (never of its id
 * or budget). Never 0. A request id belongs to one such digest. */
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

/* Reading borrows from `from`. Of an ask that is refused, the request id is filled where it can be read, so that the
 * answer reaches its client. Errors: bad_request, too_large, version. A buffer to write to has no limit. */
void frame_write_ask(struct buffer *to, const struct ask_frame *frame);
enum err frame_read_ask(struct bytes from, struct ask_frame *frame, struct fault *fault);
void frame_read_head(struct bytes from, struct ask_frame *frame); /* all but the body, unchecked: to refuse it */
void frame_write_answer(struct buffer *to, const struct answer_frame *frame);
enum err frame_read_answer(struct bytes from, struct answer_frame *frame, struct fault *fault);
void frame_write_event(struct buffer *to, const struct event_frame *frame);
enum err frame_read_event(struct bytes from, struct event_frame *frame, struct fault *fault);

/* A fault as an answer's body (what is not UTF-8 in it goes out as "?") and back; one that cannot be read becomes
 * the error's name. */
enum err frame_write_fault(struct buffer *to, const struct fault *fault);
void frame_read_fault(struct bytes body, enum err code, struct fault *fault);

#endif
