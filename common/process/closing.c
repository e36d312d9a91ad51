#include "common/process/closing.h"

#include <pthread.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"

enum { STUCK_US = 2500000 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int *fds; /* that no thread has taken yet */
    unsigned count, room;
    unsigned threads, idle;
    usec_t since[CLOSING_MOST]; /* steady: the beginning of each thread's close; 0: it closes nothing */
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static int await_file(void)
{
    while (queue.count == 0) {
        queue.idle++;
        pthread_cond_wait(&queue.wake, &queue.lock);
        queue.idle--;
    }
    return queue.fds[--queue.count];
}

static void *close_files(void *since)
{
    usec_t *mine = since;

    pthread_mutex_lock(&queue.lock);
    for (;;) {
        int fd = await_file();
        *mine = clock_steady();
        pthread_mutex_unlock(&queue.lock);
        close(fd);
        pthread_mutex_lock(&queue.lock);
        *mine = 0;
    }
    return NULL;
}

/* A thread that waits in close takes no other file, so a file that finds no idle thread starts one. */
static void add_thread(void)
{
    pthread_attr_t detached;
    pthread_t thread;

    if (queue.idle >= queue.count || queue.threads >= CLOSING_MOST)
        return;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &detached, close_files, &queue.since[queue.threads]) == 0)
        queue.threads++;
    pthread_attr_destroy(&detached);
}

void closing_start(int fd)
{
    if (fd < 0)
        return;
    pthread_mutex_lock(&queue.lock);
    ALLOC_ROOM(queue.fds, queue.count, queue.room, 16);
    queue.fds[queue.count++] = fd;
    add_thread();
    pthread_mutex_unlock(&queue.lock);
    pthread_cond_signal(&queue.wake); /* under the lock, the woken thread would have to wait for it */
}

unsigned closing_stuck(void)
{
    unsigned stuck = 0;

    pthread_mutex_lock(&queue.lock);
    for (unsigned i = 0; i < queue.threads; i++)
        stuck += queue.since[i] != 0 && clock_steady() - queue.since[i] > STUCK_US;
    pthread_mutex_unlock(&queue.lock);
    return stuck;
}
