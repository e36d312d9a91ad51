/* loads.h: CPU of a running engine while many files play. Each function prints its figures, and ends the process with a
 * message on an error. One thread. */
#ifndef LOOPHOLE_BENCH_LOADS_H
#define LOOPHOLE_BENCH_LOADS_H

#include "common/err.h"
#include "proto/transport/ask.h"

/* All files for ten seconds, beside decoding the same amount of them in this process. */
void loads_streams(char **paths, int count);

/* All files as loops, and one bare stretcher for each. */
void loads_loops(char **paths, int count);

_Noreturn void loads_die(const char *what, const struct fault *fault);

/* Asks within ten seconds, or dies. */
void loads_ask(struct asker *asker, const char *name, const void *request, void *answer);

#endif
