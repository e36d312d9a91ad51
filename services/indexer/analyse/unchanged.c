#include "services/indexer/analyse/unchanged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"

enum { LOOK_US = 20000000 };

struct unchanged_look {
    struct errand errand;
    unchanged_found *found;
    void *state;
    struct analysis *analysis; /* the thread does not touch it: the analysis may be freed while the thread hangs */
    struct arena arena;
    struct result result;
    int fd;
    uint64_t size;
    usec_t mtime, changed;
    bool reads;
    bool is_same, is_unread;
};

static bool can_read_byte(int fd)
{
    ssize_t got;
    char byte;

    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    do
        got = pread(fd, &byte, 1, 0);
    while (got < 0 && errno == EINTR);
    return got >= 0;
}

static void compare_file(struct errand *errand)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;
    struct stat st;

    look->is_same = fstat(look->fd, &st) == 0 && (uint64_t)st.st_size == look->size &&
                    clock_usec(st.st_mtim) == look->mtime &&
                    (!look->changed || clock_usec(st.st_ctim) == look->changed);
    look->is_unread = look->reads && !can_read_byte(look->fd);
}

static void report_look(struct errand *errand, bool lost)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;
    const enum unchanged found = lost              ? UNCHANGED_HUNG
                                 : look->is_unread ? UNCHANGED_UNREAD
                                 : look->is_same   ? UNCHANGED_YES
                                                   : UNCHANGED_NO;

    look->found(look->state, look->analysis, &look->result, found);
}

static void free_look(struct errand *errand)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;

    arena_free(&look->arena);
    free(look);
}

void unchanged_start(struct errands *errands, struct analysis *analysis, const struct result *result, bool reads,
                     unchanged_found *found, void *state)
{
    struct unchanged_look *look = alloc_zeroed(1, sizeof(*look));

    look->errand = (struct errand){ .run = compare_file, .done = report_look, .drop = free_look, .patience = LOOK_US };
    look->found = found;
    look->state = state;
    look->analysis = analysis;
    look->fd = analysis->fd;
    look->size = analysis->size;
    look->mtime = analysis->mtime;
    look->changed = analysis->changed;
    look->reads = reads;
    codec_keep(&result_shape, result, &look->arena, &look->result);
    errand_start(errands, &look->errand);
}
