/* capture.h: a ring of frames for each pair of capture ports, from the audio core to the streamer, and the header that
 * names what lies in it. RT: every function.
 *
 * Two instances of the audio core may write: the owner, and one that was paused while it owned and is resumed later.
 * Each instance has a header of its own, with the number of the period that it describes; a reader takes the newest.
 * A resumed instance therefore never writes over what its successor says.
 *
 * Frames of a take that are missing are a gap before the cell of an index. A header names the last gaps by this index
 * and by all that the take had lost up to there, so the place of a cell on the clock is known although older gaps have
 * left the header. A gap can grow until the cell of its index is in the ring. */
#ifndef LOOPHOLE_COMMON_RT_CAPTURE_H
#define LOOPHOLE_COMMON_RT_CAPTURE_H

#include "common/rt/ring.h"

enum {
    CAPTURE_TAKE = 0, /* at the ports in_left and in_right: recordings */
    CAPTURE_LISTEN,   /* at the port listen, on both sides: what is compared with the library */
    CAPTURES,
    CAPTURE_FRAMES = 768000, /* of a ring at up to 48 kHz: 16 s. studio.h makes longer ones */
    CAPTURE_WRITERS = 2,
    CAPTURE_GAPS = 32, /* that a header names */
};

struct capture_gap {
    uint64_t at;    /* index of the cell after it */
    uint64_t total; /* frames that the take has lost, this gap included */
};

struct capture_header {
    uint32_t generation; /* of the newest take; 0: none yet */
    uint32_t rate;
    int64_t first;  /* frame of the audio clock that cell `begin` is */
    uint64_t begin; /* index of the take's first cell */
    uint64_t end;   /* index after its last cell; UINT64_MAX while it runs */
    uint64_t lost;  /* frames of the take that found no room or that no owner captured */
    uint64_t gaps;  /* so many in all; the last CAPTURE_GAPS of them, number n in gap[n % CAPTURE_GAPS] */
    struct capture_gap gap[CAPTURE_GAPS];
};

enum { CAPTURE_HEADER_WORDS = sizeof(struct capture_header) / sizeof(uint64_t) };
_Static_assert(sizeof(struct capture_header) == CAPTURE_HEADER_WORDS * sizeof(uint64_t), "whole words");

/* Both numbers are that of the period, once the header is whole. Written by one instance. */
struct capture_slot {
    _Atomic uint64_t before;
    _Atomic uint64_t words[CAPTURE_HEADER_WORDS];
    _Atomic uint64_t after;
};
_Static_assert(sizeof(struct capture_slot) % 64 == 0, "a header is whole cache lines");

struct capture_memory {
    struct capture_slot header[CAPTURE_WRITERS];
    struct ring_memory ring; /* its cells follow */
};
_Static_assert(sizeof(struct capture_memory) % 64 == 0, "headers and ring");

/* Writes the header of `period`, a number that rises from 1. The instance alone. */
void capture_header_put(struct capture_memory *memory, uint32_t instance, uint64_t period,
                        const struct capture_header *header);

/* The newest whole header; all zero, with no end, where there is none. Any thread of any process. */
struct capture_header capture_header_get(const struct capture_memory *memory);

/* The same for a reader that remembers: what it has seen never gives way to an older header, which is the newest whole
 * one for a moment while its successor is written. `view` begins as zeroes. */
struct capture_view {
    struct capture_header header;
    uint64_t period;
};
void capture_header_look(const struct capture_memory *memory, struct capture_view *view);

#endif
