/* slice.h: the part of long work that a turn may do. It ends after SLICE_US, or when a client waits for an answer. The
 * loop's thread. */
#ifndef LOOPHOLE_COMPOSER_SLICE_H
#define LOOPHOLE_COMPOSER_SLICE_H

#include "proto/service/service.h"

struct slice {
    struct service *service; /* NULL: no client ends it */
    usec_t until, looked;    /* on the steady clock; when it looked for a client */
};

struct slice slice_begin(struct service *service);

/* A work does its first row without asking, so each turn advances; it asks before it takes each further row. */
bool slice_is_over(struct slice *slice);

#endif
