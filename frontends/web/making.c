#include "frontends/web/making.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/web/drop.h"
#include "frontends/web/file_reading.h"

static void run_making(struct errand *errand)
{
    struct made_file *making = (struct made_file *)errand;

    if (making->make(making, &making->fault) == ERR_OK)
        making->fault.code = ERR_OK; /* an error of a step that then succeeded */
}

static void drop_making(struct errand *errand)
{
    struct made_file *making = (struct made_file *)errand;

    if (making->to >= 0)
        close(making->to);
    making->drop(making);
}

/* The thread writes `size` and `fault`; they are read only if it has returned. */
static void making_done(struct errand *errand, bool lost)
{
    struct made_file *making = (struct made_file *)errand;
    struct visit *visit = making->visit;
    struct fault fault = { 0 };
    int fd = making->to;

    if (!visit)
        return;
    visit->making = NULL;
    visit->web->makings--;
    if (lost)
        fault_set(&fault, ERR_TIMEOUT, "a file system does not answer");
    else
        fault = making->fault;
    if (fault.code != ERR_OK) {
        visit_fail_late(visit, &fault);
        return;
    }
    making->to = -1;
    if (!file_reading_begin(visit, fd, making->size, making->type))
        visit_kill(visit);
}

/* Opens a private file in the folder of uploads. */
static enum err open_private(const struct web *web, int *fd, struct fault *fault)
{
    char folder[PATH_MAX];
    enum err e = drop_folder(web, folder, sizeof(folder), fault);

    if (e != ERR_OK)
        return e;
    *fd = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    return *fd >= 0 ? ERR_OK : fault_errno(fault, file_err(errno), errno, "cannot make a temporary file in %s", folder);
}

bool making_begin(struct visit *visit, struct made_file *making)
{
    struct fault fault = { 0 };

    making->to = -1;
    if (visit->web->makings == WEB_MAKINGS)
        fault_set(&fault, ERR_BUSY, "%d files are being made: try again", WEB_MAKINGS);
    if (fault.code != ERR_OK || open_private(visit->web, &making->to, &fault) != ERR_OK) {
        making->drop(making);
        return visit_fail(visit, &fault);
    }
    making->errand.run = run_making;
    making->errand.done = making_done;
    making->errand.drop = drop_making;
    making->errand.patience = (usec_t)WEB_MAKE_MS * 1000;
    making->visit = visit;
    visit->making = making;
    visit->has_range = false;
    visit->is_made = true;
    visit->web->makings++;
    errand_start(visit->web->makers, &making->errand);
    return true;
}

void making_stop(struct visit *visit)
{
    if (!visit->making)
        return;
    visit->web->makings--;
    visit->making->visit = NULL;
    errand_stop(&visit->making->errand);
    visit->making = NULL;
}

enum err making_write(struct made_file *making, const void *bytes, size_t len, struct fault *fault)
{
    enum err e;

    if (!errand_goes_on(&making->errand))
        return fault_set(fault, ERR_BUSY, "the browser has disconnected");
    if (making->size + len > WEB_MADE_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the answer has over %d MiB: choose less", WEB_MADE_BYTES >> 20);
    e = file_write_fd(making->to, bytes, len);
    if (e != ERR_OK)
        return fault_errno(fault, e, errno, "the file cannot be kept");
    making->size += len;
    return ERR_OK;
}
