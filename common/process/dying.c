#include "common/process/dying.h"

#include <pthread.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/patience.h"

enum { ROOM = 4 * DYING_MOST, KILLED_US = 100000 /* a child that does not wait for a disk dies sooner */ };

static struct {
    pthread_mutex_t lock;
    unsigned count;
    pid_t pids[ROOM];
} dying = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void bury_dead(void)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < dying.count; i++)
        if (waitpid(dying.pids[i], NULL, WNOHANG) == 0)
            dying.pids[kept++] = dying.pids[i];
    dying.count = kept;
}

unsigned dying_count(void)
{
    pthread_mutex_lock(&dying.lock);
    bury_dead();
    unsigned count = dying.count;
    pthread_mutex_unlock(&dying.lock);
    return count;
}

static void keep_dying(pid_t pid)
{
    pthread_mutex_lock(&dying.lock);
    bury_dead();
    if (dying.count < ROOM)
        dying.pids[dying.count++] = pid;
    pthread_mutex_unlock(&dying.lock);
}

static void wait_for_end(pid_t pid, usec_t limit)
{
    int end = pidfd_open(pid, 0);

    if (end < 0)
        return;
    (void)patience_poll(pid, end, limit);
    close(end);
}

void dying_end(pid_t pid, bool is_ending)
{
    if (is_ending)
        wait_for_end(pid, DYING_US);
    if (waitpid(pid, NULL, WNOHANG) != 0)
        return;
    (void)kill(pid, SIGKILL);
    wait_for_end(pid, KILLED_US);
    if (waitpid(pid, NULL, WNOHANG) == 0)
        keep_dying(pid);
}
