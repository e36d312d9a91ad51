/* A large ask takes tens of milliseconds to check and decode. A thread does that, so that the loop can answer the small
 * asks of other clients meanwhile. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/errand.h"
#include "common/process/log.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

static const usec_t patience = (usec_t)600 * 1000000; /* it only computes, so it cannot hang */

struct aside {
    struct errand errand;
    struct call *call;    /* NULL: the loop has taken it */
    struct in_hand *hand; /* of the service */
    size_t bytes;
    enum err error;
};

struct asides {
    struct errands *errands;
    struct mailbox *mailbox;
    uint32_t count;
    size_t bytes;
};

/* ---- the thread ---- */

static enum err decode_in_hand(struct call *call, struct in_hand *hand)
{
    const struct id request = call->frame.request;
    const bool is_held = in_hand_try(hand, in_hand_key(request.b, sizeof(request.b)));
    const enum err e = call_decode(call);

    if (is_held)
        in_hand_lay_down();
    return e;
}

/* The loop refuses an ask that ended two processes. */
static void read_call(struct errand *errand)
{
    struct aside *aside = (struct aside *)errand;

    aside->error = call_read(aside->call);
    if (aside->error == ERR_OK && !call_is_deadly(aside->call, aside->hand))
        aside->error = decode_in_hand(aside->call, aside->hand);
}

static void free_aside(struct errand *errand)
{
    struct aside *aside = (struct aside *)errand;

    if (aside->call)
        call_free(aside->call);
    free(aside);
}

/* ---- the loop ---- */

static void take_back_call(struct errand *errand, bool lost)
{
    struct aside *aside = (struct aside *)errand;
    struct call *call = aside->call;
    struct asides *asides = call->service->asides;

    asides->count--;
    asides->bytes -= aside->bytes;
    if (lost || call->service->stopping) /* the successor does it */
        return;
    aside->call = NULL;
    call_go_on(call, aside->error);
}

static enum err make_asides(struct service *service, struct fault *fault)
{
    struct asides *asides = service->asides = alloc_zeroed(1, sizeof(*asides));
    enum err e = mailbox_new(&asides->mailbox, fault);

    if (e != ERR_OK)
        return e;
    asides->errands = errands_new(asides->mailbox, 1);
    return service_watch_mail(service, asides->mailbox);
}

/* Reads only the request id of the ask, and refuses it. */
static void refuse_busy(struct call *call)
{
    (void)frame_read_head(call->received.body, &call->frame, NULL);
    refuse(call, ERR_BUSY, "%u large asks wait to be read already", call->service->asides->count);
    call_finish(call, ERR_BUSY);
}

bool call_put_aside(struct call *call)
{
    struct service *service = call->service;
    struct fault fault = { 0 };
    struct aside *aside;

    if (call->received.body.len < LIMIT_ASIDE_LEAST)
        return false;
    if (!service->asides && make_asides(service, &fault) != ERR_OK)
        log_fault("cannot start a thread for large asks", &fault);
    if (!service->asides || !service->asides->errands)
        return false;
    if (service->asides->count >= LIMIT_ASIDE || service->asides->bytes >= LIMIT_ASIDE_BYTES) {
        refuse_busy(call);
        return true;
    }
    aside = alloc_bytes(sizeof(*aside));
    *aside = (struct aside){
        .errand = { .run = read_call, .done = take_back_call, .drop = free_aside, .patience = patience },
        .call = call,
        .hand = service_in_hand(service),
        .bytes = call->received.body.len
    };
    if (!errand_try(service->asides->errands, &aside->errand)) {
        free(aside);
        return false;
    }
    service->asides->count++;
    service->asides->bytes += aside->bytes;
    return true;
}

void call_free_asides(struct service *service)
{
    struct asides *asides = service->asides;

    if (!asides || (asides->errands && !errands_end(asides->errands)))
        return;
    if (asides->mailbox) {
        service_unwatch(service, mailbox_fd(asides->mailbox));
        mailbox_free(asides->mailbox);
    }
    free(asides);
    service->asides = NULL;
}
