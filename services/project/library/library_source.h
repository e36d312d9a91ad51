/* library_source.h: the pattern of an ask that takes a slot, a pattern of the library, a text, or the playing
 * pattern. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_SOURCE_H
#define LOOPHOLE_PROJECT_LIBRARY_SOURCE_H

#include "services/project/library/library_job.h"

/* The first one that is given counts; all empty: the pattern that plays. A slot needs a project. */
struct library_source {
    struct text slot, name, file;
};

/* In `before`: reads what the loop can read. Errors (explained): those of slot_job_begin_one and of
 * library_read_given. */
enum err library_source_begin(struct work *work, struct txn *txn, const struct library_source *source,
                              struct fault *fault);

/* In `after`: starts a job with the text, unless it is in the library. Errors (explained): those of slot_job_keep. */
enum err library_source_start(struct work *work, struct txn *txn, const struct library_source *source,
                              const struct shape *shape, enum err (*act)(struct library_job *job, struct fault *fault),
                              struct fault *fault);

/* In the thread: the text as a pattern; `name` is that of the source. Errors (explained): those of library_find_text,
 * bad_request (the pattern of the library is corrupt), version. */
enum err library_source_read(struct library_job *job, struct text name, struct pattern_file *to, struct fault *fault);

#endif
