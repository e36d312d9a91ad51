/* dying.h: ends child processes. One that waits for a disk in the kernel does not die before the disk answers: it is
 * reaped later, and counts until then. Any thread. */
#ifndef LOOPHOLE_COMMON_DYING_H
#define LOOPHOLE_COMMON_DYING_H

#include <stdbool.h>
#include <sys/types.h>

enum dying_kind { DYING_DECODER, DYING_LOOK, DYING_KINDS }; /* decoders; children that look at one file */

enum { DYING_US = 2500000, DYING_MOST = 8 /* a caller starts no child of a kind while so many of it do not die */ };

/* Reaps a child. With `is_ending` it is about to end, and gets DYING_US of its time for that; then it is killed. */
void dying_end(enum dying_kind kind, pid_t pid, bool is_ending);

unsigned dying_count(enum dying_kind kind); /* its children that were killed and have not died */

#endif
