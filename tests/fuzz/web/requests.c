/* Any bytes of a browser, however they are cut, are answered or end their connection alone: HTTP requests with their
 * paths, arguments, headers and ranges, uploads, and the frames of a WebSocket. The gate has the key, the port and the
 * token of tests/fuzz/seeds.py. No service runs: each ask of the gateway itself is refused. Nothing stays of a
 * connection. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frontends/web/connection.h"
#include "frontends/web/inner.h"
#include "proto/wire/frame.h"
#include "tests/fuzz/fuzz.h"

#define INNER_ASK (UINT64_C(1) << 63) /* as in frontends/web/inner.c */

enum { PORT = 4242, KEY = 7, ROUNDS = 64 };

static void take_answer(void *state, uint64_t sender, struct text service, struct bytes frame)
{
    (void)state, (void)sender, (void)service, (void)frame;
}

static void take_event(void *state, struct text topic, struct bytes frame)
{
    (void)state, (void)topic, (void)frame;
}

static void take_return(void *state, struct text service)
{
    (void)state, (void)service;
}

static void open_context(struct web *web)
{
    struct lws_context_creation_info info = { 0 };

    lws_set_log_level(0, NULL);
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    info.protocols = connection_protocols;
    info.user = web;
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.timeout_secs = WEB_HEADERS_S;
    info.max_http_header_data = WEB_HEADERS;
    info.max_http_header_pool = WEB_HEADERS_AT_ONCE;
    info.pt_serv_buf_size = WEB_CHUNK;
    info.vhost_name = "loophole";
    web->context = lws_create_context(&info);
    holds(web->context);
    web->vhost = lws_create_vhost(web->context, &info);
    holds(web->vhost);
}

static void open_gateway(struct web *web)
{
    const struct service_links_events events = { take_answer, take_event, take_return, web };

    web->paths = fuzz_home();
    web->gate = (struct gate){ .lock = PTHREAD_MUTEX_INITIALIZER, .port = PORT };
    memset(web->gate.key, KEY, sizeof(web->gate.key));
    holds(mailbox_new(&web->mailbox, NULL) == ERR_OK);
    web->errands = errands_new(web->mailbox, 1);
    web->makers = errands_new(web->mailbox, 1);
    holds(service_links_new(web->paths, &events, &web->links, NULL) == ERR_OK);
    open_context(web);
}

static void renew_token(struct web *web)
{
    memset(web->gate.tokens[0].hex, '0', sizeof(web->gate.tokens[0].hex) - 1);
    web->gate.tokens[0].until = INT64_MAX;
}

/* ---- the browser ---- */

/* Lets the gateway work, and drops its answers. False: it has closed the connection. */
static bool go_round(struct web *web, int browser)
{
    char answer[4096];
    ssize_t got;

    lws_service(web->context, -1);
    while ((got = recv(browser, answer, sizeof(answer), MSG_DONTWAIT)) > 0)
        ;
    return got != 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* The numbers of these asks count from 1; web->inner_sent is the last one. */
static void refuse_inner(struct web *web, uint64_t first)
{
    struct answer_frame answer = { .request = id_new(), .error = ERR_NOT_FOUND };
    struct fault fault = { 0 };
    struct buffer body = { 0 }, frame = { 0 };

    fault_set(&fault, ERR_NOT_FOUND, "no media item");
    (void)frame_write_fault(&body, &fault);
    answer.body = buffer_bytes(&body);
    frame_write_answer(&frame, &answer);
    for (uint64_t number = first; number <= web->inner_sent; number++)
        inner_answer(web, INNER_ASK | number, buffer_bytes(&frame));
    buffer_free(&body);
    buffer_free(&frame);
}

static void send_pieces(struct web *web, int browser, struct bytes all, size_t piece)
{
    uint64_t first = web->inner_sent + 1;

    for (size_t at = 0; at < all.len;) {
        size_t len = all.len - at < piece ? all.len - at : piece;
        ssize_t sent = send(browser, all.at + at, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        at += sent > 0 ? (size_t)sent : 0;
        if (!go_round(web, browser) || (sent < 0 && errno != EAGAIN))
            return;
    }
    for (int round = 0; round < 4 && go_round(web, browser); round++)
        refuse_inner(web, first);
}

static bool is_quiet(const struct web *web)
{
    for (uint32_t i = 0; i < WEB_PAGES; i++)
        if (web->pages[i])
            return false;
    for (uint32_t i = 0; i < WEB_INNER_ASKS; i++)
        if (web->inner[i])
            return false;
    return web->drops == 0 && web->makings == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct web web;
    struct fuzz_input input = { bytes, len };
    size_t piece = 1 + fuzz_number(&input);
    int ends[2];

    if (!web.context)
        open_gateway(&web);
    renew_token(&web);
    holds(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    holds(lws_adopt_socket_vhost(web.vhost, ends[0]));
    send_pieces(&web, ends[1], fuzz_rest(&input), piece);
    close(ends[1]);
    for (int round = 0; round < ROUNDS && !is_quiet(&web); round++)
        lws_service(web.context, -1);
    holds(is_quiet(&web));
    return 0;
}
