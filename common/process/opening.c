#include "common/process/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/cloud_file.h"
#include "common/file.h"
#include "common/process/closing.h"

struct opening {
    struct errand errand;
    struct opening_events events; /* `opened` is NULL after opening_drop */
    void *what;
    uint64_t ahead;
    bool is_cloud, is_online_only;
    int fd;
    int number; /* errno */
    struct stat st;
    char path[];
};

static void open_in_errand(struct errand *errand)
{
    struct opening *opening = (struct opening *)errand;

    if (opening->is_cloud && stat(opening->path, &opening->st) == 0 &&
        cloud_file_is_online_only(opening->path, &opening->st)) {
        opening->is_online_only = true;
        return;
    }
    opening->fd = open(opening->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opening->fd < 0 || fstat(opening->fd, &opening->st) < 0)
        opening->number = errno;
    else if (S_ISREG(opening->st.st_mode))
        posix_fadvise(opening->fd, 0, (off_t)opening->ahead, POSIX_FADV_WILLNEED);
}

static enum err explain_opening(const struct opening *opening, bool lost, struct fault *fault)
{
    if (lost)
        return fault_set(fault, ERR_TIMEOUT, "its file system does not answer");
    if (opening->is_online_only)
        return fault_set(fault, ERR_OFFLINE, "its file is only online now");
    if (opening->number != 0)
        return fault_errno(fault, file_err(opening->number), opening->number, "cannot open it");
    return S_ISREG(opening->st.st_mode) ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "not a regular file");
}

static void report_file(struct errand *errand, bool lost)
{
    struct opening *opening = (struct opening *)errand;
    struct opened_file file = { .fd = -1 };
    struct fault fault = { 0 };

    if (!opening->events.opened)
        return;
    if (explain_opening(opening, lost, &fault) == ERR_OK) {
        file = (struct opened_file){ .fd = opening->fd,
                                     .size = (uint64_t)opening->st.st_size,
                                     .mtime = clock_usec(opening->st.st_mtim),
                                     .changed = clock_usec(opening->st.st_ctim) };
        opening->fd = -1;
    }
    opening->events.opened(opening->events.state, opening->what, &file, &fault);
}

static void free_opening(struct errand *errand)
{
    struct opening *opening = (struct opening *)errand;

    closing_start(opening->fd);
    free(opening);
}

struct opening *opening_start(struct errands *errands, const char *path, uint64_t ahead, usec_t patience, bool is_cloud,
                              struct opening_events events, void *what)
{
    size_t len = strlen(path);
    struct opening *opening = alloc_zeroed(1, sizeof(*opening) + len + 1);

    opening->errand =
        (struct errand){ .run = open_in_errand, .done = report_file, .drop = free_opening, .patience = patience };
    opening->events = events;
    opening->what = what;
    opening->ahead = ahead;
    opening->is_cloud = is_cloud;
    opening->fd = -1;
    memcpy(opening->path, path, len + 1);
    errand_start(errands, &opening->errand);
    return opening;
}

void opening_drop(struct opening *opening)
{
    opening->events.opened = NULL;
    errand_stop(&opening->errand);
}
