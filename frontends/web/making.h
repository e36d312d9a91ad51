/* making.h: answers with a file that a thread makes first. The file is private and has no name; it lies in the cache
 * folder, so the gateway's memory does not grow with it, and it ends with its answer. The gateway's thread, unless
 * stated otherwise. */
#ifndef LOOPHOLE_FRONTENDS_WEB_MAKING_H
#define LOOPHOLE_FRONTENDS_WEB_MAKING_H

#include "frontends/web/visit.h"

/* The first member of a maker's own struct, which is zeroed. The maker sets make, drop and type; making.c owns the
 * rest. */
struct made_file {
    struct errand errand;
    enum err (*make)(struct made_file *making, struct fault *fault); /* in a thread: writes the file `to` */
    void (*drop)(struct made_file *making);                          /* frees it, once; any thread */
    const char *type;
    int to;
    struct visit *visit; /* NULL: it has ended */
    uint64_t size;
    struct fault fault;
};

/* Takes `making` over, makes its file, and answers with it; the answer has no ranges. False: close the connection. */
bool making_begin(struct visit *visit, struct made_file *making);
void making_stop(struct visit *visit); /* the visit ends */

/* In a thread, in `make`. Appends to the file; busy: the browser has gone. Errors: too_large (over WEB_MADE_BYTES),
 * busy, and those of file_write_fd. */
enum err making_write(struct made_file *making, const void *bytes, size_t len, struct fault *fault);

#endif
