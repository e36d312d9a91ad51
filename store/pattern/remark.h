/* remark.h: a list of sentences about what a conversion loses. One thread. */
#ifndef LOOPHOLE_STORE_REMARK_H
#define LOOPHOLE_STORE_REMARK_H

#include "common/arena.h"
#include "proto/wire/schema.h"

enum { REMARKS_MOST = 200, REMARK_BYTES = 255 };

struct remarks {
    struct arena *arena;
    struct text_list list;
};

/* Adds a sentence, cut at REMARK_BYTES; the last of REMARKS_MOST says that there are more. */
void remark_add(struct remarks *remarks, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
