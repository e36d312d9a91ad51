/* document_job.h: a document that an ask has, read by a thread: a large one would hold up the loop. It may come from a
 * stranger, and is in hand while it is read (file_io.h). The struct lives until `done` has returned. The loop's thread.
 */
#ifndef LOOPHOLE_PROJECT_DOCUMENT_JOB_H
#define LOOPHOLE_PROJECT_DOCUMENT_JOB_H

#include "services/project/base/file_io.h"

/* The thread's work on a document that could be read; NULL: none. It may make a result, in the document's arena. */
typedef enum err document_act(struct document *document, void **result, struct fault *fault);

struct document_job {
    struct errand errand;
    struct in_hand *hand;     /* of the service */
    struct text file;         /* in the document's arena */
    struct document document; /* `done` may take it, and leaves a zeroed one */
    document_act *act;
    void *result;
    struct fault fault; /* code ERR_OK: it is done. Else that of `act`; bad_request or too_large (the text); internal
                           (a process died of it); timeout */
    void (*done)(void *owner, struct document_job *job);
    void *owner;
};

/* Starts it. `file` is copied. `done` is called once; after a thread that hung for `patience`, with the fault
 * `timeout` and without a document. */
void document_job_start(struct project *p, struct text file, document_act *act, usec_t patience,
                        void (*done)(void *owner, struct document_job *job), void *owner);

#endif
