/* in_flight.h: names of artefact files that a batch in progress has written, or will write. persist does not remove
 * these files. One thread at a time. */
#ifndef LOOPHOLE_PERSIST_IN_FLIGHT_H
#define LOOPHOLE_PERSIST_IN_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

enum { IN_FLIGHT_MARKS = 1 << 18 /* bits: each name sets one */ };

/* A zeroed struct is empty. */
struct in_flight {
    struct buffer names;
    uint8_t marks[IN_FLIGHT_MARKS / 8]; /* a cleared bit shows without a search that a name is absent */
};

uint32_t in_flight_mark(const char *name); /* the number of the bit that this name sets: a part of its hash */
void in_flight_add(struct in_flight *in_flight, const char *name); /* copies the name */

/* True if the name was added. `mark` is in_flight_mark(name). */
bool in_flight_have(const struct in_flight *in_flight, uint32_t mark, const char *name);
void in_flight_free(struct in_flight *in_flight);

#endif
