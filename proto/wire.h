/* wire.h: how much of one message a peer has sent up to now, by ZeroMQ's wire (ZMTP 3, rfc.zeromq.org/spec/23: a
 * greeting of 64 bytes, then frames). ZeroMQ bounds frames, not messages: one without an end would take all memory.
 * Pure. */
#ifndef LOOPHOLE_PROTO_WIRE_H
#define LOOPHOLE_PROTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed for a new connection. */
struct wire {
    uint64_t left;    /* of the frame in hand */
    uint64_t message; /* bytes of its message up to its end, headers included */
    uint8_t greeted;  /* bytes of the greeting that are there */
    uint8_t head_len;
    uint8_t head[9]; /* flags and size of the frame in hand */
};

/* Bytes as they came. False: a message of over `most` bytes, or no greeting of ZMTP 3. */
bool wire_take(struct wire *wire, const uint8_t *at, size_t len, uint64_t most);

#endif
