/* in_flight.h: names of artefact files that a batch under way has written, or will write: these are not removed.
 * One thread. */
#ifndef LOOPHOLE_PERSIST_IN_FLIGHT_H
#define LOOPHOLE_PERSIST_IN_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

enum { IN_FLIGHT_MARKS = 1 << 18 /* bits: each name sets one */ };

/* Zeroed is empty. */
struct in_flight {
    struct buffer names;
    uint8_t marks[IN_FLIGHT_MARKS / 8]; /* most other names are recognised by them at once */
};

uint32_t in_flight_mark(const char *name);
void in_flight_add(struct in_flight *in_flight, const char *name);
bool in_flight_have(const struct in_flight *in_flight, uint32_t mark,
                    const char *name); /* `mark` is that of the name */
void in_flight_free(struct in_flight *in_flight);

#endif
