/* wire.h: reads along what a peer sends, by ZeroMQ's wire (ZMTP 3, rfc.zeromq.org/spec/23: a greeting of 64 bytes,
 * then frames). ZeroMQ bounds frames, not messages: one without an end would take all memory. Pure. */
#ifndef LOOPHOLE_PROTO_WIRE_H
#define LOOPHOLE_PROTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed for a new connection. */
struct wire {
    uint64_t left;    /* bytes of the frame in hand that have not come yet; at its head: its size */
    uint64_t message; /* bytes of its message up to its end, headers included; a command belongs to none */
    uint32_t frames;  /* of that message, the one in hand included */
    uint8_t greeted;  /* bytes of the greeting that are there */
    uint8_t head_len;
    uint8_t head[9]; /* flags and size of the frame in hand */
    bool in_frame;   /* the head is complete, the end has not been reported */
};

enum wire_event {
    WIRE_ALL,  /* everything is read */
    WIRE_HEAD, /* the byte before `at` completes the head of a frame */
    WIRE_END,  /* the frame in hand ends before `at` */
    WIRE_BAD,  /* a message or a command of over `most` bytes, or no greeting of ZMTP 3 */
};

/* Reads from `*at` to the next event, and moves `*at` there. */
enum wire_event wire_next(struct wire *wire, const uint8_t **at, const uint8_t *end, uint64_t most);

/* Of the frame in hand. */
bool wire_is_command(const struct wire *wire);
bool wire_has_more(const struct wire *wire);

#endif
