#include "common/process/stat_in_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "common/process/dying.h"
#include "common/process/patience.h"

struct answer {
    int error;
    struct stat st;
};

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
    return patience_poll(pid, from, STAT_IN_CHILD_US) && read(from, to, sizeof(*to)) == sizeof(*to);
}

int stat_in_child(int folder, const char *name, struct stat *to)
{
    struct answer answer = { .error = ETIMEDOUT };
    int ends[2];

    if (dying_count(DYING_LOOK) >= DYING_MOST || pipe2(ends, O_CLOEXEC) != 0)
        return EAGAIN;
    pid_t pid = fork();
    if (pid == 0)
        be_child(folder, name, ends[1]);
    close(ends[1]);
    if (pid > 0)
        dying_end(DYING_LOOK, pid, read_answer(pid, ends[0], &answer));
    close(ends[0]);
    *to = answer.st;
    return pid < 0 ? EAGAIN : answer.error;
}
