/* heard.h: the bars that a person heard and the hits of pads in them, from the record of the streamer. Pure. */
#ifndef LOOPHOLE_PROJECT_HEARD_H
#define LOOPHOLE_PROJECT_HEARD_H

#include "common/arena.h"
#include "common/err.h"
#include "schema_streamer.h"

enum { HEARD_STEPS = 16 /* of a bar */, HEARD_PADS = 128 };

/* A bar of the transport, each time that it was heard. One that a stop or a locate cut counts as a whole one. */
struct heard_bar {
    int64_t number; /* of the transport, from 0 */
    double begin;   /* its first frame of the audio clock … */
    double frames;  /* … and its length */
    double step;    /* frames of a step, at its end */
    uint64_t rolls; /* as in played_event */
    bool has_line;  /* it was heard from its beginning */
};

struct heard_hit {
    uint32_t bar;  /* index in the list of bars */
    double place;  /* steps from the beginning of that bar, 0 to 16 */
    double length; /* steps. Without a release: a step, or until the next hit of the pad */
    double velocity;
    int64_t frame;
    uint8_t pad;
    bool is_released; /* its length is known */
    bool is_moved;    /* to a grid: `frame` is where it was */
};

/* Frames between two lines of the record. */
struct heard_gap {
    int64_t from, until;
    uint64_t lost; /* hits */
};

struct heard_record {
    uint32_t bar_count, hit_count;
    struct heard_bar *bars; /* in the order in which they were heard */
    struct heard_hit *hits; /* by their frames */
    uint32_t loose;         /* hits while the transport was stopped: they are in no bar */
    uint32_t gap_count;
    struct heard_gap *gaps; /* in which hits were lost, by their frames */
};

/* Reads the lines of the record, in their order. */
void heard_read(const struct played_event *events, uint32_t count, struct arena *arena, struct heard_record *to);

/* Moves each hit towards the nearest line of a grid of `grid` steps, which divide a bar: 1 all the way, 0 not at all. A
 * hit just before a bar may move to that bar, which may be to come, but not over a stop. */
void heard_quantise(struct heard_record *heard, double grid, double strength);

/* The number of hits that were lost within `bars` bars from index `first` on, or at their edges. */
uint64_t heard_lost(const struct heard_record *heard, uint32_t first, uint32_t bars);

/* Finds the first of the last `bars` bars, which end with the bar of the last hit. Errors (explained): not_found (no
 * hits), conflict (the transport was stopped; fewer bars were heard). */
enum err heard_choose(const struct heard_record *heard, uint32_t bars, uint32_t *first, struct fault *fault);

#endif
