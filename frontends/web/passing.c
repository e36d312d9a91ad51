#include "frontends/web/passing.h"

#include <string.h>

#include "proto/wire/frame.h"

enum { ANSWER = 0, EVENT = 1 };

static enum err read_topics(struct text list, struct passing *to, struct fault *fault)
{
    to->kind = PASSING_SUBSCRIBE;
    while (list.len > 0) {
        const char *end = memchr(list.at, '\n', list.len);
        uint32_t len = end ? (uint32_t)(end - list.at) : list.len;

        if (to->topic_count == PASSING_TOPICS || len > PASSING_TOPIC)
            return fault_set(fault, ERR_TOO_LARGE, "the subscription is too large: at most %d topics of %d bytes",
                             PASSING_TOPICS, PASSING_TOPIC);
        to->topics[to->topic_count++] = (struct text){ len, list.at };
        list = (struct text){ list.len - len - (end ? 1 : 0), list.at + len + (end ? 1 : 0) };
    }
    return ERR_OK;
}

/* Services without a schema of asks, and those that no client reaches, are refused. */
static enum err find_ask(struct passing *to, struct fault *fault)
{
    struct text name = to->head.name, service = to->service;

    if (name.len <= service.len + 1 || name.at[service.len] != '.' || memcmp(name.at, service.at, service.len) != 0)
        return fault_set(fault, ERR_NOT_FOUND, "the service %.*s has no such ask", TEXT_ARG(service));
    to->ask = schema_ask(name);
    if (!to->ask)
        return fault_set(fault, ERR_NOT_FOUND, "no ask %.*s", TEXT_ARG(name));
    return ERR_OK;
}

enum err passing_read(struct bytes from, struct passing *to, struct fault *fault)
{
    const char *text = (const char *)from.at;
    enum err e;

    *to = (struct passing){ 0 };
    if (from.len < 1)
        return fault_set(fault, ERR_BAD_REQUEST, "the message is empty");
    uint32_t len = from.at[0];
    if (len == 0)
        return read_topics((struct text){ from.len - 1, text + 1 }, to, fault);
    if (len + 1 >= from.len)
        return fault_set(fault, ERR_BAD_REQUEST, "the message does not contain the name of a service and an ask");
    to->service = (struct text){ len, text + 1 };
    to->frame = (struct bytes){ from.len - 1 - len, from.at + 1 + len };
    e = frame_read_head(to->frame, &to->head, fault);
    to->has_request = e == ERR_OK || frame_find_request(to->frame, &to->head.request);
    return e == ERR_OK ? find_ask(to, fault) : e;
}

/* ---- to a page ---- */

static void write_head(struct buffer *to, uint8_t kind, struct text service)
{
    uint8_t head[2] = { kind, (uint8_t)service.len };

    buffer_add(to, head, sizeof(head));
    buffer_add(to, service.at, service.len);
}

void passing_write_answer(struct buffer *to, struct text service, struct bytes frame)
{
    write_head(to, ANSWER, service);
    buffer_add(to, frame.at, frame.len);
}

static void write_part(struct buffer *to, const void *at, uint32_t len)
{
    uint8_t size[4] = { (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), (uint8_t)(len >> 24) };

    buffer_add(to, size, sizeof(size));
    buffer_add(to, at, len);
}

void passing_write_event(struct buffer *to, struct text topic, struct bytes frame)
{
    const char *dot = topic.len ? memchr(topic.at, '.', topic.len) : NULL;

    write_head(to, EVENT, (struct text){ dot ? (uint32_t)(dot - topic.at) : 0, topic.at });
    write_part(to, topic.at, topic.len);
    write_part(to, frame.at, frame.len);
}

void passing_write_refusal(struct buffer *to, struct text service, struct id request, const struct fault *fault)
{
    struct buffer body = { 0 }, frame = { 0 };
    struct answer_frame answer = { .request = request, .error = fault->code };

    (void)frame_write_fault(&body, fault);
    answer.body = buffer_bytes(&body);
    frame_write_answer(&frame, &answer);
    passing_write_answer(to, service, buffer_bytes(&frame));
    buffer_free(&body);
    buffer_free(&frame);
}
