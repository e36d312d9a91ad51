#include "services/indexer/analyse/unchanged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"

enum { LOOK_US = 20000000 };

struct unchanged_look {
    struct errand errand;
    unchanged_found *found;
    void *state;
    struct analysis *analysis; /* the thread does not touch it: the analysis may be freed while the thread hangs */
    struct arena arena;
    struct result result;
    int fd;
    struct file_times now;
    bool reads;
    bool is_asked, is_unread;
};

bool unchanged_since_scan(const struct analysis *analysis, const struct file_times *now)
{
    return now->size == analysis->size && now->mtime == analysis->mtime &&
           (!analysis->changed || now->changed == analysis->changed);
}

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

    look->is_asked = fstat(look->fd, &st) == 0;
    if (look->is_asked)
        look->now = (struct file_times){ .size = (uint64_t)st.st_size,
                                         .mtime = clock_usec(st.st_mtim),
                                         .changed = clock_usec(st.st_ctim) };
    look->is_unread = look->reads && !can_read_byte(look->fd);
}

static void report_look(struct errand *errand, bool lost)
{
    struct unchanged_look *look = (struct unchanged_look *)errand;
    enum unchanged found = UNCHANGED_NO;

    if (lost)
        found = UNCHANGED_HUNG;
    else if (look->is_unread)
        found = UNCHANGED_UNREAD;
    else if (look->is_asked && unchanged_since_scan(look->analysis, &look->now))
        found = UNCHANGED_YES;

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
    look->reads = reads;
    codec_keep(&result_shape, result, &look->arena, &look->result);
    errand_start(errands, &look->errand);
}
