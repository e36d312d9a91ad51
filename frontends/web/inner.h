/* inner.h: asks of the gateway itself. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_INNER_H
#define LOOPHOLE_FRONTENDS_WEB_INNER_H

#include "frontends/web/web.h"

/* Sends an ask, and calls `done` once unless inner_drop comes first: with the answer's body, or with a fault (timeout:
 * neither an answer came, nor did the service restart). `name` is a literal. Returns the ask's number, or 0 with a
 * fault. */
uint64_t inner_send(struct web *web, const char *name, const void *request, const struct shape *shape,
                    void (*done)(void *state, struct bytes body, const struct fault *fault), void *state,
                    struct fault *fault);
void inner_drop(struct web *web, uint64_t number);                       /* 0 is allowed */
bool inner_answer(struct web *web, uint64_t number, struct bytes frame); /* false: the number is not among these */
void inner_send_again(struct web *web, struct text service);             /* the service is back */
void inner_look(struct web *web);                                        /* ends asks whose time is up */

#endif
