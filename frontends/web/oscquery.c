#include "frontends/web/oscquery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "frontends/web/inner.h"
#include "frontends/web/request.h"
#include "frontends/web/visit.h"
#include "proto/wire/codec.h"
#include "schema_osc.h"

enum { REFUSE = 1, CLOSE = -1, GO_ON = 0, LOOK_US = 1000000, PAGE_MOST = 2 << 20 };

/* What a connection carries; libwebsockets keeps it, zeroed at first. */
struct tree_visit {
    struct visit *visit;
    uint64_t ask; /* number of the inner ask; 0: none */
};

static struct web *web_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* ---- one request ---- */

static void end_visit(struct tree_visit *one)
{
    if (!one || !one->visit)
        return;
    inner_drop(one->visit->web, one->ask);
    request_end(one->visit);
    *one = (struct tree_visit){ 0 };
}

/* A node that lacks the attribute has no content. */
static bool send_page(struct visit *visit, struct text json)
{
    if (json.len == 0)
        return visit_say(visit, HTTP_STATUS_NO_CONTENT, "");
    return visit_send(visit, "application/json", bytes_of(json.at, json.len));
}

static void page_came(void *state, struct bytes body, const struct fault *refused)
{
    struct tree_visit *one = state;
    struct arena arena = { .limit = PAGE_MOST };
    struct osc_page page = { 0 };
    struct fault fault = { 0 };

    one->ask = 0;
    if (refused)
        visit_fail_late(one->visit, refused);
    else if (codec_decode(&osc_page_shape, body, &arena, &page, &fault) != ERR_OK)
        visit_fail_late(one->visit, &fault);
    else if (!send_page(one->visit, page.json))
        visit_kill(one->visit);
    arena_free(&arena);
}

/* The attribute is the name in ?NAME. False: it is longer than any attribute. */
static bool read_attribute(const struct visit *visit, char *to, size_t size)
{
    char typed[WEB_HEADERS] = "";
    size_t len;

    if (lws_hdr_copy_fragment(visit->wsi, typed, sizeof(typed), WSI_TOKEN_HTTP_URI_ARGS, 0) < 0)
        typed[0] = '\0';
    len = strcspn(typed, "=");
    if (len >= size)
        return false;
    memcpy(to, typed, len);
    to[len] = '\0';
    return true;
}

static bool is_own_host(const struct visit *visit)
{
    const struct gate tree = { .port = visit->web->tree_port };
    char host[64];

    visit_read_header(visit->wsi, WSI_TOKEN_HOST, host, sizeof(host));
    return gate_is_own_host(&tree, host);
}

static bool ask_for_page(struct tree_visit *one, const char *path)
{
    struct visit *visit = one->visit;
    struct osc_tree ask = { .path = text_of(path) };
    struct fault fault = { 0 };
    char attribute[32];

    visit->is_head = lws_hdr_total_length(visit->wsi, WSI_TOKEN_HEAD_URI) > 0;
    if (!is_own_host(visit))
        return visit_say(visit, HTTP_STATUS_FORBIDDEN, "This host is not an address of the engine.\n");
    if (!visit->is_head && lws_hdr_total_length(visit->wsi, WSI_TOKEN_GET_URI) == 0)
        return visit_say(visit, HTTP_STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD are possible here.\n");
    if (!read_attribute(visit, attribute, sizeof(attribute)))
        return visit_say(visit, HTTP_STATUS_BAD_REQUEST, "There is no such attribute.\n");
    ask.attribute = text_of(attribute);
    one->ask = inner_send(visit->web, "osc.tree", &ask, &osc_tree_shape, page_came, one, &fault);
    return one->ask ? true : visit_fail(visit, &fault);
}

static int begin_visit(struct tree_visit *one, struct lws *wsi, const char *path)
{
    end_visit(one);
    one->visit = alloc_zeroed(1, sizeof(*one->visit));
    *one->visit = (struct visit){ .web = web_of(wsi), .wsi = wsi };
    if (ask_for_page(one, path))
        return GO_ON;
    end_visit(one);
    return CLOSE;
}

/* libwebsockets reports the end of a body again and again while another request waits after it. */
static int end_body(struct tree_visit *one)
{
    if (!one->visit || one->visit->has_body)
        return CLOSE;
    one->visit->has_body = true;
    return GO_ON;
}

static int serve_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct tree_visit *one = user;

    half_requests_follow(&web_of(wsi)->half, wsi, reason);
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return visit_may_upgrade(wsi, in) ? GO_ON : REFUSE;
    case LWS_CALLBACK_HTTP:
        return begin_visit(one, wsi, in);
    case LWS_CALLBACK_HTTP_BODY: /* no request here has a body */
        return len > 0 ? CLOSE : GO_ON;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return end_body(one);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return !one->visit || request_write(one->visit) ? GO_ON : CLOSE;
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        end_visit(one);
        return GO_ON;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
        return REFUSE;
    default:
        return GO_ON;
    }
}

/* ---- the port ---- */

static const struct lws_protocols protocols[] = {
    { .name = "oscquery", .callback = serve_client, .per_session_data_size = sizeof(struct tree_visit) },
    { 0 },
};

static void stop_listening(struct web *web)
{
    if (web->tree)
        lws_vhost_destroy(web->tree);
    web->tree = NULL;
    web->tree_port = 0;
}

static void listen_at(struct web *web, uint16_t port)
{
    struct lws_context_creation_info info = { 0 };

    info.protocols = protocols;
    info.port = port;
    info.iface = "127.0.0.1";
    info.server_string = "loophole";
    info.timeout_secs = WEB_HEADERS_S;
    info.keepalive_timeout = 60;
    info.vhost_name = "oscquery";
    if (gate_port_is_free(port))
        web->tree = lws_create_vhost(web->context, &info);
    if (web->tree) {
        web->tree_port = port;
        log_info("the tree of OSC addresses is at http://127.0.0.1:%u/", port);
    } else if (!web->tree_is_missed) {
        log_warn("another program has the TCP port %u: the tree of OSC addresses is not served", port);
    }
    web->tree_is_missed = !web->tree;
}

static void take_port(void *state, struct bytes body, const struct fault *refused)
{
    struct web *web = state;
    struct arena arena = { .limit = PAGE_MOST };
    struct osc_counts at = { 0 };

    web->tree_ask = 0;
    if (!refused && codec_decode(&osc_counts_shape, body, &arena, &at, NULL) == ERR_OK && at.port) {
        if (web->tree_port != at.port) {
            stop_listening(web);
            listen_at(web, (uint16_t)at.port);
        }
        web->has_tree = web->tree != NULL;
    }
    arena_free(&arena);
}

void oscquery_look(struct web *web)
{
    const usec_t now = clock_steady();

    if (web->has_tree || web->tree_ask || now - web->tree_asked < LOOK_US)
        return;
    web->tree_asked = now;
    web->tree_ask = inner_send(web, "osc.state", "", schema_ask(TEXT("osc.state"))->request, take_port, web, NULL);
}

void oscquery_is_back(struct web *web)
{
    web->has_tree = false;
}
