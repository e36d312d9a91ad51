#include "proto/transport/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/process/proc.h"

enum { LOCK_PATH_SIZE = PATH_MAX + 64, LET_GO_US = 500000, AGAIN_US = 1000 };
static const usec_t hour = (usec_t)3600 * 1000000;

static const char *write_lock_path(const char *directory, const char *service, char to[LOCK_PATH_SIZE])
{
    snprintf(to, LOCK_PATH_SIZE, "%s/%s.lock", directory, service);
    return to;
}

static int read_holder(int fd)
{
    char pid[16] = "";

    if (pread(fd, pid, sizeof(pid) - 1, 0) <= 0)
        pid[0] = 0;
    return atoi(pid);
}

static enum err refuse_second(const char *service, int fd, struct fault *fault)
{
    return fault_set(fault, ERR_EXISTS, "%s is running already (process %d)", service, read_holder(fd));
}

/* Removes the name of a lock whose holder is dead, unless another process has done that. */
static void remove_name(int fd, const char *path)
{
    struct stat ours, named;

    if (fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino)
        (void)unlink(path);
}

static int open_lock(const char *path)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);

    if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK || !proc_is_ending(read_holder(fd)))
        return fd;
    remove_name(fd, path);
    close(fd);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
}

/* Returns 0 or an errno. A process that a dead holder had just started has a copy of the descriptor, and with it the
 * lock, until it runs its own program: this waits for that. */
static int take_lock(int fd)
{
    const struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    const usec_t until = clock_steady() + LET_GO_US;
    struct proc holder;

    while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        const int why = errno;
        if ((why != EAGAIN && why != EACCES) || proc_read(read_holder(fd), &holder) || clock_steady() > until)
            return why;
        clock_sleep(AGAIN_US);
    }
    return 0;
}

static enum err lock_service(const char *directory, const char *service, int *fd, struct fault *fault)
{
    char path[LOCK_PATH_SIZE];
    int why;
    enum err e;

    *fd = open_lock(write_lock_path(directory, service, path));
    if (*fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open %s", path);
    why = take_lock(*fd);
    if (why == 0) {
        if (ftruncate(*fd, 0) == 0)
            dprintf(*fd, "%d\n", (int)getpid());
        return ERR_OK;
    }
    if (why == EAGAIN || why == EACCES)
        e = refuse_second(service, *fd, fault);
    else
        e = fault_errno(fault, ERR_IO, why, "cannot lock %s", path);
    close(*fd);
    *fd = -1;
    return e;
}

enum err lock_take(const struct paths *paths, const char *service, int *fd, struct fault *fault)
{
    enum err e = lock_service(paths->run, service, fd, fault);

    if (e == ERR_EXISTS)
        fault_hint(fault, "one engine has one %s; this engine's sockets are in %.150s", service, paths->run);
    return e;
}

enum err lock_take_data(const struct paths *paths, const char *service, int *fd, struct fault *fault)
{
    enum err e = lock_service(paths->data, service, fd, fault);

    if (e == ERR_EXISTS)
        fault_hint(fault,
                   "an engine with another XDG_RUNTIME_DIR has the data in %.100s; its sockets are not in %.100s",
                   paths->data, paths->run);
    return e;
}

/* True if the nearest existing parent folder is on another disk. */
static bool is_other_disk(const char *path, dev_t disk)
{
    char part[LOCK_PATH_SIZE];
    struct stat st;
    char *slash;

    (void)snprintf(part, sizeof(part), "%s", path);
    while (stat(part, &st) != 0) {
        if ((errno != ENOENT && errno != ENOTDIR) || (slash = strrchr(part, '/')) == NULL || slash == part)
            return false;
        *slash = '\0';
    }
    return st.st_dev != disk;
}

static enum lock_place look_at_lock(const char *directory, const char *service, int fd)
{
    char path[LOCK_PATH_SIZE];
    struct stat ours, named;

    if (fd < 0 || fstat(fd, &ours) != 0)
        return LOCK_HERE;
    if (stat(write_lock_path(directory, service, path), &named) == 0) {
        if (ours.st_dev == named.st_dev)
            return ours.st_ino == named.st_ino ? LOCK_HERE : LOCK_GONE;
    } else if (errno != ENOENT && errno != ENOTDIR) {
        return LOCK_HERE;
    }
    return ours.st_nlink > 0 && is_other_disk(path, ours.st_dev) ? LOCK_AWAY : LOCK_GONE;
}

enum lock_place lock_look(const struct paths *paths, const char *service, int fd)
{
    return look_at_lock(paths->run, service, fd);
}

enum lock_place lock_data_look(const struct paths *paths, const char *service, int fd)
{
    return look_at_lock(paths->data, service, fd);
}

static bool is_held(const char *directory, const char *service)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char path[LOCK_PATH_SIZE];
    int fd = open(write_lock_path(directory, service, path), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    bool held;

    if (fd < 0)
        return false;
    held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && !proc_is_ending(read_holder(fd));
    close(fd);
    return held;
}

bool lock_is_held(const struct paths *paths, const char *service)
{
    return is_held(paths->run, service);
}

bool lock_data_is_held(const struct paths *paths, const char *service)
{
    return is_held(paths->data, service);
}

static bool is_of_this_hour(int fd)
{
    struct stat st;

    return fstat(fd, &st) != 0 || llabs((long long)(clock_now() - clock_usec(st.st_mtim))) < hour;
}

void lock_refresh(const struct paths *paths, int fd)
{
    DIR *run = is_of_this_hour(fd) ? NULL : opendir(paths->run);
    struct dirent *entry;

    if (!run)
        return;
    while ((entry = readdir(run)) != NULL)
        if (strcmp(entry->d_name, "..") != 0)
            (void)utimensat(dirfd(run), entry->d_name, NULL, AT_SYMLINK_NOFOLLOW);
    closedir(run);
}
