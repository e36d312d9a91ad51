/* library_state.h: which step of the library is done, which one is under way, and the answers to the last asks. In a
 * thread, under the library's lock. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_STATE_H
#define LOOPHOLE_PROJECT_LIBRARY_STATE_H

#include "proto/service/service.h"
#include "proto/wire/tree.h"
#include "services/project/library/library.h"

enum { LIBRARY_PATH = PATH_MAX + 800, LIBRARY_DONE = 32 };

struct step_state {
    struct arena arena;
    int64_t at, going, top; /* numbers: the last step that is done; the step to reach; the last that exists */
    struct tree done;       /* of the last asks: request, digest and said, the newest first */
};

/* The path of a file of a step; of step 0, in .steps itself. Returns `to`. */
const char *library_state_path(const struct pattern_library *library, int64_t step, const char *file,
                               char to[LIBRARY_PATH]);

/* Reads a file that is a JSON object. Errors (explained): not_found, io (also if it is damaged), denied. */
enum err library_state_tree(const char *path, struct arena *arena, struct tree *to, struct fault *fault);

/* An absent file means that no step was ever done. Errors (explained): io (also if it is damaged), denied. */
enum err library_state_read(const struct pattern_library *library, struct step_state *to, struct fault *fault);

/* Errors (explained): those of file_write_atomic. */
enum err library_state_write(const struct pattern_library *library, struct step_state *state, struct fault *fault);

/* Adds the answer of an ask. */
void library_state_note(struct step_state *state, const struct sender *sender, struct text said);

/* Fills `said`, in the arena, with the answer of an ask that was done; "": it was not. Errors (explained): conflict
 * (another ask had its request id). */
enum err library_state_answer(const struct pattern_library *library, const struct sender *sender, struct arena *arena,
                              struct text *said, struct fault *fault);

#endif
