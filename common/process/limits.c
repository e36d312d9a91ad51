#include "common/process/limits.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/sanitizer.h"

enum { DATA_MB_LEAST = 4096, KEPT_PART = 8 };

/* Sets the soft limit to `wanted`, or to the hard limit if that is lower. */
static enum err set_limit(__rlimit_resource_t which, rlim_t wanted, const char *name, struct fault *fault)
{
    struct rlimit limit;

    if (getrlimit(which, &limit) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot read the limit of %s", name);
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(which, &limit) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot set the limit of %s", name);
    return ERR_OK;
}

/* Half of the machine's memory: an index of ten million items takes 6 GB. */
static int64_t usual_data_mb(void)
{
    int64_t half = sysconf(_SC_PHYS_PAGES) / 2 * sysconf(_SC_PAGESIZE) >> 20;

    return half > DATA_MB_LEAST ? half : DATA_MB_LEAST;
}

enum err limits_set(struct config *config, struct fault *fault)
{
    rlim_t files = (rlim_t)config_int(config, "limits.files");
    rlim_t data = (rlim_t)config_int_or(config, "limits.data_mb", usual_data_mb()) << 20;
    enum err e = set_limit(RLIMIT_NOFILE, files, "open files", fault);
    enum err more = set_limit(RLIMIT_CORE, 0, "core dumps", fault);

    if (e == ERR_OK)
        e = more;
    if (SANITIZED || data == 0)
        return e;
    more = set_limit(RLIMIT_DATA, data, "private memory", fault);
    return e != ERR_OK ? e : more;
}

/* Returns the bytes that RLIMIT_DATA counts, plus the stacks; 0: unknown. */
static rlim_t count_private_bytes(void)
{
    unsigned long data = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%*u %*u %*u %*u %*u %lu", &data) != 1)
        data = 0;
    (void)fclose(file);
    return (rlim_t)data * (rlim_t)sysconf(_SC_PAGESIZE);
}

void limits_allow_more(size_t bytes)
{
    rlim_t used = count_private_bytes();
    struct fault ignored;

    if (!SANITIZED && used > 0)
        (void)set_limit(RLIMIT_DATA, used + bytes, "private memory", &ignored);
}

bool limits_leave(size_t bytes)
{
    struct rlimit limit;
    rlim_t most, used;

    if (SANITIZED || bytes == 0 || getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return true;
    most = limit.rlim_cur - limit.rlim_cur / KEPT_PART;
    used = count_private_bytes();
    return used <= most && bytes <= most - used;
}

enum err limits_refuse(struct fault *fault, const char *what)
{
    (void)fault_set(fault, ERR_FULL, "%s would need more memory than data_mb allows", what);
    return fault ? fault_hint(fault, "ask for less, or raise data_mb in the section [limits] of loophole.conf")
                 : ERR_FULL;
}
