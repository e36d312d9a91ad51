/* pipe.h: messages over a connected SOCK_STREAM Unix socket between a parent and its worker: the length of the body
 * (4 bytes, little-endian), then the body as codec_encode makes it. The first of these bytes may carry one open
 * descriptor (SCM_RIGHTS). What comes in is untrusted on both sides. One thread for each struct pipe. */
#ifndef LOOPHOLE_PROTO_PIPE_H
#define LOOPHOLE_PROTO_PIPE_H

#include "proto/wire/codec.h"

enum { PIPE_MESSAGE_MAX = CODEC_MESSAGE_MAX }; /* bytes of one body */

/* One end. Set by pipe_open, no member is for anybody else. */
struct pipe {
    int fd;
    int passed;  /* the descriptor that came with the message under way; -1: none */
    size_t have; /* bytes of the message under way, its length included */
    uint8_t length[4];
    struct buffer body; /* grows only as bytes come, whatever the length announces */
    struct buffer out;
};

void pipe_open(struct pipe *pipe, int fd); /* takes the socket over, blocking or not */
void pipe_close(struct pipe *pipe);        /* closes the socket too; twice is harmless */

/* Sends one message; `passed` (or -1) stays the caller's. A blocking socket waits for room. Errors: bad_request,
 * too_large, full (encoding: nothing was sent); offline (the other end is gone); busy (a socket that is
 * non-blocking has no room); io. After offline, busy and io the pipe is of no more use: close it. */
enum err pipe_send(struct pipe *pipe, const struct shape *shape, const void *value, int passed, struct fault *fault);

enum pipe_wait { PIPE_NOW, PIPE_WAIT };

/* Takes one message into the zeroed `value`. PIPE_NOW takes what is there, never blocks, and gives busy while the
 * message is not whole: call again when the socket is readable. PIPE_WAIT waits for all of it. `value` points into
 * the pipe and `arena` until the next receive. `passed` (or NULL: a descriptor is closed) gets the descriptor, which
 * is then the caller's, or -1; it is untouched on an error. Errors: busy; offline (the other end closed); io;
 * too_large and bad_request (not such a message); full. After any error but busy the pipe is of no more use. */
enum err pipe_receive(struct pipe *pipe, enum pipe_wait wait, const struct shape *shape, struct arena *arena,
                      void *value, int *passed, struct fault *fault);

#endif
