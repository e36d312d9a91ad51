/* questions.h: asks about one path or one volume, which wait for a look at its mount. Each is answered when a look that
 * began after the ask has ended: at the latest when that look is given up. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_QUESTIONS_H
#define LOOPHOLE_AVAILABILITY_QUESTIONS_H

#include "services/availability/state.h"

/* Defers the call and keeps the question. Errors: busy (too many wait). */
enum err questions_add(struct availability *availability, struct call *call, const struct question *like);

/* Answers all questions that can be answered now. */
void questions_turn(struct availability *availability);
void questions_free(struct availability *availability);

#endif
