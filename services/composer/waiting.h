/* waiting.h: the asks that wait for the end of an exchange. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_WAITING_H
#define LOOPHOLE_COMPOSER_WAITING_H

#include "services/composer/state.h"

/* Defers the answer of the call; the list has room for WAITING_MOST. Errors (explained): busy. */
enum err waiting_add(struct call *call, struct ticket *tickets, uint32_t *count);

/* Answers all of them, and empties the list. `answer` NULL: all of them fail with `why`. */
void waiting_answer(struct composer *composer, struct ticket *tickets, uint32_t *count, const void *answer,
                    const struct fault *why);

#endif
