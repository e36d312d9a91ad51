/* camelot.h: musical keys, and which of them go together: neighbours on the circle of fifths, as on the Camelot
 * wheel. A key is 2 × the tone (0: C … 11: B) + 1 when it is minor. Any thread. */
#ifndef LOOPHOLE_SEARCH_CAMELOT_H
#define LOOPHOLE_SEARCH_CAMELOT_H

#include "common/text.h"

enum { CAMELOT_NEAR = 4 };

/* Understands "Am", "A minor", "Amin", "C#", "Db maj" and the wheel's "8A"; any case. False: not a key. */
bool camelot_read(struct text from, int *key);

/* "Amin", "C#maj": the form in which keys are stored; static. */
const char *camelot_name(int key);

/* The key itself, its relative, a fifth up and a fifth down. */
void camelot_near(int key, int near[CAMELOT_NEAR]);

#endif
