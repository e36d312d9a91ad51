#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/latency/bench.h"
#include "proto/wire/frame.h"

enum { WAIT_MS = 60000 };

/* All clients share one thread, so their cost is the same in both measurements, and small. zmq_poll would ask the
 * kernel twice for each client, however few have an answer. */
struct swarm {
    void *context;
    uint32_t clients;
    void *dealers[SWARM];
    int epoll;
    uint64_t sent_ns[SWARM]; /* 0: nothing in flight */
    uint32_t in_flight;
    struct buffer frame;
};

static void *connect_one(struct swarm *swarm, const char *address, uint32_t i)
{
    void *dealer = zmq_socket(swarm->context, ZMQ_DEALER);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u32 = i };
    const int none = 0;
    int fd;
    size_t len = sizeof(fd);

    zmq_setsockopt(dealer, ZMQ_LINGER, &none, sizeof(none));
    if (!dealer || zmq_connect(dealer, address) < 0 || zmq_getsockopt(dealer, ZMQ_FD, &fd, &len) < 0 ||
        epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        bench_fail("no connection to %s", address);
    return dealer;
}

struct swarm *swarm_begin(const char *address, uint32_t clients)
{
    struct swarm *swarm = calloc(1, sizeof(*swarm));

    if (!swarm || !(swarm->context = zmq_ctx_new()) || clients > SWARM ||
        (swarm->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        bench_fail("no memory for so many clients");
    swarm->clients = clients;
    for (uint32_t i = 0; i < clients; i++)
        swarm->dealers[i] = connect_one(swarm, address, i);
    return swarm;
}

void swarm_end(struct swarm *swarm)
{
    for (uint32_t i = 0; i < swarm->clients; i++)
        zmq_close(swarm->dealers[i]);
    zmq_ctx_term(swarm->context);
    close(swarm->epoll);
    buffer_free(&swarm->frame);
    free(swarm);
}

static void send_one(struct swarm *swarm, uint32_t i, void (*frame)(void *state, struct buffer *to), void *state)
{
    buffer_reset(&swarm->frame);
    frame(state, &swarm->frame);
    swarm->sent_ns[i] = latency_clock();
    if (zmq_send(swarm->dealers[i], swarm->frame.at, swarm->frame.len, 0) < 0)
        bench_fail("an ask is not sent");
    swarm->in_flight++;
}

/* False: there is no answer. With one client it blocks, as a client would. */
static bool take_answer(struct swarm *swarm, uint32_t i, bool checked, struct latency *to)
{
    struct answer_frame answer;
    zmq_msg_t message;

    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, swarm->dealers[i], swarm->clients == 1 ? 0 : ZMQ_DONTWAIT) < 0) {
        if (errno == EAGAIN)
            return false;
        bench_fail("no answer");
    }
    latency_add(to, latency_clock() - swarm->sent_ns[i]);
    if (checked && (frame_read_answer(bytes_of(zmq_msg_data(&message), zmq_msg_size(&message)), &answer, NULL) ||
                    answer.error != ERR_OK))
        to->errors++;
    zmq_msg_close(&message);
    swarm->sent_ns[i] = 0;
    swarm->in_flight--;
    return true;
}

struct run {
    uint32_t asked, total;
    const volatile bool *stop;
    bool checked;
    void (*frame)(void *state, struct buffer *to);
    void *state;
    struct latency *to;
};

static bool goes_on(const struct run *run)
{
    return run->total ? run->asked < run->total : !*run->stop;
}

/* The descriptor signals only once, and a send may consume the signal. So the client checks for answers after each
 * send. */
static void serve_client(struct swarm *swarm, struct run *run, uint32_t i)
{
    while (swarm->sent_ns[i] && take_answer(swarm, i, run->checked, run->to)) {
        if (!goes_on(run))
            return;
        send_one(swarm, i, run->frame, run->state);
        run->asked++;
    }
}

static void wait_and_serve(struct swarm *swarm, struct run *run)
{
    struct epoll_event events[SWARM] = { 0 };
    int count = swarm->clients == 1 ? 1 : epoll_wait(swarm->epoll, events, SWARM, WAIT_MS);

    if (count == 0)
        bench_fail("no answer for %d s", WAIT_MS / 1000);
    for (int i = 0; i < count; i++)
        serve_client(swarm, run, events[i].data.u32);
}

double swarm_run(struct swarm *swarm, uint32_t total, const volatile bool *stop, bool checked,
                 void (*frame)(void *state, struct buffer *to), void *state, struct latency *to)
{
    struct run run = { 0, total, stop, checked, frame, state, to };
    uint64_t begin = latency_clock();

    for (uint32_t i = 0; i < swarm->clients && (!total || run.asked < total); i++, run.asked++)
        send_one(swarm, i, frame, state);
    for (uint32_t i = 0; i < swarm->clients && swarm->clients > 1; i++)
        serve_client(swarm, &run, i);
    while (swarm->in_flight > 0)
        wait_and_serve(swarm, &run);
    return (double)(latency_clock() - begin) / 1e9;
}
