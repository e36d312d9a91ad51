#include "proto/transport/requester.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/transport/lock.h"
#include "proto/transport/service_link.h"
#include "proto/wire/frame.h"

enum { LINKS = REQUESTER_FDS / 2, BUCKETS = 1024, RETRY_US = 100000, COARSE_US = 1000 };

#define NEVER INT64_MAX

/* One ask in progress. */
struct sent_ask {
    struct sent_ask *next, *before; /* of all asks, the oldest first */
    struct sent_ask *chain;         /* in its bucket */
    struct service_link *link;
    void *token;
    struct id request;
    uint64_t digest; /* of the client's ask; 0: this is the client's ask */
    char client[FRAME_CLIENT + 1];
    usec_t deadline;
    usec_t send_at;   /* time of the next sending */
    uint32_t wait_ms; /* from the next sending to the one after it */
    uint32_t name_len;
    uint32_t body_len;
    uint8_t bytes[]; /* name, body */
};

struct requester {
    struct sockets *sockets;
    const struct paths *paths;
    uint32_t limit, count, link_count, turn;
    size_t bytes; /* of all bodies */
    struct service_link links[LINKS];
    struct sent_ask *first, *last;
    struct sent_ask *buckets[BUCKETS];
    usec_t due;
    struct received received; /* the last delivered answer */
    struct buffer frame;
};

struct requester *requester_new(struct sockets *sockets, const struct paths *paths, uint32_t limit)
{
    struct requester *requester = alloc_zeroed(1, sizeof(*requester));

    *requester = (struct requester){ .sockets = sockets, .paths = paths, .limit = limit, .due = NEVER };
    return requester;
}

/* ---- asks in progress ---- */

static struct sent_ask **bucket_of(struct requester *requester, struct id request)
{
    return &requester->buckets[(request.b[15] | request.b[14] << 8) % BUCKETS];
}

/* A service that asks itself passes the request id on to other services meanwhile. */
static struct sent_ask *find_sent(struct requester *requester, const struct service_link *link, struct id request)
{
    struct sent_ask *sent = *bucket_of(requester, request);

    while (sent && (sent->link != link || !id_equal(sent->request, request)))
        sent = sent->chain;
    return sent;
}

static void add_sent_ask(struct requester *requester, struct sent_ask *sent)
{
    struct sent_ask **bucket = bucket_of(requester, sent->request);

    sent->chain = *bucket;
    *bucket = sent;
    sent->before = requester->last;
    *(sent->before ? &sent->before->next : &requester->first) = sent;
    requester->last = sent;
    requester->count++;
    requester->bytes += sent->body_len;
}

static void free_sent_ask(struct requester *requester, struct sent_ask *sent)
{
    struct sent_ask **at = bucket_of(requester, sent->request);

    while (*at != sent)
        at = &(*at)->chain;
    *at = sent->chain;
    *(sent->before ? &sent->before->next : &requester->first) = sent->next;
    *(sent->next ? &sent->next->before : &requester->last) = sent->before;
    requester->count--;
    requester->bytes -= sent->body_len;
    free(sent);
}

static struct sent_ask *new_sent_ask(struct text name, struct bytes body)
{
    struct sent_ask *sent = alloc_zeroed(1, sizeof(*sent) + name.len + body.len);

    sent->name_len = name.len;
    sent->body_len = body.len;
    memcpy(sent->bytes, name.at, name.len);
    if (body.len > 0)
        memcpy(sent->bytes + name.len, body.at, body.len);
    return sent;
}

static usec_t due_of(const struct sent_ask *sent)
{
    return sent->send_at < sent->deadline ? sent->send_at : sent->deadline;
}

/* ---- sending ---- */

/* Writes the frame again with the remaining budget. A frame that cannot be sent, mostly for lack of a peer, is sent on
 * the next new connection, or tried again. */
static enum err send_ask_frame(struct requester *requester, struct sent_ask *sent, usec_t now)
{
    struct ask_frame frame = {
        .name = { sent->name_len, (const char *)sent->bytes },
        .request = sent->request,
        .budget_ms = (uint32_t)((sent->deadline - now) / 1000) + 1,
        .body = { sent->body_len, sent->bytes + sent->name_len },
        .digest = sent->digest,
        .client = text_of(sent->client),
    };
    enum err e;

    if (frame.budget_ms > LIMIT_BUDGET_MS)
        frame.budget_ms = LIMIT_BUDGET_MS;
    buffer_reset(&requester->frame);
    frame_write_ask(&requester->frame, &frame);
    e = sockets_send(sent->link->socket, NULL, buffer_bytes(&requester->frame));
    if (e == ERR_OK) {
        sent->send_at = now + sent->wait_ms * 1000;
        sent->wait_ms = sent->wait_ms * 2 < LIMIT_RESEND_MS ? sent->wait_ms * 2 : LIMIT_RESEND_MS;
    } else {
        sent->send_at = now + RETRY_US;
    }
    if (due_of(sent) < requester->due)
        requester->due = due_of(sent);
    return e == ERR_BUSY || e == ERR_OFFLINE ? ERR_OK : e;
}

