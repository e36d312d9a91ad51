#include "proto/transport/courier.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/transport/line.h"
#include "proto/transport/lock.h"

enum { LINES = COURIER_FDS / 2, BUCKETS = 1024, RETRY_US = 100000, COARSE_US = 1000 };

#define NEVER INT64_MAX

/* One ask in progress. */
struct parcel {
    struct parcel *next, *before; /* of all parcels, the oldest first */
    struct parcel *chain;         /* in its bucket */
    struct line *line;
    void *token;
    struct id request;
    uint64_t digest; /* of the client's ask; 0: this is the client's ask */
    usec_t deadline;
    usec_t send_at;   /* time of the next sending */
    uint32_t wait_ms; /* from the next sending to the one after it */
    uint32_t name_len;
    uint32_t body_len;
    uint8_t bytes[]; /* name, body */
};

struct courier {
    struct sockets *sockets;
    const struct paths *paths;
    uint32_t limit, count, line_count, turn;
    size_t bytes; /* of all parcels */
    struct line lines[LINES];
    struct parcel *first, *last;
    struct parcel *buckets[BUCKETS];
    usec_t due;
    struct letter letter; /* the last delivered answer */
    struct buffer frame;
};

struct courier *courier_new(struct sockets *sockets, const struct paths *paths, uint32_t limit)
{
    struct courier *courier = alloc_zeroed(1, sizeof(*courier));

    *courier = (struct courier){ .sockets = sockets, .paths = paths, .limit = limit, .due = NEVER };
    return courier;
}

/* ---- parcels ---- */

static struct parcel **bucket_of(struct courier *courier, struct id request)
{
    return &courier->buckets[(request.b[15] | request.b[14] << 8) % BUCKETS];
}

static struct parcel *find_parcel(struct courier *courier, struct id request)
{
    struct parcel *parcel = *bucket_of(courier, request);

    while (parcel && !id_equal(parcel->request, request))
        parcel = parcel->chain;
    return parcel;
}

static void link_in(struct courier *courier, struct parcel *parcel)
{
    struct parcel **bucket = bucket_of(courier, parcel->request);

    parcel->chain = *bucket;
    *bucket = parcel;
    parcel->before = courier->last;
    *(parcel->before ? &parcel->before->next : &courier->first) = parcel;
    courier->last = parcel;
    courier->count++;
    courier->bytes += parcel->body_len;
}

static void free_parcel(struct courier *courier, struct parcel *parcel)
{
    struct parcel **at = bucket_of(courier, parcel->request);

    while (*at != parcel)
        at = &(*at)->chain;
    *at = parcel->chain;
    *(parcel->before ? &parcel->before->next : &courier->first) = parcel->next;
    *(parcel->next ? &parcel->next->before : &courier->last) = parcel->before;
    courier->count--;
    courier->bytes -= parcel->body_len;
    free(parcel);
}

static struct parcel *parcel_new(struct text name, struct bytes body)
{
    struct parcel *parcel = alloc_zeroed(1, sizeof(*parcel) + name.len + body.len);

    parcel->name_len = name.len;
    parcel->body_len = body.len;
    memcpy(parcel->bytes, name.at, name.len);
    if (body.len > 0)
        memcpy(parcel->bytes + name.len, body.at, body.len);
    return parcel;
}

static usec_t due_of(const struct parcel *parcel)
{
    return parcel->send_at < parcel->deadline ? parcel->send_at : parcel->deadline;
}

/* ---- sending ---- */

/* Writes the frame again with the remaining budget. A frame that cannot be sent, mostly for lack of a peer, is sent on
 * the next new connection, or tried again. */
static enum err send_parcel(struct courier *courier, struct parcel *parcel, usec_t now)
{
    struct ask_frame frame = {
        .name = { parcel->name_len, (const char *)parcel->bytes },
        .request = parcel->request,
        .budget_ms = (uint32_t)((parcel->deadline - now) / 1000) + 1,
        .body = { parcel->body_len, parcel->bytes + parcel->name_len },
        .digest = parcel->digest,
    };
    enum err e;

