#include "common/limits.h"
#include <errno.h>
#include <sys/resource.h>
#include "common/sanitizer.h"

/* The soft limit becomes `wanted`, or the hard one where that is lower. */
static enum err set(__rlimit_resource_t which, rlim_t wanted, const char *name, struct fault *fault)
{
    struct rlimit limit;

    if (getrlimit(which, &limit) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot read the limit of %s", name);
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(which, &limit) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot set the limit of %s", name);
    return ERR_OK;
}

enum err limits_set(struct config *config, struct fault *fault)
{
    rlim_t files = (rlim_t)config_int(config, "limits.files", 65536, 256, 1 << 20);
    rlim_t data = (rlim_t)config_int(config, "limits.data_mb", 4096, 0, 1 << 24) << 20;
    enum err e = set(RLIMIT_NOFILE, files, "open files", fault);
    enum err more = set(RLIMIT_CORE, 0, "core dumps", fault);

    if (e == ERR_OK)
        e = more;
    if (SANITIZED || data == 0)
        return e;
    more = set(RLIMIT_DATA, data, "private memory", fault);
    return e != ERR_OK ? e : more;
}
