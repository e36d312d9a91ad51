/* capture.h: the ring of frames of each pair of capture ports, from the audio core to the streamer, and the header that
 * describes its content. RT: every function.
 *
 * Two instances of the audio core may write: the owner, and a former owner that was paused and is resumed later. Each
 * instance has its own header with the number of the period that it describes; a reader takes the newest. So a resumed
 * instance never overwrites the header of its successor.
 *
 * Missing frames of a take are a gap before the cell of an index. The header lists the last gaps, each with that index
 * and the total number of frames lost so far. So a cell's time is known even after older gaps have left the header. A
 * gap can grow until the cell of its index is in the ring. */
#ifndef LOOPHOLE_COMMON_RT_CAPTURE_H
#define LOOPHOLE_COMMON_RT_CAPTURE_H

#include "common/rt/ring.h"

enum {
    CAPTURE_TAKE = 0, /* from the ports in_left and in_right: recordings */
    CAPTURE_LISTEN,   /* from the port listen, on both sides: compared with the library */
    CAPTURES,
    CAPTURE_FRAMES = 768000, /* of a ring at up to 48 kHz: 16 s; studio.h makes longer ones */
    CAPTURE_WRITERS = 2,
    CAPTURE_GAPS = 32, /* in a header */
};

/* The source of the capture CAPTURE_TAKE: the inputs, a group of the mixer after its strip (CAPTURE_GROUP plus enum
 * score_group), or the sound of the main ports. */
enum { CAPTURE_INPUTS, CAPTURE_GROUP, CAPTURE_MASTER = CAPTURE_GROUP + 6, CAPTURE_SOURCES };

struct capture_gap {
    uint64_t at;    /* index of the cell after the gap */
    uint64_t total; /* frames that the take has lost so far, this gap included */
};

struct capture_header {
    uint32_t generation; /* of the newest take; 0: none yet */
    uint32_t rate;
    int64_t first;  /* frame of the audio clock of cell `begin` */
    uint64_t begin; /* index of the take's first cell */
    uint64_t end;   /* index after its last cell; UINT64_MAX while it runs */
    uint64_t lost;  /* frames of the take that did not fit or that no owner captured */
    uint64_t gaps;  /* number of gaps; of the last CAPTURE_GAPS, gap n is in gap[n % CAPTURE_GAPS] */
    struct capture_gap gap[CAPTURE_GAPS];
    uint64_t source; /* CAPTURE_INPUTS … */
    uint64_t unused[7];
};

enum { CAPTURE_HEADER_WORDS = sizeof(struct capture_header) / sizeof(uint64_t) };
_Static_assert(sizeof(struct capture_header) == CAPTURE_HEADER_WORDS * sizeof(uint64_t), "whole words");

/* `before` and `after` equal the period's number when the header is complete. One instance writes it. */
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

/* Writes the header of `period`, a number that rises from 1. Only for instance `instance`. */
void capture_header_put(struct capture_memory *memory, uint32_t instance, uint64_t period,
                        const struct capture_header *header);

/* Returns the newest complete header; if there is none, all zero with end UINT64_MAX. Any thread of any process. */
struct capture_header capture_header_get(const struct capture_memory *memory);

/* As capture_header_get for a reader that keeps a view, and never gets an older header after a newer one. (For a
 * moment, while the next header is written, the newest complete one can be older.) `view` begins zeroed. */
struct capture_view {
    struct capture_header header;
    uint64_t period;
};
void capture_header_look(const struct capture_memory *memory, struct capture_view *view);

#endif
