#include "frontends/web/inner.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"

/* The numbers of these asks have this bit, those of pages have not. */
#define INNER (UINT64_C(1) << 63)

struct inner_ask {
    uint64_t number;
    usec_t until;
    void (*done)(void *state, struct bytes body, const struct fault *fault);
    void *state;
    const char *name;
    struct buffer frame; /* to send it again */
};

static struct inner_ask **find_inner(struct web *web, uint64_t number)
{
    for (uint32_t i = 0; i < WEB_INNER_ASKS; i++)
        if (web->inner[i] ? web->inner[i]->number == number : number == 0)
            return &web->inner[i];
    return NULL;
}

static enum err encode_ask(const char *name, const void *request, const struct shape *shape, struct buffer *to,
                           struct fault *fault)
{
    struct buffer body = { 0 };
    struct ask_frame frame = { .name = text_of(name), .request = id_new(), .budget_ms = WEB_INNER_BUDGET_MS };
    enum err e = codec_encode(shape, request, &body, fault);

    frame.body = buffer_bytes(&body);
    if (e == ERR_OK)
        frame_write_ask(to, &frame);
    buffer_free(&body);
    return e;
}

/* Sends the ask now, or when the service is back. */
static void send_inner(struct web *web, const struct inner_ask *ask)
{
    struct text service = { (uint32_t)strcspn(ask->name, "."), ask->name };

    (void)service_links_send(web->links, service, ask->number, buffer_bytes(&ask->frame), NULL);
}

uint64_t inner_send(struct web *web, const char *name, const void *request, const struct shape *shape,
                    void (*done)(void *state, struct bytes body, const struct fault *fault), void *state,
                    struct fault *fault)
{
    struct inner_ask **slot = find_inner(web, 0);
    struct inner_ask *ask;

    if (!slot)
        return fault_set(fault, ERR_BUSY, "too many requests for files are under way: try again"), 0;
    ask = alloc_zeroed(1, sizeof(*ask));
    *ask = (struct inner_ask){
        .number = INNER | ++web->inner_sent,
        .until = clock_steady() + (usec_t)WEB_INNER_BUDGET_MS * 1000,
        .done = done,
        .state = state,
        .name = name,
    };
    if (encode_ask(name, request, shape, &ask->frame, fault) != ERR_OK) {
        free(ask);
        return 0;
    }
    *slot = ask;
    send_inner(web, ask);
    return ask->number;
}

void inner_send_again(struct web *web, struct text service)
{
    for (uint32_t i = 0; i < WEB_INNER_ASKS; i++) {
        const char *name = web->inner[i] ? web->inner[i]->name : "";

        if (strncmp(name, service.at, service.len) == 0 && name[service.len] == '.')
            send_inner(web, web->inner[i]);
    }
}

static struct inner_ask take_inner(struct inner_ask **slot)
{
    struct inner_ask taken = **slot;

    buffer_free(&taken.frame);
    free(*slot);
    *slot = NULL;
    return taken;
}

void inner_drop(struct web *web, uint64_t number)
{
    struct inner_ask **slot = number ? find_inner(web, number) : NULL;

    if (slot)
        (void)take_inner(slot);
}

bool inner_answer(struct web *web, uint64_t number, struct bytes frame)
{
    struct inner_ask **slot = find_inner(web, number);
    struct answer_frame answer = { 0 };
    struct fault fault = { 0 };

    if (!(number & INNER))
        return false;
    if (!slot)
        return true;
    struct inner_ask taken = take_inner(slot);
    if (frame_read_answer(frame, &answer, &fault) == ERR_OK && answer.error != ERR_OK)
        frame_read_fault(answer.body, answer.error, &fault);
    taken.done(taken.state, answer.body, fault.code == ERR_OK ? NULL : &fault);
    return true;
}

void inner_look(struct web *web)
{
    usec_t now = clock_steady();

    for (uint32_t i = 0; i < WEB_INNER_ASKS; i++) {
        struct fault fault = { 0 };

        if (!web->inner[i] || now < web->inner[i]->until)
            continue;
        struct inner_ask taken = take_inner(&web->inner[i]);
        fault_set(&fault, ERR_TIMEOUT, "no answer within %d ms", WEB_INNER_BUDGET_MS);
        taken.done(taken.state, (struct bytes){ 0 }, &fault);
    }
}
