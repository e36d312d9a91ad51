#include "frontends/cli/send/item_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "common/cloud_file.h"
#include "common/file.h"
#include "frontends/cli/base/look.h"
#include "frontends/cli/base/resolve.h"

static enum err explain_absence(const struct item *item, struct fault *fault)
{
    fault_set(fault, ERR_OFFLINE, "its file is not here: %s",
              item->media.availability.value == ITEM_STATE_MISSING ? "it is missing" : "its volume is away");
    return fault_hint(fault, "`loophole whereis` lists other copies");
}

struct content_look {
    char path[PATH_MAX];
    bool is_online_only;
};

static void look_in_cloud(void *memory)
{
    struct content_look *look = memory;
    struct stat st;

    look->is_online_only = stat(look->path, &st) == 0 && cloud_file_is_online_only(look->path, &st);
}

/* Only a fetch reads a file that is only in a cloud. */
static enum err reach_in_cloud(const char *path, struct fault *fault)
{
    struct content_look *look = trial_memory(sizeof(*look));
    enum err e;

    snprintf(look->path, sizeof(look->path), "%s", path);
    e = look_run(look_in_cloud, look, fault);
    if (e == ERR_TIMEOUT)
        e = look_hung(path, fault);
    else if (e == ERR_OK && look->is_online_only)
        e = fault_set(fault, ERR_OFFLINE, "its content is in the cloud: `loophole fetch` fetches it");
    trial_memory_free(look, sizeof(*look));
    return e;
}

static enum err reach_file(const struct item *item, const char *path, struct fault *fault)
{
    return item->backend.value == BACKEND_CLOUD ? reach_in_cloud(path, fault) : resolve_reach(path, fault);
}

enum err item_file_open(const struct item *item, int *fd, struct stat *st, struct fault *fault)
{
    char path[PATH_MAX];

    *fd = -1;
    if (item->media.availability.value == ITEM_STATE_EXTERNAL_OFFLINE || item->path.len == 0 ||
        !bytes_copy(path, sizeof(path), item->path))
        return explain_absence(item, fault);
    enum err e = reach_file(item, path, fault);
    if (e != ERR_OK)
        return e;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, st) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot read it");
    return S_ISREG(st->st_mode) ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "not a regular file");
}
