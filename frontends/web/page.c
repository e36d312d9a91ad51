#include "frontends/web/page.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "frontends/web/entry/remote.h"
#include "frontends/web/passing.h"
#include "frontends/web/visit.h"
#include "proto/wire/frame.h"

enum { SLOT_BITS = 16, BACK = 2 };

/* A message for one or more pages, with room before it for libwebsockets. */
struct web_message {
    uint32_t holders;
    size_t len;
    uint8_t bytes[];
};

struct queued_message {
    struct queued_message *next;
    struct web_message *message;
};

struct ask_under_way {
    struct id request;
    usec_t until;
};

struct web_page {
    struct lws *wsi;
    uint64_t number; /* its slot in the low bits */
    bool is_local;
    uint64_t device;                /* the number of its token; 0: none */
    uint8_t machine[TRIES_ADDRESS]; /* from which it came; only of another machine */
    char client[FRAME_CLIENT + 1];  /* the name of the client in its asks */
    bool is_read_only;
    bool is_ending; /* its token was removed; it gets the reason, then the end */
    bool is_over;   /* it must be disconnected */
    struct buffer in;
    struct queued_message *first, **last;
    size_t queued;
    struct ask_under_way *asks; /* of WEB_ASKS; NULL: it has not asked yet */
    uint32_t ask_count;
    usec_t full_at; /* rate: generic cell rate algorithm, ITU-T I.371 */
    char *topics;   /* prefixes of topics, each with a closing zero, and a last zero; NULL: all topics */
};

static bool is_of_same_far_one(const struct web_page *a, const struct web_page *b)
{
    return a->device == b->device && (a->device || memcmp(a->machine, b->machine, sizeof(a->machine)) == 0);
}

/* One device, or one machine with the password, cannot take the places of the others; all together cannot take those of
 * this machine. */
static bool has_place(const struct web *web, const struct web_page *page)
{
    uint32_t far = 0, own = 0;

    for (uint32_t i = 0; i < WEB_PAGES; i++) {
        const struct web_page *other = web->pages[i];

        if (!other || other->is_local)
            continue;
        far++;
        own += is_of_same_far_one(other, page);
    }
    return page->is_local || (far < WEB_PAGES_FAR && own < WEB_PAGES_OF_ONE);
}

