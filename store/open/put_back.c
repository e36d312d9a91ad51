#include "store/open/put_back.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/file.h"
#include "store/environment.h"

enum { PIECE = 1 << 20, PATH_ROOM = PATH_MAX + 32 };
static const usec_t pause_after_failure = 1000000;

struct putting {
    int from;
    char directory[PATH_ROOM], part[PATH_ROOM], data[PATH_ROOM];
    char piece[PIECE];
};

static bool may_exist(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

bool put_back_is_due(const struct store *store)
{
    return environment_was_removed(store);
}

/* ---- the child ---- */

static bool copy_all(struct putting *p, int to)
{
    off_t at = 0;
    ssize_t len;

    while ((len = pread(p->from, p->piece, sizeof(p->piece), at)) > 0) {
        if (pwrite(to, p->piece, (size_t)len, at) != len)
            return false;
        at += len;
    }
    return len == 0 && fsync(to) == 0;
}

/* Does not replace a file that was created under the name meanwhile. */
static bool write_again(struct putting *p)
{
    int to = open(p->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    bool is_done = to >= 0 && copy_all(p, to);

    if (to >= 0)
        close(to);
    is_done = is_done && (link(p->part, p->data) == 0 || errno == EEXIST);
    (void)unlink(p->part);
    return is_done && file_sync(p->directory, NULL) == ERR_OK;
}

/* Uses its own session, so that it survives when the service's process group is killed. */
static _Noreturn void run_put_back_child(struct putting *p)
{
    (void)setsid();
    (void)signal(SIGTERM, SIG_IGN);
    while (may_exist(p->directory) && !may_exist(p->data) && !write_again(p))
        clock_sleep(pause_after_failure);
    _exit(0);
}

/* ---- the writer ---- */

enum err put_back_start(const struct store *store, pid_t *child, struct fault *fault)
{
    /* Before the fork, because the child of a process with threads must not allocate. */
    struct putting *p = alloc_zeroed(1, sizeof(*p));
    int number;

    *child = 0;
    (void)snprintf(p->directory, sizeof(p->directory), "%s", store->directory);
    (void)snprintf(p->part, sizeof(p->part), "%s/data.mdb.part", store->directory);
    (void)snprintf(p->data, sizeof(p->data), "%s/data.mdb", store->directory);
    if (mdb_env_get_fd(store->env, &p->from) == 0)
        *child = fork();
    number = errno;
    if (*child == 0 && p->from > 0)
        run_put_back_child(p);
    free(p);
    if (*child > 0)
        return ERR_OK;
    *child = 0;
    return fault_errno(fault, ERR_FULL, number, "cannot start another process");
}

bool put_back_goes_on(pid_t *child)
{
    int status;

    if (*child > 0 && waitpid(*child, &status, WNOHANG) == 0)
        return true;
    *child = 0;
    return false;
}
