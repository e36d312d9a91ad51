/* slice.h: the part of long work that a turn may do. It ends after SLICE_US, or when a client waits for an answer. */
#ifndef LOOPHOLE_COMPOSER_SLICE_H
#define LOOPHOLE_COMPOSER_SLICE_H

#include "proto/service/service.h"

struct slice {
    struct service *service; /* NULL: no client ends it */
    usec_t until;            /* on the steady clock */
};

/* The works of one turn share a slice. */
struct slice slice_begin(struct service *service);

/* Costs a system call. A work looks at it after each few rows, so that it advances in each turn. */
bool slice_is_over(const struct slice *slice);

#endif