static enum err explain_offline(struct fault *fault)
{
    fault_set(fault, ERR_OFFLINE, "the engine is not running");
    return fault_hint(fault, "start it with `loophole up`");
}

static enum err link_to(struct requester *requester, struct text service, struct service_link **to, struct fault *fault)
{
    enum err e;

    for (uint32_t i = 0; i < requester->link_count; i++) {
        if (text_is(service, requester->links[i].service)) {
            *to = &requester->links[i];
            return ERR_OK;
        }
    }
    if (requester->link_count == LINKS)
        return fault_set(fault, ERR_FULL, "already connected to %d services", LINKS);
    *to = &requester->links[requester->link_count];
    e = service_link_open(*to, requester->sockets, requester->paths, service, fault);
    requester->link_count += e == ERR_OK;
    return e;
}

static enum err check_request(const struct requester *requester, struct bytes body, uint32_t budget_ms,
                              struct fault *fault)
{
    if (budget_ms < 1 || budget_ms > LIMIT_BUDGET_MS)
        return fault_set(fault, ERR_BAD_REQUEST, "a budget of %u ms is out of range: 1 to %d", budget_ms,
                         LIMIT_BUDGET_MS);
    if (body.len > CODEC_MESSAGE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the request has %u bytes: at most %d are allowed", body.len,
                         CODEC_MESSAGE_MAX);
    if (requester->count >= requester->limit)
        return fault_set(fault, ERR_BUSY, "%u asks are under way already", requester->count);
    if (requester->bytes + body.len > LIMIT_CLIENT_BYTES)
        return fault_set(fault, ERR_BUSY, "%zu bytes of asks are under way already", requester->bytes);
    return ERR_OK;
}

enum err requester_send(struct requester *requester, struct text name, struct bytes body, uint32_t budget_ms,
                        struct id request, uint64_t digest, struct text client, void *token, struct fault *fault)
{
    enum err e = check_request(requester, body, budget_ms, fault);
    struct sent_ask *sent;
    struct text service;
    struct service_link *link = NULL;
    usec_t now = clock_steady();

    if (e == ERR_OK)
        e = service_link_name(requester->paths, name, &service, fault);
    if (e == ERR_OK)
        e = link_to(requester, service, &link, fault);
    if (e != ERR_OK)
        return e;
    if (find_sent(requester, link, request))
        return fault_set(fault, ERR_EXISTS, "an ask with this request id is under way already");
    if (service_link_is_offline(link, now))
        return explain_offline(fault);
    sent = new_sent_ask(name, body);
    sent->link = link;
    sent->token = token;
    sent->request = request;
    sent->digest = digest;
    (void)text_copy(sent->client, sizeof(sent->client), client);
    sent->deadline = now + (usec_t)budget_ms * 1000;
    sent->wait_ms = LIMIT_RESEND_FIRST_MS;
    add_sent_ask(requester, sent);
    e = send_ask_frame(requester, sent, now);
    if (e != ERR_OK)
        free_sent_ask(requester, sent);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot send the ask");
}

/* ---- delivering ---- */

static bool deliver_answer(struct requester *requester, struct sent_ask *sent, enum err error, struct bytes body,
                           struct delivery *to)
{
    *to = (struct delivery){ sent->token, sent->request, error, body };
    free_sent_ask(requester, sent);
    return true;
}

/* An ask without an answer gets a fault in the form that a service would send. */
static bool deliver_fault(struct requester *requester, struct sent_ask *sent, const struct fault *fault,
                          struct delivery *to)
{
    buffer_reset(&requester->frame);
    if (frame_write_fault(&requester->frame, fault) != ERR_OK)
        buffer_reset(&requester->frame);
    return deliver_answer(requester, sent, fault->code, buffer_bytes(&requester->frame), to);
}

static bool deliver_late(struct requester *requester, struct sent_ask *sent, struct delivery *to)
{
    const char *service = sent->link->service;
    struct fault fault = { 0 };

    if (lock_is_held(requester->paths, service)) {
        fault_set(&fault, ERR_TIMEOUT, "%s did not answer in time", service);
        fault_hint(&fault, "`loophole status` shows its state; a larger budget waits longer");
    } else {
        fault_set(&fault, ERR_OFFLINE, "%s is not running", service);
        fault_hint(&fault, "`loophole status` shows the reason, `loophole restart %s` starts it again", service);
    }
    return deliver_fault(requester, sent, &fault, to);
}

