#include "store/check/culprit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/process/proc.h"

/* lock.mdb begins with two 32-bit numbers and the readers' mutex. The first word of the mutex is the number of the
 * thread that holds it. In another layout of lock.mdb, that number belongs to no process that maps the file, so there
 * is no culprit. */
enum { MUTEX_AT = 8, THREAD_BITS = 0x3FFFFFFF, LINE = 512, PATH_SIZE = PATH_MAX + 32 };

static const char *in_store(const struct paths *paths, const char *name, char to[PATH_SIZE])
{
    (void)snprintf(to, PATH_SIZE, "%s/store%s", paths->data, name);
    return to;
}

/* True if the process has a descriptor of this file. The device number alone is not enough: btrfs gives stat another
 * device than the kernel's lists of locks and mappings, and another disk may have the same inode. Also true for a
 * process that cannot be inspected: the message then only names it. */
static bool has_open(int32_t pid, const struct stat *file)
{
    char path[64];
    struct dirent *entry;
    struct stat st;
    bool found = false;
    DIR *directory;

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    if (!(directory = opendir(path)))
        return errno == EACCES || errno == EPERM;
    while (!found && (entry = readdir(directory)) != NULL)
        found = fstatat(dirfd(directory), entry->d_name, &st, 0) == 0 && st.st_dev == file->st_dev &&
                st.st_ino == file->st_ino;
    closedir(directory);
    return found;
}

/* /proc/locks: "12: FLOCK ADVISORY WRITE 4711 fd:01:1234 0 EOF"; a waiting process has "->" before its kind. */
static int32_t find_opener(const struct paths *paths)
{
    char path[PATH_SIZE], line[LINE];
    unsigned long long inode;
    struct stat st;
    int pid = 0;
    FILE *locks;

    if (stat(in_store(paths, "", path), &st) != 0 || !(locks = fopen("/proc/locks", "re")))
        return 0;
    while (pid == 0 && fgets(line, sizeof(line), locks)) {
        int found;
        if (strstr(line, ": FLOCK ") && sscanf(line, "%*u: FLOCK %*s WRITE %d %*x:%*x:%llu", &found, &inode) == 2 &&
            inode == st.st_ino && has_open(found, &st))
            pid = found;
    }
    fclose(locks);
    return pid;
}

static bool maps_file(int32_t pid, const struct stat *file)
{
    char path[64], line[PATH_SIZE];
    bool found = false;
    FILE *maps;

    (void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    while (maps && !found && fgets(line, sizeof(line), maps)) {
        unsigned major_number, minor_number;
        unsigned long long inode;
        found =
            sscanf(line, "%*s %*s %*s %x:%x %llu", &major_number, &minor_number, &inode) == 3 && inode == file->st_ino;
    }
    if (maps)
        fclose(maps);
    return found;
}

static int32_t process_of_thread(int32_t thread)
{
    char path[64], line[LINE];
    int pid = 0;
    FILE *status;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    status = fopen(path, "re");
    while (status && pid == 0 && fgets(line, sizeof(line), status))
        (void)sscanf(line, "Tgid: %d", &pid);
    if (status)
        fclose(status);
    return pid;
}

static int32_t find_reader(const struct paths *paths)
{
    char path[PATH_SIZE];
    uint32_t word = 0;
    struct stat st;
    int32_t pid;
    int fd = open(in_store(paths, "/lock.mdb", path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

    if (fd < 0)
        return 0;
    if (pread(fd, &word, sizeof(word), MUTEX_AT) != sizeof(word) || fstat(fd, &st) != 0)
        word = 0;
    close(fd);
    pid = (word & THREAD_BITS) ? process_of_thread((int32_t)(word & THREAD_BITS)) : 0;
    return pid > 1 && maps_file(pid, &st) ? pid : 0;
}

/* Fills in the program of the process. Sets is_ours if the program belongs to loophole, and the process to this
 * user. */
static void look_at_program(struct culprit *culprit)
{
    char link[64], path[PATH_MAX];
    struct stat st;
    const char *name;
    ssize_t len;

    (void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)culprit->pid);
    len = readlink(link, path, sizeof(path) - 1);
    path[len > 0 ? len : 0] = '\0';
    name = strrchr(path, '/');
    (void)snprintf(culprit->program, sizeof(culprit->program), "%.60s", name ? name + 1 : "unknown");
    (void)snprintf(link, sizeof(link), "/proc/%d", (int)culprit->pid);
    culprit->is_ours = strncmp(culprit->program, "loophole", 8) == 0 && stat(link, &st) == 0 && st.st_uid == geteuid();
}

static struct culprit describe_process(enum culprit_what what, int32_t pid)
{
    struct culprit culprit = { .what = what, .pid = pid };
    struct proc proc;

    if (pid <= 1 || !proc_read(pid, &proc))
        return (struct culprit){ .what = CULPRIT_NONE };
    culprit.start_ticks = proc.start_ticks;
    culprit.cpu = proc.cpu;
    culprit.state = proc.state;
    look_at_program(&culprit);
    return culprit;
}

struct culprit culprit_find(const struct paths *paths)
{
    int32_t pid = find_opener(paths);

    if (pid > 1)
        return describe_process(CULPRIT_OPENS, pid);
    pid = find_reader(paths);
    return pid > 1 ? describe_process(CULPRIT_READS, pid) : (struct culprit){ .what = CULPRIT_NONE };
}

bool culprit_is_stuck(const struct culprit *before, const struct culprit *now)
{
    return now->what != CULPRIT_NONE && now->what == before->what && now->pid == before->pid &&
           now->start_ticks == before->start_ticks && now->cpu == before->cpu;
}

const char *culprit_write(const struct culprit *culprit, char to[CULPRIT_TEXT])
{
    const char *state = culprit->state == 'T' ? ", stopped" : culprit->state == 't' ? ", held by a debugger" : "";

    (void)snprintf(to, CULPRIT_TEXT,
                   "process %d (%s%s) is %s the store and makes no progress: no other process can %s it",
                   (int)culprit->pid, culprit->program, state,
                   culprit->what == CULPRIT_OPENS ? "opening" : "beginning to read",
                   culprit->what == CULPRIT_OPENS ? "open" : "read");
    return to;
}

/* Opens the pidfd first, so that it refers to the same process as all later observations. */
bool culprit_kill(const struct paths *paths, const struct culprit *culprit)
{
    int pidfd = pidfd_open(culprit->pid, 0);
    struct culprit now;
    bool killed = false;

    if (pidfd < 0)
        return false;
    now = culprit_find(paths);
    if (now.is_ours && now.state != 'D' && culprit_is_stuck(culprit, &now))
        killed = pidfd_send_signal(pidfd, SIGKILL, NULL, 0) == 0;
    close(pidfd);
    return killed;
}
