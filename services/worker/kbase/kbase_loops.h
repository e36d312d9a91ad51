/* kbase_loops.h: the loops and the clips of a project, as parts of a project.json. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_LOOPS_H
#define LOOPHOLE_WORKER_KBASE_LOOPS_H

#include "services/worker/kbase/kbase_content.h"
#include "services/worker/kbase/kbase_rest.h"
#include "services/worker/kbase/kbase_sources.h"

enum { KBASE_CLIPS = 4000 };

/* What is made of a project. */
struct kbase_making {
    struct kbase_content *content;
    struct arena *arena;
    int64_t project;
    struct kbase_sources sources;
    struct kbase_rest rest; /* gets rows that cannot be parts */
    uint32_t values;        /* of all texts of JSON in the document */
    bool is_spent;          /* the loops or the clips took too many steps: the project cannot be read */
};

/* A row of f_track is a loop if its key, actions and duration are those of one. Its music context gets the rate of its
 * source; one that cannot be read is kept as it is, in the key `music_context_json`. */
struct tree kbase_loops_read(struct kbase_making *making);

#endif
