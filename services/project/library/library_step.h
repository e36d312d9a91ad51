/* library_step.h: changes of the library's files that are done together or not at all, over any death, and that can be
 * undone. In a thread, under the library's lock.
 *
 *   stage old and new texts in .steps/N ─► sync ─► state.json: going to N ─► files ─► sync ─► state.json: at N
 *
 * A death before the first state.json leaves everything as it was. After it, the next ask completes the step. So a
 * repeated ask finds its answer in state.json. The last LIBRARY_STEPS steps are kept. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_STEP_H
#define LOOPHOLE_PROJECT_LIBRARY_STEP_H

#include "proto/service/service.h"
#include "services/project/library/library.h"

enum { LIBRARY_STEPS = 64 };

/* A file after the step. */
struct library_change {
    struct text path; /* below DATA/patterns; a zero follows */
    struct bytes after;
    bool removes;
};

struct library_step {
    struct sender sender; /* of the ask */
    struct text said;
    uint32_t count;
    struct library_change *changes;
};

/* Completes a step that a death interrupted; call it first. Errors (explained): those of the files. */
enum err library_recover(struct pattern_library *library, struct fault *fault);

/* Does a step, and removes the steps that were undone. Errors (explained): those of the files; no pattern has
 * changed then. */
enum err library_do(struct pattern_library *library, const struct library_step *step, struct fault *fault);

/* Takes the last step back, or does the next one again. Fills `said`. Errors (explained): not_found (there is none),
 * conflict (a file was changed since). */
enum err library_undo(struct pattern_library *library, bool again, const struct sender *sender, struct arena *arena,
                      struct text *said, struct fault *fault);

#endif