static bool deliver_gone(struct requester *requester, struct sent_ask *sent, struct delivery *to)
{
    struct fault fault = { 0 };

    explain_offline(&fault);
    return deliver_fault(requester, sent, &fault, to);
}

static bool deliver_left_out(struct requester *requester, struct sent_ask *sent, struct delivery *to)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_OFFLINE, "%s is not running: this engine runs without sound", sent->link->service);
    fault_hint(&fault,
               "LOOPHOLE_AUDIO or the setting audio.device was none when the engine started (`loophole doctor`)");
    return deliver_fault(requester, sent, &fault, to);
}

/* Sends due asks again, and gives up those whose budget ended. True if it delivered one; the rest is then still due. */
static bool take_due(struct requester *requester, struct delivery *to)
{
    usec_t now = clock_steady(), due = NEVER;

    if (now < requester->due)
        return false;
    for (struct sent_ask *sent = requester->first; sent; sent = sent->next) {
        if (now >= sent->deadline)
            return deliver_late(requester, sent, to);
        if (now >= sent->send_at && service_link_is_offline(sent->link, now))
            return deliver_gone(requester, sent, to);
        if (now >= sent->send_at && service_link_is_left_out(sent->link, now))
            return deliver_left_out(requester, sent, to);
        if (now >= sent->send_at) {
            service_link_follow(sent->link);
            send_ask_frame(requester, sent, now);
        }
        due = due < due_of(sent) ? due : due_of(sent);
    }
    requester->due = due < now + COARSE_US ? now + COARSE_US : due;
    return false;
}

typedef enum err receive_fn(struct socket *socket, struct received *received);

static bool match_answer(struct requester *requester, struct service_link *link, receive_fn *receive,
                         struct delivery *to)
{
    struct answer_frame answer;
    struct sent_ask *sent;
    enum err e;

    for (;;) {
        sockets_drop(&requester->received);
        e = receive(link->socket, &requester->received);
        if (e != ERR_OK && e != ERR_TOO_LARGE)
            return false;
        if (e != ERR_OK || frame_read_answer(requester->received.body, &answer, NULL) != ERR_OK)
            continue;
        sent = find_sent(requester, link, answer.request); /* NULL: the ask was sent twice, or ended */
        if (sent)
            return deliver_answer(requester, sent, answer.error, answer.body, to);
    }
}

/* Sends all asks again that were sent before the service died, or before it started. */
static void send_again(struct requester *requester, const struct service_link *link)
{
    for (struct sent_ask *sent = requester->first; sent; sent = sent->next) {
        if (sent->link == link) {
            sent->send_at = requester->due = 0;
            sent->wait_ms = LIMIT_RESEND_FIRST_MS;
        }
    }
}

bool requester_take(struct requester *requester, struct delivery *delivery)
{
    for (uint32_t i = 0; i < requester->link_count; i++)
        if (match_answer(requester, &requester->links[(requester->turn + i) % requester->link_count], sockets_receive,
                         delivery)) {
            requester->turn += i + 1;
            return true;
        }
    for (uint32_t i = 0; i < requester->link_count; i++)
        if (service_link_is_new(&requester->links[i]))
            send_again(requester, &requester->links[i]);
    return take_due(requester, delivery);
}

/* An ask that could not be sent is due after RETRY_US. */
bool requester_take_soon(struct requester *requester, struct delivery *delivery)
{
    return requester->count == 1 && requester->due > clock_steady() + RETRY_US &&
           match_answer(requester, requester->first->link, sockets_receive_soon, delivery);
}

/* A sending may take the signal of an answer that has just arrived, so all is received once more before a wait. */
usec_t requester_due(const struct requester *requester)
{
    for (uint32_t i = 0; i < requester->link_count; i++)
        if (!sockets_settled(requester->links[i].socket))
            return 0;
    return requester->due;
}

uint32_t requester_wait_for(const struct requester *requester, struct pollfd *at, uint32_t room)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < requester->link_count && count + 2 <= room; i++) {
        at[count++] = (struct pollfd){ sockets_fd(requester->links[i].socket), POLLIN, 0 };
        at[count++] = (struct pollfd){ sockets_watch_fd(requester->links[i].socket), POLLIN, 0 };
    }
    return count;
}

void *requester_abandon(struct requester *requester)
{
    void *token = requester->first ? requester->first->token : NULL;

    if (requester->first)
        free_sent_ask(requester, requester->first);
    return token;
}

void requester_free(struct requester *requester)
{
    if (!requester)
        return;
    while (requester->first)
        free_sent_ask(requester, requester->first);
    sockets_drop(&requester->received);
    for (uint32_t i = 0; i < requester->link_count; i++)
        service_link_close(&requester->links[i]);
    buffer_free(&requester->frame);
    free(requester);
}
