#include "common/process/stat_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/patience.h"

struct answer {
    int error;
    struct stat st;
};

/* ---- processes that do not die ---- */

static struct {
    pthread_mutex_t lock;
    unsigned count;
    pid_t pids[STAT_APART_MOST];
} stuck = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void bury_dead(void)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < stuck.count; i++)
        if (waitpid(stuck.pids[i], NULL, WNOHANG) == 0)
            stuck.pids[kept++] = stuck.pids[i];
    stuck.count = kept;
}

unsigned stat_apart_stuck(void)
{
    pthread_mutex_lock(&stuck.lock);
    bury_dead();
    unsigned count = stuck.count;
    pthread_mutex_unlock(&stuck.lock);
    return count;
}

static void keep_stuck(pid_t pid)
{
    pthread_mutex_lock(&stuck.lock);
    bury_dead();
    if (stuck.count < STAT_APART_MOST)
        stuck.pids[stuck.count++] = pid;
    pthread_mutex_unlock(&stuck.lock);
}

/* ---- one look ---- */

/* Only system calls: other threads may have held locks at the fork. */
static void be_child(int folder, const char *name, int to)
{
    enum { FOLDER = 3, TO = 4, ABOVE = 10 };
    struct answer answer = { 0 };
    int its_folder = fcntl(folder, F_DUPFD, ABOVE), its_to = fcntl(to, F_DUPFD, ABOVE);

    if (dup2(its_folder, FOLDER) < 0 || dup2(its_to, TO) < 0)
        _exit(1);
    (void)close_range(TO + 1, ~0U, 0);
    if (fstatat(FOLDER, name, &answer.st, AT_NO_AUTOMOUNT) != 0)
        answer.error = errno;
    _exit(write(TO, &answer, sizeof(answer)) == sizeof(answer) ? 0 : 1);
}

static bool read_answer(pid_t pid, int from, struct answer *to)
{
    return patience_poll(pid, from, STAT_APART_US) && read(from, to, sizeof(*to)) == sizeof(*to);
}

static void end_child(pid_t pid, bool has_answered)
{
    if (has_answered) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        return;
    }
    (void)kill(pid, SIGKILL);
    if (waitpid(pid, NULL, WNOHANG) == 0)
        keep_stuck(pid);
}

int stat_apart(int folder, const char *name, struct stat *to)
{
    struct answer answer = { .error = ETIMEDOUT };
    int ends[2];

    if (stat_apart_stuck() >= STAT_APART_MOST || pipe2(ends, O_CLOEXEC) != 0)
        return EAGAIN;
    pid_t pid = fork();
    if (pid == 0)
        be_child(folder, name, ends[1]);
    close(ends[1]);
    if (pid > 0)
        end_child(pid, read_answer(pid, ends[0], &answer));
    close(ends[0]);
    *to = answer.st;
    return pid < 0 ? EAGAIN : answer.error;
}
