#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "services/streamer/reel_opening.h"

enum { PATIENCE_US = 4000000, AHEAD = 1 << 20 };

struct reel_opening {
    struct errand errand;
    void (*opened)(void *state, int fd, const struct fault *fault); /* NULL: dropped */
    void *state;
    int fd;
    int number; /* errno */
    bool is_file;
    char path[];
};

static void run(struct errand *errand)
{
    struct reel_opening *opening = (struct reel_opening *)errand;
    struct stat st;

    opening->fd = open(opening->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opening->fd < 0 || fstat(opening->fd, &st) < 0)
        opening->number = errno;
    else if ((opening->is_file = S_ISREG(st.st_mode)))
        posix_fadvise(opening->fd, 0, AHEAD, POSIX_FADV_WILLNEED);
}

static void judge(const struct reel_opening *opening, bool lost, struct fault *fault)
{
    if (lost)
        fault_set(fault, ERR_TIMEOUT, "its file system does not answer");
    else if (opening->number != 0)
        fault_errno(fault, file_err(opening->number), opening->number, "cannot open it");
    else if (!opening->is_file)
        fault_set(fault, ERR_BAD_REQUEST, "not a regular file");
}

static void done(struct errand *errand, bool lost)
{
    struct reel_opening *opening = (struct reel_opening *)errand;
    struct fault fault = { 0 };
    int fd = -1;

    if (!opening->opened)
        return;
    judge(opening, lost, &fault);
    if (fault.code == ERR_OK) {
        fd = opening->fd;
        opening->fd = -1;
    }
    opening->opened(opening->state, fd, &fault);
}

static void drop(struct errand *errand)
{
    struct reel_opening *opening = (struct reel_opening *)errand;

    if (opening->fd >= 0)
        close(opening->fd);
    free(opening);
}

struct reel_opening *reel_opening_start(struct errands *errands, const char *path,
                                            void (*opened)(void *state, int fd, const struct fault *fault),
                                            void *state)
{
    size_t len = strlen(path);
    struct reel_opening *opening = calloc(1, sizeof(*opening) + len + 1);

    if (!opening)
        return NULL;
    opening->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = PATIENCE_US };
    opening->opened = opened;
    opening->state = state;
    opening->fd = -1;
    memcpy(opening->path, path, len + 1);
    errand_start(errands, &opening->errand);
    return opening;
}

void reel_opening_drop(struct reel_opening *opening)
{
    opening->opened = NULL;
    errand_stop(&opening->errand);
}
