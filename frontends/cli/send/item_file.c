#include "frontends/cli/send/item_file.h"

#include <stdio.h>

#include "common/cloud_file.h"
#include "frontends/cli/base/look.h"
#include "frontends/cli/base/resolve.h"
#include "store/door/item_door.h"

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

enum err item_file_open(const struct item *item, bool decodes, int *fd, struct stat *st, struct fault *fault)
{
    struct door *door = item_door(item, decodes, fault);
    enum err e;

    *fd = -1;
    if (!door)
        return fault->code;
    e = reach_file(item, door_path(door), fault);
    if (e == ERR_OK && (*fd = door_open(door, st, fault)) < 0)
        e = fault->code;
    door_free(door);
    return e;
}
