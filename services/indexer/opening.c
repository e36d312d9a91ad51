#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/indexer/opening.h"

enum { PATIENCE_US = 20000000, WHY_SIZE = 160 };

struct opening {
    struct errand errand;
    void (*opened)(void *state, struct work *work, enum opened how, const char *why);
    void *state;
    struct work *work; /* the loop's: not touched in the thread */
    int fd;
    int number; /* errno */
    struct stat st;
    char path[];
};

static usec_t mtime_of(const struct stat *st)
{
    return (usec_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

static void run(struct errand *errand)
{
    struct opening *opening = (struct opening *)errand;

    opening->fd = open(opening->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opening->fd < 0 || fstat(opening->fd, &opening->st) < 0)
        opening->number = errno;
    else if (S_ISREG(opening->st.st_mode))
        posix_fadvise(opening->fd, 0, 0, POSIX_FADV_WILLNEED);
}

static enum opened judge(struct opening *opening, char why[WHY_SIZE])
{
    struct work *work = opening->work;
    bool asked = work->ticket.number != 0;

    if (opening->number != 0) {
        snprintf(why, WHY_SIZE, "cannot open it: %s", strerror(opening->number));
        return opening->number == ENOENT && !asked ? OPENED_CHANGED : OPENED_FAILED;
    }
    if (!S_ISREG(opening->st.st_mode)) {
        snprintf(why, WHY_SIZE, "not a regular file");
        return asked ? OPENED_FAILED : OPENED_CHANGED;
    }
    work->fd = opening->fd;
    opening->fd = -1;
    if (asked) {
        work->size = (uint64_t)opening->st.st_size;
        work->mtime = mtime_of(&opening->st);
    }
    return opening_unchanged(work) ? OPENED : OPENED_CHANGED;
}

static void done(struct errand *errand, bool lost)
{
    struct opening *opening = (struct opening *)errand;
    char why[WHY_SIZE] = "its file system does not answer";
    enum opened how = lost ? OPENED_HUNG : judge(opening, why);

    opening->opened(opening->state, opening->work, how, why);
}

static void drop(struct errand *errand)
{
    struct opening *opening = (struct opening *)errand;

    if (opening->fd >= 0)
        close(opening->fd);
    free(opening);
}

enum err opening_start(struct errands *errands, struct work *work,
                       void (*opened)(void *state, struct work *work, enum opened how, const char *why),
                       void *state)
{
    size_t len = strlen(work->path);
    struct opening *opening = calloc(1, sizeof(*opening) + len + 1);

    if (!opening)
        return ERR_FULL;
    opening->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = PATIENCE_US };
    opening->opened = opened;
    opening->state = state;
    opening->work = work;
    opening->fd = -1;
    memcpy(opening->path, work->path, len + 1);
    errand_start(errands, &opening->errand);
    return ERR_OK;
}

bool opening_unchanged(const struct work *work)
{
    struct stat st;

    return fstat(work->fd, &st) == 0 && (uint64_t)st.st_size == work->size && mtime_of(&st) == work->mtime;
}
