/* frame.h: the frames of the protocol (docs/protocol.md). The body is a whole map from codec_encode. Any thread.
 *   ask     [1, "service.name", request id (bin 16), budget_ms, body]   or with two more elements: digest, client
 *   answer  [1, request id, error word, body]           error "ok": the answer; else a map what/field/hint
 *   event   [1, epoch (u64), sequence (u64), body]      after a frame with the topic */
#ifndef LOOPHOLE_PROTO_FRAME_H
#define LOOPHOLE_PROTO_FRAME_H

#include "common/buffer.h"
#include "proto/wire/schema.h"

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
