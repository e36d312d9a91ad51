#include "common/process/opening.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/cloud_file.h"
#include "common/process/closing.h"

struct opening {
    struct errand errand;
    struct opening_events events; /* `opened` is NULL after opening_drop */
    void *what;
    uint64_t ahead;
    bool is_cloud;
    int fd;
    struct fault fault;
    struct stat st;
    struct door *door;
};

static void open_in_errand(struct errand *errand)
{
    struct opening *opening = (struct opening *)errand;
    const char *path = door_path(opening->door);

    if (opening->is_cloud && stat(path, &opening->st) == 0 && cloud_file_is_online_only(path, &opening->st)) {
        fault_set(&opening->fault, ERR_OFFLINE, "its file is only online now");
        return;
    }
    opening->fd = door_open(opening->door, &opening->st, &opening->fault);
    if (opening->fd >= 0)
        posix_fadvise(opening->fd, 0, (off_t)opening->ahead, POSIX_FADV_WILLNEED);
}

static void report_file(struct errand *errand, bool lost)
{
    struct opening *opening = (struct opening *)errand;
    struct opened_file file = { .fd = -1 };
    struct fault fault = { 0 };

    if (!opening->events.opened)
        return;
    if (lost) {
        fault_set(&fault, ERR_TIMEOUT, "its file system does not answer");
    } else if (opening->fd < 0) {
        fault = opening->fault;
    } else {
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
    door_free(opening->door);
    free(opening);
}

struct opening *opening_start(struct errands *errands, struct door *door, uint64_t ahead, usec_t patience,
                              bool is_cloud, struct opening_events events, void *what)
{
    struct opening *opening = alloc_zeroed(1, sizeof(*opening));

    opening->errand =
        (struct errand){ .run = open_in_errand, .done = report_file, .drop = free_opening, .patience = patience };
    opening->events = events;
    opening->what = what;
    opening->ahead = ahead;
    opening->is_cloud = is_cloud;
    opening->fd = -1;
    opening->door = door;
    errand_start(errands, &opening->errand);
    return opening;
}

void opening_drop(struct opening *opening)
{
    opening->events.opened = NULL;
    errand_stop(&opening->errand);
}
