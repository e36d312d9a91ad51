/* pins.h: names of artefact files that a batch under way has written, or will write: these are not removed.
 * One thread. */
#ifndef LOOPHOLE_PERSIST_PINS_H
#define LOOPHOLE_PERSIST_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

enum { PIN_MARKS = 1 << 18 /* bits: each name sets one */ };

/* Zeroed is empty. */
struct pins {
    struct buffer names;
    uint8_t marks[PIN_MARKS / 8]; /* most other names are recognised by them at once */
};

uint32_t pins_mark(const char *name);
bool pins_add(struct pins *pins, const char *name);                       /* false: no memory */
bool pins_have(const struct pins *pins, uint32_t mark, const char *name); /* `mark` is that of the name */
void pins_free(struct pins *pins);

#endif
