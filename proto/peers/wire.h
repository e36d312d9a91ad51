/* wire.h: follows a peer's bytes in ZeroMQ's wire format (ZMTP 3, rfc.zeromq.org/spec/23: a greeting of 64 bytes, then
 * frames). ZeroMQ bounds frames but not messages: an endless message would take all memory. Pure; any thread. */
#ifndef LOOPHOLE_PROTO_PEERS_WIRE_H
#define LOOPHOLE_PROTO_PEERS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed for a new connection. */
struct wire {
    uint64_t left;    /* missing bytes of the current frame; at its head: its size */
    uint64_t message; /* bytes of its message up to the frame's end, with headers; a command belongs to no message */
    uint32_t frames;  /* of that message, the current one included */
    uint8_t greeted;  /* received bytes of the greeting */
    uint8_t head_len;
    uint8_t head[9]; /* flags and size of the current frame */
    bool in_frame;   /* the head is complete, and the end is not reported yet */
};

enum wire_event {
    WIRE_ALL,  /* all bytes are read */
    WIRE_HEAD, /* the byte before `at` completes a frame's head */
    WIRE_END,  /* the current frame ends before `at` */
    WIRE_BAD,  /* a message or a command of over `most` bytes, or no ZMTP 3 greeting */
};

/* Reads from `*at` to the next event, and moves `*at` there. */
enum wire_event wire_next(struct wire *wire, const uint8_t **at, const uint8_t *end, uint64_t most);

/* About the current frame. */
bool wire_is_command(const struct wire *wire);
bool wire_has_more(const struct wire *wire);

#endif
