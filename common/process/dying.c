#include "common/process/dying.h"

#include <pthread.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/log.h"
#include "common/process/patience.h"

enum { ROOM = 4 * DYING_MOST, KILLED_US = 100000 /* a child that does not wait for a disk dies sooner */ };

struct dying {
    unsigned count;
    pid_t pids[ROOM];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects kinds */
static struct dying kinds[DYING_KINDS];

static void bury_dead(struct dying *dying)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < dying->count; i++)
        if (waitpid(dying->pids[i], NULL, WNOHANG) == 0)
            dying->pids[kept++] = dying->pids[i];
    dying->count = kept;
}

unsigned dying_count(enum dying_kind kind)
{
    pthread_mutex_lock(&lock);
    bury_dead(&kinds[kind]);
    unsigned count = kinds[kind].count;
    pthread_mutex_unlock(&lock);
    return count;
}

static void keep_dying(struct dying *dying, pid_t pid)
{
    pthread_mutex_lock(&lock);
    bury_dead(dying);
    if (dying->count < ROOM)
        dying->pids[dying->count++] = pid;
    else
        log_warn("more than %d children do not die: %ld is not watched", ROOM, (long)pid);
    pthread_mutex_unlock(&lock);
}

static void wait_for_end(pid_t pid, usec_t limit)
{
    int end = pidfd_open(pid, 0);

    if (end < 0)
        return;
    (void)patience_poll(pid, end, limit);
    close(end);
}

void dying_end(enum dying_kind kind, pid_t pid, bool is_ending)
{
    if (is_ending)
        wait_for_end(pid, DYING_US);
    if (waitpid(pid, NULL, WNOHANG) != 0)
        return;
    (void)kill(pid, SIGKILL);
    wait_for_end(pid, KILLED_US);
    if (waitpid(pid, NULL, WNOHANG) == 0)
        keep_dying(&kinds[kind], pid);
}
