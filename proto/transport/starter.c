#include "proto/transport/starter.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/process/hang.h"
#include "common/shared/work.h"

enum { ITS_SOCKET = 3, HANG_US = 1000000 };

struct start_order {
    const char *program;
    char *const *arguments, *const *environment;
    pid_t pid;
    int number; /* 0, or an errno */
};

static struct {
    pthread_mutex_t caller; /* one start at a time */
    pthread_mutex_t lock;   /* protects `order` and `is_done` */
    pthread_cond_t wake;
    struct start_order *order; /* NULL: none */
    bool is_done;
    bool runs;              /* under `caller` */
    _Atomic int32_t task;   /* id of the thread; 0: it has not run yet */
    _Atomic uint64_t steps; /* orders begun and ended */
    int pass[2];            /* a socket pair: the thread sends descriptors from [1] to [0] */
} starter = { .caller = PTHREAD_MUTEX_INITIALIZER,
              .lock = PTHREAD_MUTEX_INITIALIZER,
              .wake = PTHREAD_COND_INITIALIZER };

static _Thread_local struct hang_watch watched; /* the starter's thread, by one that waits for it */

/* ---- a descriptor from one table to the other ---- */

union control {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int to, int fd)
{
    union control control = { 0 };
    struct iovec byte = { .iov_base = (char[]){ 0 }, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);

    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    return sendmsg(to, &message, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int receive_descriptor(int from)
{
    union control control = { 0 };
    char byte;
    struct iovec one = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    const struct cmsghdr *head;
    int fd = -1;

    if (recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 1 && (head = CMSG_FIRSTHDR(&message)))
        memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    return fd;
}

/* ---- the thread ---- */

static int spawn_program(struct start_order *order, int socket)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, socket, ITS_SOCKET);
    posix_spawn_file_actions_addclosefrom_np(&files, ITS_SOCKET + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int number = posix_spawn(&order->pid, order->program, &files, &attributes, order->arguments, order->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return number;
}

/* The ends lie in this thread's table only until the caller has its own. */
static void run_order(struct start_order *order)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        order->number = errno;
        return;
    }
    order->number = send_descriptor(starter.pass[1], pair[0]);
    if (order->number == 0)
        order->number = spawn_program(order, pair[1]);
    close(pair[0]);
    close(pair[1]);
}

static void leave_descriptors(void)
{
    const unsigned kept = (unsigned)starter.pass[1];

    if (unshare(CLONE_FILES) != 0)
        return; /* it works as long as no disk hangs */
    if (kept > ITS_SOCKET)
        (void)close_range(ITS_SOCKET, kept - 1, 0);
    (void)close_range(kept + 1, ~0U, 0);
}

static void *run_starter(void *unused)
{
    atomic_store(&starter.task, gettid());
    leave_descriptors();
    pthread_mutex_lock(&starter.lock);
    for (;;) {
        while (!starter.order || starter.is_done)
            pthread_cond_wait(&starter.wake, &starter.lock);
        struct start_order *order = starter.order;
        pthread_mutex_unlock(&starter.lock);
        atomic_fetch_add(&starter.steps, 1);
        run_order(order);
        atomic_fetch_add(&starter.steps, 1);
        pthread_mutex_lock(&starter.lock);
        starter.is_done = true;
        pthread_cond_broadcast(&starter.wake);
    }
    return unused;
}

static bool start_thread(void)
{
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t all, before;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, starter.pass) < 0)
        return false;
    sigfillset(&all);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool runs = pthread_create(&thread, &detached, run_starter, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    if (!runs) {
        close(starter.pass[0]);
        close(starter.pass[1]);
    }
    return runs;
}

/* ---- the callers ---- */

/* Returns the end of the next part of a wait. */
static struct timespec next_look(void)
{
    if (!hang_watch_found(&watched, atomic_load(&starter.task), atomic_load(&starter.steps), HANG_US,
                          "the thread that starts programs"))
        work_beat();
    return clock_timespec(clock_steady() + HANG_LOOK_US);
}

static void begin_wait(void)
{
    watched = (struct hang_watch){ .hang.beats = atomic_load(&starter.steps), .looked = clock_steady() };
}

static void take_turn(void)
{
    struct timespec until;

    begin_wait();
    do
        until = next_look();
    while (pthread_mutex_clocklock(&starter.caller, CLOCK_MONOTONIC, &until) != 0);
}

bool starter_open(void)
{
    take_turn();
    starter.runs = starter.runs || start_thread();
    bool runs = starter.runs;
    pthread_mutex_unlock(&starter.caller);
    return runs;
}

static void await_order(struct start_order *order)
{
    begin_wait();
    pthread_mutex_lock(&starter.lock);
    starter.order = order;
    starter.is_done = false;
    pthread_cond_broadcast(&starter.wake);
    while (!starter.is_done) {
        const struct timespec until = next_look();
        (void)pthread_cond_clockwait(&starter.wake, &starter.lock, CLOCK_MONOTONIC, &until);
    }
    starter.order = NULL;
    pthread_mutex_unlock(&starter.lock);
}

int starter_start(const char *program, char *const arguments[], char *const environment[], pid_t *pid, int *end)
{
    struct start_order order = { .program = program, .arguments = arguments, .environment = environment };

    *pid = 0;
    *end = -1;
    if (!starter_open())
        return EAGAIN;
    take_turn();
    await_order(&order);
    *end = receive_descriptor(starter.pass[0]);
    pthread_mutex_unlock(&starter.caller);
    if (order.number == 0 && *end >= 0) {
        *pid = order.pid;
        return 0;
    }
    if (*end >= 0)
        close(*end);
    *end = -1;
    if (order.number == 0) { /* it has started, and the table of descriptors has no room for its end */
        (void)kill(order.pid, SIGKILL);
        (void)waitpid(order.pid, NULL, 0);
        return EMFILE;
    }
    return order.number;
}