    if (frame.budget_ms > LIMIT_BUDGET_MS)
        frame.budget_ms = LIMIT_BUDGET_MS;
    buffer_reset(&courier->frame);
    frame_write_ask(&courier->frame, &frame);
    e = sockets_send(parcel->line->socket, NULL, buffer_bytes(&courier->frame));
    if (e == ERR_OK) {
        parcel->send_at = now + parcel->wait_ms * 1000;
        parcel->wait_ms = parcel->wait_ms * 2 < LIMIT_RESEND_MS ? parcel->wait_ms * 2 : LIMIT_RESEND_MS;
    } else {
        parcel->send_at = now + RETRY_US;
    }
    if (due_of(parcel) < courier->due)
        courier->due = due_of(parcel);
    return e == ERR_BUSY || e == ERR_OFFLINE ? ERR_OK : e;
}

static enum err explain_offline(struct fault *fault)
{
    fault_set(fault, ERR_OFFLINE, "the engine is not running");
    return fault_hint(fault, "start it with `loophole up`");
}

static enum err line_to(struct courier *courier, struct text service, struct line **to, struct fault *fault)
{
    enum err e;

    for (uint32_t i = 0; i < courier->line_count; i++) {
        if (text_is(service, courier->lines[i].service)) {
            *to = &courier->lines[i];
            return ERR_OK;
        }
    }
    if (courier->line_count == LINES)
        return fault_set(fault, ERR_FULL, "already connected to %d services", LINES);
    *to = &courier->lines[courier->line_count];
    e = line_open(*to, courier->sockets, courier->paths, service, fault);
    courier->line_count += e == ERR_OK;
    return e;
}

static enum err check_request(struct courier *courier, struct bytes body, uint32_t budget_ms, struct id request,
                              struct fault *fault)
{
    if (budget_ms < 1 || budget_ms > LIMIT_BUDGET_MS)
        return fault_set(fault, ERR_BAD_REQUEST, "a budget of %u ms is not within 1 to %d", budget_ms, LIMIT_BUDGET_MS);
    if (body.len > CODEC_MESSAGE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "a request of %u bytes; at most %d", body.len, CODEC_MESSAGE_MAX);
    if (courier->count >= courier->limit)
        return fault_set(fault, ERR_BUSY, "%u asks are under way already", courier->count);
    if (courier->bytes + body.len > LIMIT_CLIENT_BYTES)
        return fault_set(fault, ERR_BUSY, "%zu bytes of asks are under way already", courier->bytes);
    if (find_parcel(courier, request))
        return fault_set(fault, ERR_EXISTS, "an ask with this request id is under way already");
    return ERR_OK;
}

enum err courier_send(struct courier *courier, struct text name, struct bytes body, uint32_t budget_ms,
                      struct id request, uint64_t digest, void *token, struct fault *fault)
{
    enum err e = check_request(courier, body, budget_ms, request, fault);
    struct parcel *parcel;
    struct text service;
    struct line *line = NULL;
    usec_t now = clock_steady();

    if (e == ERR_OK)
        e = line_service(courier->paths, name, &service, fault);
    if (e == ERR_OK)
        e = line_to(courier, service, &line, fault);
    if (e != ERR_OK)
        return e;
    if (line_is_offline(line, now))
        return explain_offline(fault);
    parcel = parcel_new(name, body);
    parcel->line = line;
    parcel->token = token;
    parcel->request = request;
    parcel->digest = digest;
    parcel->deadline = now + (usec_t)budget_ms * 1000;
    parcel->wait_ms = LIMIT_RESEND_FIRST_MS;
    link_in(courier, parcel);
    e = send_parcel(courier, parcel, now);
    if (e != ERR_OK)
        free_parcel(courier, parcel);
    return e == ERR_OK ? e : fault_set(fault, e, "can't send the ask");
}

/* ---- delivering ---- */

static bool deliver_answer(struct courier *courier, struct parcel *parcel, enum err error, struct bytes body,
                           struct delivery *to)
{
    *to = (struct delivery){ parcel->token, parcel->request, error, body };
    free_parcel(courier, parcel);
    return true;
}

/* An ask without an answer gets a fault in the form that a service would send. */
static bool deliver_fault(struct courier *courier, struct parcel *parcel, const struct fault *fault,
                          struct delivery *to)
{
    buffer_reset(&courier->frame);
    if (frame_write_fault(&courier->frame, fault) != ERR_OK)
        buffer_reset(&courier->frame);
    return deliver_answer(courier, parcel, fault->code, buffer_bytes(&courier->frame), to);
}

