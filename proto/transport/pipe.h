/* pipe.h: messages between a parent and its worker over a connected SOCK_STREAM Unix socket: the length of the body (4
 * bytes, little-endian), then the body in the form of codec_encode. The first of these bytes may carry one open
 * descriptor (SCM_RIGHTS). Neither side trusts its input. One thread for each struct pipe. */
#ifndef LOOPHOLE_PROTO_PIPE_H
#define LOOPHOLE_PROTO_PIPE_H

#include "proto/wire/codec.h"

enum { PIPE_MESSAGE_MAX = CODEC_MESSAGE_MAX }; /* bytes of one body */

/* One end. pipe_open sets it; no member is for other files. */
struct pipe {
    int fd;
    int passed;  /* the descriptor of the incomplete message; -1: none */
    size_t have; /* received bytes of the incomplete message, with its length */
    uint8_t length[4];
    struct buffer body; /* grows with the received bytes, not with the announced length */
    struct buffer out;
};

void pipe_open(struct pipe *pipe, int fd); /* takes over the socket, blocking or not */
void pipe_close(struct pipe *pipe);        /* also closes the socket; safe to call twice */

/* Sends one message; `passed` (or -1) stays the caller's. A blocking socket waits for room. Errors: bad_request,
 * too_large, full (of encoding: nothing was sent); offline (the other end is gone); busy (no room in a non-blocking
 * socket); io. After offline, busy and io the pipe is unusable: close it. */
enum err pipe_send(struct pipe *pipe, const struct shape *shape, const void *value, int passed, struct fault *fault);

enum pipe_wait { PIPE_NOW, PIPE_WAIT };

/* Receives one message into the zeroed `value`. PIPE_NOW never blocks; it returns busy while the message is incomplete:
 * call again when the socket is readable. PIPE_WAIT waits for all of it. `value` points into the pipe and `arena` until
 * the next receive. `passed` gets the descriptor, which the caller owns, or -1; it is unchanged after an error. If
 * `passed` is NULL, a descriptor is closed. Errors: busy; offline (the other end closed); io; too_large and bad_request
 * (not such a message); full. After any error but busy the pipe is unusable. */
enum err pipe_receive(struct pipe *pipe, enum pipe_wait wait, const struct shape *shape, struct arena *arena,
                      void *value, int *passed, struct fault *fault);

#endif
