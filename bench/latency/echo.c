#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/latency/bench.h"

enum { MESSAGE_MAX = 65536 };

static void serve_zmq(const char *address, size_t answer_bytes)
{
    static char answer[MESSAGE_MAX];
    void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
    zmq_msg_t sender, message;

    if (!router || zmq_bind(router, address) < 0)
        _exit(1);
    for (;;) {
        zmq_msg_init(&sender);
        zmq_msg_init(&message);
        if (zmq_msg_recv(&sender, router, 0) < 0 || zmq_msg_recv(&message, router, 0) < 0)
            _exit(1);
        zmq_msg_close(&message);
        zmq_msg_send(&sender, router, ZMQ_SNDMORE);
        zmq_send(router, answer, answer_bytes, 0);
    }
}

static void serve_pair(int fd, size_t answer_bytes)
{
    static char message[MESSAGE_MAX];

    while (recv(fd, message, sizeof(message), 0) > 0)
        if (send(fd, message, answer_bytes, 0) < 0)
            break;
    _exit(0);
}

static pid_t fork_child(void)
{
    pid_t child = fork();

    if (child < 0)
        bench_fail("no process for an echo");
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

void echo_zmq_begin(struct echo *echo, const char *directory, size_t answer_bytes)
{
    if (snprintf(echo->address, sizeof(echo->address), "ipc://%s/echo-%zu", directory, answer_bytes) >= PATH_MAX)
        bench_fail("the path of the run directory is too long");
    echo->fd = -1;
    echo->process = fork_child();
    if (echo->process == 0)
        serve_zmq(echo->address, answer_bytes);
}

void echo_pair_begin(struct echo *echo, size_t answer_bytes)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        bench_fail("no socket pair");
    echo->process = fork_child();
    if (echo->process == 0) {
        close(pair[0]);
        serve_pair(pair[1], answer_bytes);
    }
    close(pair[1]);
    echo->fd = pair[0];
}

void echo_end(struct echo *echo)
{
    kill(echo->process, SIGKILL);
    waitpid(echo->process, NULL, 0);
    if (echo->fd >= 0)
        close(echo->fd);
    else
        unlink(echo->address + sizeof("ipc://") - 1);
}

void echo_pair_run(struct echo *echo, uint32_t count, size_t bytes, struct latency *to)
{
    static char message[MESSAGE_MAX];

    for (uint32_t i = 0; i < count; i++) {
        uint64_t from = latency_clock();
        if (send(echo->fd, message, bytes, 0) < 0 || recv(echo->fd, message, sizeof(message), 0) <= 0)
            bench_fail("the seqpacket echo has died");
        latency_add(to, latency_clock() - from);
    }
}