static bool deliver_late(struct courier *courier, struct parcel *parcel, struct delivery *to)
{
    const char *service = parcel->line->service;
    struct fault fault = { 0 };

    if (lock_is_held(courier->paths, service)) {
        fault_set(&fault, ERR_TIMEOUT, "%s did not answer in time", service);
        fault_hint(&fault, "`loophole status` shows its state; a larger budget waits longer");
    } else {
        fault_set(&fault, ERR_OFFLINE, "%s is not running", service);
        fault_hint(&fault, "`loophole status` says why, `loophole restart %s` starts it again", service);
    }
    return deliver_fault(courier, parcel, &fault, to);
}

static bool deliver_gone(struct courier *courier, struct parcel *parcel, struct delivery *to)
{
    struct fault fault = { 0 };

    explain_offline(&fault);
    return deliver_fault(courier, parcel, &fault, to);
}

/* Sends due asks again, and gives up those whose budget ended. True if it delivered one; the rest is then still due. */
static bool take_due(struct courier *courier, struct delivery *to)
{
    usec_t now = clock_steady(), due = NEVER;

    if (now < courier->due)
        return false;
    for (struct parcel *parcel = courier->first; parcel; parcel = parcel->next) {
        if (now >= parcel->deadline)
            return deliver_late(courier, parcel, to);
        if (now >= parcel->send_at && line_is_offline(parcel->line, now))
            return deliver_gone(courier, parcel, to);
        if (now >= parcel->send_at)
            send_parcel(courier, parcel, now);
        due = due < due_of(parcel) ? due : due_of(parcel);
    }
    courier->due = due < now + COARSE_US ? now + COARSE_US : due;
    return false;
}

static bool take_answer(struct courier *courier, struct line *line, struct delivery *to)
{
    struct answer_frame answer;
    struct parcel *parcel;
    enum err e;

    for (;;) {
        letter_drop(&courier->letter);
        e = sockets_receive(line->socket, &courier->letter);
        if (e != ERR_OK && e != ERR_TOO_LARGE)
            return false;
        if (e != ERR_OK || frame_read_answer(courier->letter.body, &answer, NULL) != ERR_OK)
            continue;
        parcel = find_parcel(courier, answer.request); /* NULL: the ask was sent twice, or ended */
        if (parcel && parcel->line == line)
            return deliver_answer(courier, parcel, answer.error, answer.body, to);
    }
}

/* Sends now everything that the service was asked before it died, or before it came up. */
static void send_again(struct courier *courier, const struct line *line)
{
    for (struct parcel *parcel = courier->first; parcel; parcel = parcel->next) {
        if (parcel->line == line) {
            parcel->send_at = courier->due = 0;
            parcel->wait_ms = LIMIT_RESEND_FIRST_MS;
        }
    }
}

bool courier_take(struct courier *courier, struct delivery *delivery)
{
    for (uint32_t i = 0; i < courier->line_count; i++)
        if (take_answer(courier, &courier->lines[(courier->turn + i) % courier->line_count], delivery)) {
            courier->turn += i + 1;
            return true;
        }
    for (uint32_t i = 0; i < courier->line_count; i++)
        if (line_is_new(&courier->lines[i]))
            send_again(courier, &courier->lines[i]);
    return take_due(courier, delivery);
}

usec_t courier_due(const struct courier *courier)
{
    return courier->due;
}

uint32_t courier_wait_for(const struct courier *courier, struct pollfd *at, uint32_t room)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < courier->line_count && count + 2 <= room; i++) {
        at[count++] = (struct pollfd){ sockets_fd(courier->lines[i].socket), POLLIN, 0 };
        at[count++] = (struct pollfd){ sockets_watch_fd(courier->lines[i].socket), POLLIN, 0 };
    }
    return count;
}

void *courier_abandon(struct courier *courier)
{
    void *token = courier->first ? courier->first->token : NULL;

    if (courier->first)
        free_parcel(courier, courier->first);
    return token;
}

void courier_free(struct courier *courier)
{
    if (!courier)
        return;
    while (courier->first)
        free_parcel(courier, courier->first);
    letter_drop(&courier->letter);
    for (uint32_t i = 0; i < courier->line_count; i++)
        line_close(&courier->lines[i]);
    buffer_free(&courier->frame);
    free(courier);
}
