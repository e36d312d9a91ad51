#include "services/indexer/analyse/unchanged.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/alloc.h"

enum { LOOK_US = 20000000 };

struct unchanged_look {
    struct errand errand;
    unchanged_found *found;
    void *state;
    struct work *work; /* the thread does not touch it: the work may be freed while the thread hangs */
    struct arena arena;
    struct result result;
    int fd;
    uint64_t size;
    usec_t mtime;
    bool is_same;
};

static void compare_file(struct errand *errand)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;
    struct stat st;

    look->is_same =
        fstat(look->fd, &st) == 0 && (uint64_t)st.st_size == look->size && clock_usec(st.st_mtim) == look->mtime;
}

static void report_look(struct errand *errand, bool lost)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;
    const enum unchanged found = lost ? UNCHANGED_HUNG : look->is_same ? UNCHANGED_YES : UNCHANGED_NO;

    look->found(look->state, look->work, &look->result, found);
}

static void free_look(struct errand *errand)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;

    arena_free(&look->arena);
    free(look);
}

void unchanged_start(struct errands *errands, struct work *work, const struct result *result, unchanged_found *found,
                     void *state)
{
    struct unchanged_look *look = alloc_zeroed(1, sizeof(*look));

    look->errand = (struct errand){ .run = compare_file, .done = report_look, .drop = free_look, .patience = LOOK_US };
    look->found = found;
    look->state = state;
    look->work = work;
    look->fd = work->fd;
    look->size = work->size;
    look->mtime = work->mtime;
    codec_keep(&result_shape, result, &look->arena, &look->result);
    errand_start(errands, &look->errand);
}
