#include <stdlib.h>
#include <zmq.h>

#include "bench/latency/bench.h"
#include "proto/codec.h"

enum { WAIT_MS = 60000, STOP_MS = 50 };

struct swarm {
    void *context;
    uint32_t clients;
    zmq_pollitem_t items[SWARM];
    uint64_t sent_ns[SWARM]; /* 0: nothing in flight */
    uint32_t in_flight;
    struct buffer frame;
};

struct swarm *swarm_begin(const char *address, uint32_t clients)
{
    struct swarm *swarm = calloc(1, sizeof(*swarm));
    const int none = 0;

    if (!swarm || !(swarm->context = zmq_ctx_new()) || clients > SWARM)
        bench_fail("no memory for so many clients");
    swarm->clients = clients;
    for (uint32_t i = 0; i < clients; i++) {
        void *dealer = zmq_socket(swarm->context, ZMQ_DEALER);
        zmq_setsockopt(dealer, ZMQ_LINGER, &none, sizeof(none));
        if (!dealer || zmq_connect(dealer, address) < 0)
            bench_fail("no connection to %s", address);
        swarm->items[i] = (zmq_pollitem_t){ .socket = dealer, .events = ZMQ_POLLIN };
    }
    return swarm;
}

void swarm_end(struct swarm *swarm)
{
    for (uint32_t i = 0; i < swarm->clients; i++)
        zmq_close(swarm->items[i].socket);
    zmq_ctx_term(swarm->context);
    buffer_free(&swarm->frame);
    free(swarm);
}

static void send_one(struct swarm *swarm, uint32_t i, void (*frame)(void *state, struct buffer *to),
                     void *state)
{
    buffer_reset(&swarm->frame);
    frame(state, &swarm->frame);
    swarm->sent_ns[i] = latency_clock();
    if (zmq_send(swarm->items[i].socket, swarm->frame.at, swarm->frame.len, 0) < 0)
        bench_fail("an ask is not sent");
    swarm->in_flight++;
}

static void take(struct swarm *swarm, uint32_t i, bool checked, struct latency *to)
{
    struct answer_frame answer;
    zmq_msg_t message;

    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, swarm->items[i].socket, 0) < 0)
        bench_fail("no answer");
    latency_add(to, latency_clock() - swarm->sent_ns[i]);
    if (checked &&
        (frame_read_answer(bytes_of(zmq_msg_data(&message), zmq_msg_size(&message)), &answer, NULL) ||
         answer.error != ERR_OK))
        to->errors++;
    zmq_msg_close(&message);
    swarm->sent_ns[i] = 0;
    swarm->in_flight--;
}

/* With one client a blocking receive is what a client would do; a poll would cost it more. */
static void wait_for_any(struct swarm *swarm)
{
    if (swarm->clients == 1)
        swarm->items[0].revents = ZMQ_POLLIN;
    else if (zmq_poll(swarm->items, (int)swarm->clients, WAIT_MS) <= 0)
        bench_fail("no answer for %d s", WAIT_MS / 1000);
}

double swarm_run(struct swarm *swarm, uint32_t total, const volatile bool *stop, bool checked,
                 void (*frame)(void *state, struct buffer *to), void *state, struct latency *to)
{
    uint64_t begin = latency_clock();
    uint32_t asked = 0;

    for (; asked < swarm->clients && (!total || asked < total); asked++)
        send_one(swarm, asked, frame, state);
    while (swarm->in_flight > 0) {
        wait_for_any(swarm);
        for (uint32_t i = 0; i < swarm->clients; i++) {
            if (!(swarm->items[i].revents & ZMQ_POLLIN) || !swarm->sent_ns[i])
                continue;
            take(swarm, i, checked, to);
            if (total ? asked < total : !*stop) {
                send_one(swarm, i, frame, state);
                asked++;
            }
        }
    }
    return (double)(latency_clock() - begin) / 1e9;
}
