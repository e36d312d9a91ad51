#include "frontends/web/connection.h"

#include <string.h>

#include "frontends/web/drop.h"
#include "frontends/web/login.h"
#include "frontends/web/page.h"
#include "frontends/web/request.h"

enum { REFUSE = 1, CLOSE = -1, GO_ON = 0, RECEIVE_AT_ONCE = 4096 };

/* What a connection carries; libwebsockets keeps it, zeroed at first. */
struct carried {
    struct visit *visit;
    struct web_page *page;
};

static struct web *web_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static bool is_loopback(struct lws *wsi)
{
    char name[64];

    lws_get_peer_simple(wsi, name, sizeof(name));
    return strncmp(name, "127.", 4) == 0 || strcmp(name, "::1") == 0 || strncmp(name, "::ffff:127.", 11) == 0;
}

/* ---- WebSocket ---- */

static bool is_for_pages(struct lws *wsi)
{
    char path[8];

    return lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) >= 0 && strcmp(path, "/ws") == 0;
}

static int refuse_page(struct lws *wsi)
{
    lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
    return REFUSE;
}

static int filter_page(struct lws *wsi)
{
    const char *why = "";

    return is_for_pages(wsi) && visit_may_enter(web_of(wsi), wsi, true, &why) ? GO_ON : refuse_page(wsi);
}

static int open_page(struct carried *connection, struct lws *wsi)
{
    struct web *web = web_of(wsi);

    connection->page = page_open(web, wsi, is_loopback(wsi) && !visit_is_lan(web, wsi), visit_device(web, wsi));
    return connection->page ? GO_ON : CLOSE;
}

static void close_page(struct carried *connection, struct lws *wsi)
{
    if (connection && connection->page) {
        page_close(web_of(wsi), connection->page);
        connection->page = NULL;
    }
}

/* ---- HTTP ---- */

static int begin_visit(struct carried *connection, struct lws *wsi, const char *path)
{
    request_end(connection->visit);
    connection->visit = request_begin(web_of(wsi), wsi, path);
    return connection->visit ? GO_ON : CLOSE;
}

static void end_visit(struct carried *connection)
{
    if (!connection)
        return;
    request_end(connection->visit);
    connection->visit = NULL;
}

static int receive_body(struct carried *connection, const void *in, size_t len)
{
    struct visit *visit = connection->visit;

    if (visit)
        visit->silence.moved += len;
    return !visit || (visit->is_login ? login_receive : drop_receive)(visit, in, len) ? GO_ON : CLOSE;
}

/* libwebsockets reports the end of a body again and again while another request waits after it. */
static int end_body(struct carried *connection)
{
    if (!connection->visit)
        return GO_ON;
    if (connection->visit->has_body)
        return CLOSE;
    connection->visit->has_body = true;
    return (connection->visit->is_login ? login_complete : drop_complete)(connection->visit) ? GO_ON : CLOSE;
}

static int look_at_silence(struct carried *connection)
{
    return !connection || !connection->visit || request_look(connection->visit) ? GO_ON : CLOSE;
}

/* Bytes of a device whose token was removed neither come nor go. */
static bool is_locked_out(struct lws *wsi, enum lws_callback_reasons reason)
{
    static const char why[] = "the token of this device was removed";
    bool is_page = reason == LWS_CALLBACK_RECEIVE || reason == LWS_CALLBACK_SERVER_WRITEABLE;
    bool comes = reason == LWS_CALLBACK_RECEIVE || reason == LWS_CALLBACK_HTTP_BODY ||
                 reason == LWS_CALLBACK_HTTP_BODY_COMPLETION;
    bool goes = reason == LWS_CALLBACK_SERVER_WRITEABLE || reason == LWS_CALLBACK_HTTP_WRITEABLE;

    if (!(comes || goes) || visit_may_go_on(web_of(wsi), wsi, comes))
        return false;
    if (is_page)
        lws_close_reason(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, (unsigned char *)(uintptr_t)why, sizeof(why) - 1);
    return true;
}

static int serve_browser(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct carried *connection = user;

    half_requests_follow(&web_of(wsi)->half, wsi, reason);
    if (is_locked_out(wsi, reason))
        return CLOSE;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return visit_may_upgrade(wsi, in) ? GO_ON : REFUSE;
    case LWS_CALLBACK_HTTP:
        return begin_visit(connection, wsi, in);
    case LWS_CALLBACK_HTTP_BODY:
        return receive_body(connection, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return end_body(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return !connection->visit || request_write(connection->visit) ? GO_ON : CLOSE;
    case LWS_CALLBACK_TIMER:
        return look_at_silence(connection);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        end_visit(connection);
        return GO_ON;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return filter_page(wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return open_page(connection, wsi);
    case LWS_CALLBACK_RECEIVE:
        return connection->page && page_receive(web_of(wsi), connection->page, in, len) ? GO_ON : CLOSE;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return connection->page && page_send(connection->page) ? GO_ON : CLOSE;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
        close_page(connection, wsi);
        return GO_ON;
    default:
        return GO_ON;
    }
}

/* ---- messages of services, results of threads ---- */

static int serve_descriptor(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct web *web = web_of(wsi);

    (void)user, (void)in, (void)len;
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION) /* a page requests this protocol by its name */
        return refuse_page(wsi);
    if (reason != LWS_CALLBACK_RAW_RX_FILE)
        return GO_ON;
    mailbox_open(web->mailbox);
    service_links_read(web->links);
    return GO_ON;
}

const struct lws_protocols connection_protocols[] = {
    [CONNECTION_BROWSER] = { .name = "loophole",
                             .callback = serve_browser,
                             .per_session_data_size = sizeof(struct carried),
                             .rx_buffer_size = RECEIVE_AT_ONCE },
    [CONNECTION_DESCRIPTOR] = { .name = "descriptor", .callback = serve_descriptor },
    { 0 },
};
