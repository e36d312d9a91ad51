/* foreign.h: the sound of a file that our own decoders do not know (m4a, aac, wma, video), as a WAV of floats. ffmpeg
 * decodes it, when it is installed, in a process and a sandbox of its own (services/worker/foreign.h), which ends with
 * its result. It reads only the descriptor, and its output is a file without a name. */
#ifndef LOOPHOLE_PROTO_FOREIGN_H
#define LOOPHOLE_PROTO_FOREIGN_H

#include "common/process/errand.h"

/* The path of ffmpeg, or of the program that the variable LOOPHOLE_FFMPEG names; NULL: it is not installed. Any
 * thread. */
const char *foreign_program(void);

struct foreign_plan {
    const char *programs; /* the folder of loophole-worker */
    const char *folder;   /* on a disk with room: 4 GiB at most */
    int from;             /* the open file; stays the caller's */
};

/* Decodes the first sound of the file, and returns when it is done: *to is then an open WAV that the caller owns. The
 * errand (or NULL) can end it. Errors: not_found (ffmpeg is not installed), bad_request (it cannot be decoded; the
 * fault says why), too_large (its WAV has more than 4 GiB), timeout (no progress for a minute), full, io, busy. */
enum err foreign_decode(const struct foreign_plan *plan, struct errand *errand, int *to, struct fault *fault);

/* The same in an errand, for a loop. `fd` is -1 with a fault. `seconds` is the length of a file without sound, from
 * ffmpeg; 0: unknown. */
struct foreign;
typedef void foreign_decoded(void *state, void *what, int fd, double seconds, const struct fault *fault);
struct foreign *foreign_start(struct errands *errands, const struct foreign_plan *plan, foreign_decoded *decoded,
                              void *state, void *what); /* `plan->from` is duplicated, the texts are copied */
void foreign_drop(struct foreign *foreign);             /* only before `decoded` is called: prevents that call */

#endif