static void read_machine(struct web_page *page)
{
    struct sockaddr_storage from = { 0 };
    socklen_t len = sizeof(from);
    char address[INET6_ADDRSTRLEN] = "another machine"; /* IPv4 as ::ffff:192.168.1.7 */

    (void)getpeername(lws_get_socket_fd(page->wsi), (struct sockaddr *)&from, &len);
    tries_write_machine(&from, page->machine);
    (void)getnameinfo((struct sockaddr *)&from, len, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
    (void)snprintf(page->client, sizeof(page->client), "browser at %s",
                   address + (strncmp(address, "::ffff:", 7) == 0 ? 7 : 0));
}

static void name_client(struct web *web, struct web_page *page)
{
    if (page->is_local)
        (void)snprintf(page->client, sizeof(page->client), "browser");
    else
        read_machine(page);
    if (page->device)
        tokens_name(&web->lan.tokens, page->device, page->client);
}

struct web_page *page_open(struct web *web, struct lws *wsi, bool is_local, uint64_t device)
{
    struct web_page opened = { .wsi = wsi, .is_local = is_local, .device = device }, *page;
    uint32_t slot = 0;

    name_client(web, &opened);
    while (slot < WEB_PAGES && web->pages[slot])
        slot++;
    if (slot == WEB_PAGES || !has_place(web, &opened))
        return NULL;
    page = alloc_zeroed(1, sizeof(*page));
    *page = opened;
    page->number = ++web->pages_opened << SLOT_BITS | slot;
    page->is_read_only = device && tokens_is_read_only(&web->lan.tokens, device);
    page->in.limit = PASSING_MOST;
    page->last = &page->first;
    web->pages[slot] = page;
    return page;
}

static struct web_page *find_page(struct web *web, uint64_t number)
{
    uint64_t slot = number & ((1 << SLOT_BITS) - 1);

    return slot < WEB_PAGES && web->pages[slot] && web->pages[slot]->number == number ? web->pages[slot] : NULL;
}

/* ---- unsent messages ---- */

static struct web_message *new_message(const struct buffer *from)
{
    struct web_message *message = alloc_bytes(sizeof(*message) + LWS_PRE + from->len);

    message->holders = 1;
    message->len = from->len;
    memcpy(message->bytes + LWS_PRE, from->at, from->len);
    return message;
}

static void release_message(struct web_message *message)
{
    if (--message->holders == 0)
        free(message);
}

static void queue_message(struct web_page *page, struct web_message *message)
{
    struct queued_message *waiting = alloc_zeroed(1, sizeof(*waiting));

    waiting->message = message;
    message->holders++;
    *page->last = waiting;
    page->last = &waiting->next;
    page->queued += message->len;
    page->is_over = page->is_over || page->queued > WEB_QUEUE;
    if (page->is_over) /* a page that reads nothing never becomes writable */
        lws_set_timeout(page->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    lws_callback_on_writable(page->wsi);
}

static struct web_message *unqueue_message(struct web_page *page)
{
    struct queued_message *waiting = page->first;
    struct web_message *message = waiting->message;

    page->first = waiting->next;
    if (!page->first)
        page->last = &page->first;
    page->queued -= message->len;
    free(waiting);
    return message;
}

bool page_send(struct web_page *page)
{
    struct web_message *message;
    int sent;

    if (page->is_over)
        return false;
    if (!page->first)
        return true;
    message = unqueue_message(page);
    sent = lws_write(page->wsi, message->bytes + LWS_PRE, message->len, LWS_WRITE_BINARY);
    release_message(message);
    if (page->first)
        lws_callback_on_writable(page->wsi);
    return sent >= 0;
}

void page_close(struct web *web, struct web_page *page)
{
    web->pages[page->number & ((1 << SLOT_BITS) - 1)] = NULL;
    while (page->first)
        release_message(unqueue_message(page));
    buffer_free(&page->in);
    free(page->asks);
    free(page->topics);
    free(page);
}

/* A page that reads nothing never becomes writable. */
void page_end_removed(struct web *web)
{
    enum { PATIENCE_S = 2 };

    for (uint32_t i = 0; i < WEB_PAGES; i++) {
        struct web_page *page = web->pages[i];

        if (!page || page->is_ending || visit_may_go_on(web, page->wsi, false))
            continue;
        page->is_ending = true;
        lws_set_timeout(page->wsi, PENDING_TIMEOUT_CLOSE_SEND, PATIENCE_S);
        lws_callback_on_writable(page->wsi);
    }
}

static void send_buffer(struct web_page *page, struct buffer *from)
{
    struct web_message *message = new_message(from);

    queue_message(page, message);
    release_message(message);
    buffer_free(from);
}

/* ---- asks ---- */

static bool is_in_rate(struct web_page *page)
{
    const usec_t each = 1000000 / WEB_RATE;
    usec_t now = clock_steady(), at = (page->full_at > now ? page->full_at : now) + each;

    if (at - now > (usec_t)WEB_BURST * each)
        return false;
    page->full_at = at;
    return true;
}

static void forget_late_asks(struct web_page *page)
{
    usec_t now = clock_steady();
    uint32_t kept = 0;

    for (uint32_t i = 0; i < page->ask_count; i++)
        if (now < page->asks[i].until)
            page->asks[kept++] = page->asks[i];
    page->ask_count = kept;
}

static bool is_under_way(const struct web_page *page, struct id request)
{
    for (uint32_t i = 0; i < page->ask_count; i++)
        if (id_equal(page->asks[i].request, request))
            return true;
    return false;
}

/* A copy of an ask under way counts once. */
static bool note_ask(struct web_page *page, const struct ask_frame *head)
{
    if (!page->asks)
        page->asks = alloc_array(WEB_ASKS, sizeof(*page->asks));
    if (is_under_way(page, head->request))
        return true;
    if (page->ask_count == WEB_ASKS)
        forget_late_asks(page);
    if (page->ask_count == WEB_ASKS)
        return false;
    page->asks[page->ask_count++] =
        (struct ask_under_way){ head->request, clock_steady() + (usec_t)head->budget_ms * 1000 };
    return true;
}

static void end_ask(struct web_page *page, struct id request)
{
    for (uint32_t i = 0; i < page->ask_count; i++)
        if (id_equal(page->asks[i].request, request)) {
            page->asks[i] = page->asks[--page->ask_count];
            return;
        }
}

static enum err check_distance(const struct web_page *page, const struct passing *passing, struct fault *fault)
{
    struct ask_frame frame = { 0 };
    enum err e = frame_read_ask(passing->frame, &frame, fault);

    return e == ERR_OK ? remote_check(passing->ask, frame.body, page->is_read_only, fault) : e;
}

/* Sends the ask with the name of its client, which undo shows. A page of another machine has no name but its own; one
 * of this machine may give another. */
static enum err send_named(struct web *web, const struct web_page *page, const struct passing *passing,
                           struct fault *fault)
{
    struct ask_frame frame = { 0 };
    struct buffer named = { 0 };
    enum err e;

    if ((page->is_local && !passing->ask->mutates) || frame_read_ask(passing->frame, &frame, NULL) != ERR_OK ||
        (page->is_local && frame.client.len))
        return service_links_send(web->links, passing->service, page->number, passing->frame, fault);
    frame.client = text_of(page->client);
    frame_write_ask(&named, &frame);
    e = service_links_send(web->links, passing->service, page->number, buffer_bytes(&named), fault);
    buffer_free(&named);
    return e;
}

static enum err pass_ask(struct web *web, struct web_page *page, const struct passing *passing, struct fault *fault)
{
    enum err e = page->is_local ? ERR_OK : check_distance(page, passing, fault);

    if (e != ERR_OK)
        return e;
    if (!is_in_rate(page))
        return fault_set(fault, ERR_BUSY, "this page asks more than %d times a second", WEB_RATE);
    if (!note_ask(page, &passing->head))
        return fault_set(fault, ERR_BUSY, "this page has %d asks under way", WEB_ASKS);
    e = send_named(web, page, passing, fault);
    if (e != ERR_OK)
        end_ask(page, passing->head.request);
    return e;
}

static void set_topics(struct web_page *page, const struct passing *passing)
{
    struct buffer list = { 0 };

    for (uint32_t i = 0; i < passing->topic_count; i++)
        if (passing->topics[i].len > 0 && !memchr(passing->topics[i].at, '\0', passing->topics[i].len)) {
            buffer_add(&list, passing->topics[i].at, passing->topics[i].len);
            buffer_add(&list, "", 1);
        }
    buffer_add(&list, "", 1);
    free(page->topics);
    page->topics = (char *)list.at;
}

static void say_why(struct web_page *page, enum lws_close_status status, const char *why)
{
    enum { MOST = 123 }; /* bytes: RFC 6455, 5.5 */
    char reason[MOST];

    lws_close_reason(page->wsi, status, (uint8_t *)reason, text_repair(reason, MOST, text_of(why)));
}

/* False: no ask of the page could get the answer, so the WebSocket ends with the reason. */
static bool pass_message(struct web *web, struct web_page *page)
{
    struct passing passing;
    struct fault fault = { 0 };
    enum err e = passing_read(buffer_bytes(&page->in), &passing, &fault);

    if (e == ERR_OK && passing.kind == PASSING_SUBSCRIBE) {
        set_topics(page, &passing);
        return true;
    }
    if (e == ERR_OK)
        e = pass_ask(web, page, &passing, &fault);
    if (e == ERR_OK)
        return true;
    struct buffer refusal = { 0 };
    if (!passing.has_request) {
        say_why(page, LWS_CLOSE_STATUS_INVALID_PAYLOAD, fault.what);
        return false;
    }
    passing_write_refusal(&refusal, passing.service, passing.head.request, &fault);
    send_buffer(page, &refusal);
    return true;
}

bool page_receive(struct web *web, struct web_page *page, const void *bytes, size_t len)
{
    bool is_valid = true;

    buffer_add(&page->in, bytes, len);
    if (page->in.failed) {
        say_why(page, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "a message of a page has at most 1 MiB");
        return false;
    }
    if (lws_is_final_fragment(page->wsi) && !lws_frame_is_binary(page->wsi)) {
        say_why(page, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "messages are binary, not text");
        return false;
    }
    if (!lws_is_final_fragment(page->wsi) || lws_remaining_packet_payload(page->wsi) > 0)
        return true;
    is_valid = pass_message(web, page);
    service_links_read(web->links);
    if (page->in.room > WEB_CHUNK)
        buffer_free(&page->in);
    page->in.limit = PASSING_MOST;
    buffer_reset(&page->in);
    return is_valid && !page->is_over;
}

/* ---- from the services ---- */

void page_answer(struct web *web, uint64_t number, struct text service, struct bytes frame)
{
    struct web_page *page = find_page(web, number);
    struct answer_frame answer = { 0 };
    struct buffer message = { 0 };

    if (!page)
        return;
    if (frame_read_answer(frame, &answer, NULL) == ERR_OK)
        end_ask(page, answer.request);
    passing_write_answer(&message, service, frame);
    send_buffer(page, &message);
}

static bool is_subscribed(const struct web_page *page, struct text topic)
{
    if (!page->topics)
        return true;
    for (const char *at = page->topics; *at; at += strlen(at) + 1)
        if (text_starts(topic, text_of(at)))
            return true;
    return false;
}

/* Without a topic the message is for all pages. */
static void send_all(struct web *web, const struct buffer *message, struct text topic)
{
    const bool is_remote = topic.len == 0 || remote_hears(topic);
    struct web_message *shared = new_message(message);

    for (uint32_t i = 0; i < WEB_PAGES; i++) {
        struct web_page *page = web->pages[i];

        if (page && (page->is_local || is_remote) && page->queued < WEB_QUEUE_EVENTS &&
            (topic.len == 0 || is_subscribed(page, topic)))
            queue_message(page, shared);
    }
    release_message(shared);
}

void page_send_event(struct web *web, struct text topic, struct bytes frame)
{
    struct buffer message = { 0 };

    passing_write_event(&message, topic, frame);
    send_all(web, &message, topic);
    buffer_free(&message);
}

void page_report_back(struct web *web, struct text service)
{
    struct buffer message = { 0 };
    uint8_t head[2] = { BACK, (uint8_t)service.len };

    buffer_add(&message, head, sizeof(head));
    buffer_add(&message, service.at, service.len);
    send_all(web, &message, (struct text){ 0 });
    buffer_free(&message);
}
