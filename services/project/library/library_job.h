/* library_job.h: one ask about the library in a thread, under its lock. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_JOB_H
#define LOOPHOLE_PROJECT_LIBRARY_JOB_H

#include "services/project/handlers/work.h"
#include "services/project/library/library.h"
#include "services/project/library/library_step.h"

/* Owned by the errand; the loop reads it only in `take`. */
struct library_job {
    struct errand errand;
    struct pattern_library *library;
    struct in_hand *hand; /* of the service */
    struct sender sender;
    struct arena arena; /* of the job */
    const void *ask;    /* a copy */
    struct text text;   /* of a pattern, given or found */
    struct library_said said;
    struct midi_said midi;                                         /* of a conversion */
    enum err (*act)(struct library_job *job, struct fault *fault); /* in the thread; library_look is done */
    struct fault fault;
    struct work *work;
};

/* A job with a copy of the work's ask, whose shape is given; NULL: it has no fields. */
struct library_job *library_job_new(struct work *work, const struct shape *shape,
                                    enum err (*act)(struct library_job *job, struct fault *fault));

/* Starts it in `before` or `after`. When the thread has ended, the phase continues with work->filed and the
 * text in work->file. */
void library_job_start(struct library_job *job);

/* The next phase answers with what the job said, or fails with its fault. */
enum err library_job_answer(struct work *work, struct txn *txn, struct fault *fault);

#endif
