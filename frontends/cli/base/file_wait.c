#include "frontends/cli/base/file_wait.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHILDREN_MOST = 4 /* processes that wait for each other */, ARGS = 2 };

/* What the first arguments of a call name. */
enum call_kind {
    CALL_FILE,
    CALL_SYNC /* it waits for all that was written */,
    CALL_AT,
    CALL_PATH,
    CALL_CHILD,
    CALL_CHILD_ID
};

static const struct file_call {
    long number;
    enum call_kind kind;
} file_calls[] = {
    { SYS_read, CALL_FILE },
    { SYS_write, CALL_FILE },
    { SYS_pread64, CALL_FILE },
    { SYS_pwrite64, CALL_FILE },
    { SYS_readv, CALL_FILE },
    { SYS_writev, CALL_FILE },
    { SYS_preadv, CALL_FILE },
    { SYS_pwritev, CALL_FILE },
    { SYS_copy_file_range, CALL_FILE },
    { SYS_sendfile, CALL_FILE },
    { SYS_fsync, CALL_SYNC },
    { SYS_fdatasync, CALL_SYNC },
    { SYS_syncfs, CALL_SYNC },
    { SYS_sync_file_range, CALL_SYNC },
    { SYS_ftruncate, CALL_FILE },
    { SYS_fallocate, CALL_FILE },
    { SYS_close, CALL_SYNC },
    { SYS_lseek, CALL_FILE },
    { SYS_fstat, CALL_FILE },
    { SYS_fstatfs, CALL_FILE },
    { SYS_fchmod, CALL_FILE },
    { SYS_fchown, CALL_FILE },
    { SYS_getdents64, CALL_FILE },
    { SYS_flistxattr, CALL_FILE },
    { SYS_fgetxattr, CALL_FILE },
    { SYS_fsetxattr, CALL_FILE },
    { SYS_fremovexattr, CALL_FILE },
    { SYS_openat, CALL_AT },
    { SYS_openat2, CALL_AT },
    { SYS_newfstatat, CALL_AT },
    { SYS_statx, CALL_AT },
    { SYS_faccessat, CALL_AT },
    { SYS_faccessat2, CALL_AT },
    { SYS_readlinkat, CALL_AT },
    { SYS_mkdirat, CALL_AT },
    { SYS_unlinkat, CALL_AT },
    { SYS_linkat, CALL_AT },
    { SYS_renameat2, CALL_AT },
    { SYS_utimensat, CALL_AT },
    { SYS_fchmodat, CALL_AT },
    { SYS_fchownat, CALL_AT },
    { SYS_statfs, CALL_PATH },
    { SYS_truncate, CALL_PATH },
    { SYS_getxattr, CALL_PATH },
    { SYS_setxattr, CALL_PATH },
    { SYS_listxattr, CALL_PATH },
#ifdef SYS_renameat
    { SYS_renameat, CALL_AT },
#endif
#ifdef SYS_open /* some architectures have only the calls that end in "at" */
    { SYS_open, CALL_PATH },
    { SYS_stat, CALL_PATH },
    { SYS_lstat, CALL_PATH },
    { SYS_access, CALL_PATH },
    { SYS_readlink, CALL_PATH },
    { SYS_mkdir, CALL_PATH },
    { SYS_rmdir, CALL_PATH },
    { SYS_unlink, CALL_PATH },
    { SYS_link, CALL_PATH },
    { SYS_rename, CALL_PATH },
    { SYS_chmod, CALL_PATH },
    { SYS_chown, CALL_PATH },
#endif
    { SYS_wait4, CALL_CHILD },
    { SYS_waitid, CALL_CHILD_ID },
};

static const struct file_call *find_call(long number)
{
    for (size_t i = 0; i < sizeof(file_calls) / sizeof(*file_calls); i++)
        if (file_calls[i].number == number)
            return &file_calls[i];
    return NULL;
}

/* Reads a file of /proc/PID, or the memory of the process from `at` on; "" if it cannot be read. */
static void read_of(pid_t pid, const char *name, unsigned long long at, char *to, size_t size)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd >= 0 ? pread(fd, to, size - 1, (off_t)at) : 0;
    to[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* "" if there is no such link. The kernel knows where it leads: no file system is asked. */
static void read_link_of(pid_t pid, const char *name, char to[PATH_MAX])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    ssize_t got = readlink(path, to, PATH_MAX - 1);
    to[got > 0 ? got : 0] = '\0';
}

static void name_descriptor(pid_t pid, int fd, char to[PATH_MAX])
{
    char name[32];

    (void)snprintf(name, sizeof(name), "fd/%d", fd);
    read_link_of(pid, fd == AT_FDCWD ? "cwd" : name, to);
}

static void name_path(pid_t pid, int folder, unsigned long long at, char to[PATH_MAX])
{
    char path[PATH_MAX];
    size_t len;

    read_of(pid, "mem", at, path, sizeof(path));
    to[0] = '\0';
    if (path[0] != '/')
        name_descriptor(pid, folder, to);
    len = strlen(to);
    (void)snprintf(to + len, PATH_MAX - len, "%s%s", len && path[0] ? "/" : "", path);
}

/* Devices answer by themselves or are terminals; pipes and sockets have no path. */
static bool is_of_a_disk(const char *path)
{
    return path[0] == '/' && strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0 &&
           strncmp(path, "/memfd:", 7) != 0;
}

/* How often it has waited: a call in a loop that goes on is not one that hangs. */
static void note_moment(pid_t pid, const char *call, struct file_wait *to)
{
    char status[4096];
    const char *waits;

    read_of(pid, "status", 0, status, sizeof(status));
    waits = strstr(status, "voluntary_ctxt_switches:");
    (void)snprintf(to->moment, sizeof(to->moment), "%d %s %.96s", (int)pid, call, waits ? waits : "");
}

/* Returns the process that the call waits for, or 0. */
static pid_t look_at_call(pid_t pid, struct file_wait *to)
{
    unsigned long long args[ARGS] = { 0 };
    char call[256];
    long number;

    read_of(pid, "syscall", 0, call, sizeof(call));
    if (sscanf(call, "%ld %llx %llx", &number, &args[0], &args[1]) != 1 + ARGS) /* it runs, or has ended */
        return 0;
    const struct file_call *found = find_call(number);
    if (found)
        note_moment(pid, call, to);
    to->is_sync = found && found->kind == CALL_SYNC;
    if (found && (found->kind == CALL_FILE || found->kind == CALL_SYNC))
        name_descriptor(pid, (int)args[0], to->path);
    else if (found && found->kind == CALL_AT)
        name_path(pid, (int)args[0], args[1], to->path);
    else if (found && found->kind == CALL_PATH)
        name_path(pid, AT_FDCWD, args[0], to->path);
    else if (found)
        return (pid_t)args[found->kind == CALL_CHILD_ID];
    return 0;
}

static bool is_stopped(pid_t pid)
{
    char text[512];

    read_of(pid, "stat", 0, text, sizeof(text));
    const char *after_name = strrchr(text, ')');
    return after_name && (strncmp(after_name, ") T", 3) == 0 || strncmp(after_name, ") t", 3) == 0);
}

bool file_wait_find(pid_t pid, struct file_wait *to)
{
    *to = (struct file_wait){ .path = "" };
    for (int i = 0; pid > 0 && i < CHILDREN_MOST; i++)
        pid = is_stopped(pid) ? 0 : look_at_call(pid, to);
    return is_of_a_disk(to->path);
}
