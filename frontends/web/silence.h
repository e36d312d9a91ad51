/* silence.h: bounds the time in which the browser of a request neither sends nor takes a byte. The duration of the
 * request has no bound: a large file may come or go slowly, and an answer may take long to make (its makers have bounds
 * of their own). The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_SILENCE_H
#define LOOPHOLE_FRONTENDS_WEB_SILENCE_H

#include <stdbool.h>

#include "common/clock.h"
#include "frontends/web/entry/door.h"

struct silence {
    uint64_t moved; /* bytes that came, and that were handed to the kernel */
    uint64_t seen;  /* `moved` at the last look */
    int unsent;     /* bytes that the kernel held then */
    usec_t since;   /* steady clock; the browser is silent since then; 0: the gateway works on the answer */
};

void silence_begin(struct silence *silence, struct lws *wsi); /* in place of the limits of libwebsockets */
void silence_end(struct lws *wsi);

/* The timer of the connection. False: disconnect it. */
bool silence_look(struct silence *silence, struct lws *wsi, bool waits_for_browser);

#endif
