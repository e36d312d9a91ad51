#include "frontends/web/visit.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/process/socket_owner.h"

#define ONLY_LOGIN "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
#define ONLY_OWN                                                                                                       \
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "                \
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* ---- who may enter ---- */

void visit_read_header(struct lws *wsi, enum lws_token_indexes header, char *to, size_t size)
{
    to[0] = '\0';
    if (lws_hdr_total_length(wsi, header) > 0 && lws_hdr_copy(wsi, to, (int)size, header) < 0)
        to[0] = '\0';
}

bool visit_may_upgrade(struct lws *wsi, const char *to)
{
    if (strcasecmp(to, "websocket") == 0)
        return true;
    lws_return_http_status(wsi, HTTP_STATUS_BAD_REQUEST, NULL);
    return false;
}

bool visit_is_lan(const struct web *web, struct lws *wsi)
{
    return web->lan_vhost && lws_get_vhost(wsi) == web->lan_vhost;
}

/* The secret of a token in the header Authorization. A browser sends no such header for a page of another origin. */
static bool read_secret(struct lws *wsi, char *to, size_t size)
{
    static const char scheme[] = "Bearer ";
    char header[WEB_SECRET];

    visit_read_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, header, sizeof(header));
    if (strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
        return false;
    return (size_t)snprintf(to, size, "%s", header + sizeof(scheme) - 1) < size;
}

bool visit_is_own(const struct web *web, struct lws *wsi, bool needs_origin, const char **why)
{
    char host[160], origin[180], secret[WEB_SECRET];
    bool is_lan = visit_is_lan(web, wsi);

    visit_read_header(wsi, WSI_TOKEN_HOST, host, sizeof(host));
    if (!(is_lan ? lan_is_own_host(&web->lan, wsi, host) : gate_is_own_host(&web->gate, host))) {
        *why = is_lan ? "This host is not an address of the engine: use the one of [web] listen, or [web] name.\n"
                      : "This host is not an address of the engine: use 127.0.0.1 and its port.\n";
        return false;
    }
    visit_read_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin));
    *why = "A page of another origin is not allowed.\n";
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) == 0)
        return !needs_origin || (is_lan && read_secret(wsi, secret, sizeof(secret)));
    return gate_is_own_origin(origin, is_lan ? "https://" : "http://", host);
}

/* An address of the loopback interface; a socket of IPv6 has it mapped. */
static struct sockaddr_in as_ipv4(const struct sockaddr_storage *at)
{
    const struct sockaddr_in6 *mapped = (const struct sockaddr_in6 *)at;
    struct sockaddr_in to = { .sin_family = AF_INET };

    if (at->ss_family == AF_INET)
        return *(const struct sockaddr_in *)at;
    to.sin_port = mapped->sin6_port;
    memcpy(&to.sin_addr, mapped->sin6_addr.s6_addr + 12, sizeof(to.sin_addr));
    return to;
}

/* True if this user has the other end of the connection. */
static bool is_end_own(int fd)
{
    struct sockaddr_storage here = { 0 }, there = { 0 };
    socklen_t here_len = sizeof(here), there_len = sizeof(there);
    struct sockaddr_in at, to;

    if (getsockname(fd, (struct sockaddr *)&here, &here_len) < 0 ||
        getpeername(fd, (struct sockaddr *)&there, &there_len) < 0)
        return false;
    at = as_ipv4(&there);
    to = as_ipv4(&here);
    return socket_connection_is_own(&at, &to);
}

bool visit_is_of_user(const struct web *web, struct lws *wsi)
{
    static const char own, other; /* what the connection keeps: its owner stays the same */
    const void *known = lws_get_opaque_user_data(wsi);

    if (web->takes_any || visit_is_lan(web, wsi))
        return true;
    if (!known)
        known = is_end_own(lws_get_socket_fd(wsi)) ? &own : &other;
    lws_set_opaque_user_data(wsi, (void *)(uintptr_t)known);
    return known == &own;
}

/* A request with a secret is judged by it alone, because it may lack an origin. */
static enum visit_session look_at_far_one(struct web *web, struct lws *wsi, const char *cookies, uint64_t *device)
{
    char secret[WEB_SECRET];

    if (read_secret(wsi, secret, sizeof(secret))) {
        enum lan_verdict verdict = lan_try_secret(&web->lan, wsi, secret, device);

        return verdict == LAN_RIGHT ? VISIT_ADMITTED : verdict == LAN_WAITS ? VISIT_WAITS : VISIT_WRONG_SECRET;
    }
    if (gate_knows(&web->lan.gate, cookies))
        return VISIT_ADMITTED;
    *device = tokens_find_cookie(&web->lan.tokens, cookies);
    return *device ? VISIT_ADMITTED : VISIT_STRANGER;
}

enum visit_session visit_look_for_session(struct web *web, struct lws *wsi)
{
    char cookies[2048];
    uint64_t device = 0;
    enum visit_session session;

    visit_read_header(wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof(cookies));
    if (!visit_is_lan(web, wsi))
        return gate_knows(&web->gate, cookies) && visit_is_of_user(web, wsi) ? VISIT_ADMITTED : VISIT_STRANGER;
    session = look_at_far_one(web, wsi, cookies, &device);
    lws_set_opaque_user_data(wsi, (void *)(uintptr_t)device);
    return session;
}

uint64_t visit_device(const struct web *web, struct lws *wsi)
{
    return visit_is_lan(web, wsi) ? (uintptr_t)lws_get_opaque_user_data(wsi) : 0;
}

bool visit_may_go_on(struct web *web, struct lws *wsi, bool is_use)
{
    uint64_t device = visit_device(web, wsi);

    return device == 0 || tokens_may(&web->lan.tokens, device, is_use);
}

bool visit_may_enter(struct web *web, struct lws *wsi, bool needs_origin, const char **why)
{
    if (!visit_is_own(web, wsi, needs_origin, why))
        return false;
    *why = VISIT_NO_SESSION;
    return visit_look_for_session(web, wsi) == VISIT_ADMITTED;
}

/* ---- answers ---- */

/* The headers of an answer while they are written. */
struct reply_head {
    struct lws *wsi;
    uint8_t bytes[LWS_PRE + 2048];
    uint8_t *at, *end;
    bool has_failed;
};

/* A NULL value adds nothing. */
static void add_header(struct reply_head *head, const char *name, const char *value)
{
    if (value && lws_add_http_header_by_name(head->wsi, (const uint8_t *)name, (const uint8_t *)value,
                                             (int)strlen(value), &head->at, head->end))
        head->has_failed = true;
}

/* Protects an answer from other pages. The page of the password may send its form, which needs a referrer: without one
 * the form has no origin. */
static void add_protection(struct reply_head *head, bool is_login)
{
    add_header(head, "content-security-policy:", is_login ? ONLY_LOGIN : ONLY_OWN);
    add_header(head, "x-content-type-options:", "nosniff");
    add_header(head, "referrer-policy:", is_login ? "same-origin" : "no-referrer");
    add_header(head, "cross-origin-opener-policy:", "same-origin");
    add_header(head, "cross-origin-resource-policy:", "same-origin");
}

bool visit_head(struct visit *visit, unsigned status, const char *type, uint64_t len, const char *more_name,
                const char *more)
{
    struct reply_head head = { .wsi = visit->wsi };

    head.at = head.bytes + LWS_PRE;
    head.end = head.bytes + sizeof(head.bytes) - 1;
    head.has_failed = lws_add_http_common_headers(visit->wsi, status, type, len, &head.at, head.end) != 0;
    add_protection(&head, visit->is_login);
    add_header(&head, "content-disposition:", status == HTTP_STATUS_OK ? visit->attachment : NULL);
    if (more_name)
        add_header(&head, more_name, more);
    if (head.has_failed || lws_finalize_write_http_header(visit->wsi, head.bytes + LWS_PRE, &head.at, head.end))
        return false;
    visit->is_answered = true;
    lws_callback_on_writable(visit->wsi);
    return true;
}

bool visit_send_on(struct visit *visit, const char *cookie)
{
    struct reply_head head = { .wsi = visit->wsi };

    head.at = head.bytes + LWS_PRE;
    head.end = head.bytes + sizeof(head.bytes) - 1;
    head.has_failed =
        lws_add_http_common_headers(visit->wsi, HTTP_STATUS_SEE_OTHER, "text/plain", 0, &head.at, head.end) != 0;
    add_protection(&head, false);
    add_header(&head, "location:", "/");
    add_header(&head, "cache-control:", "no-store");
    add_header(&head, "set-cookie:", cookie);
    visit->is_answered = true;
    lws_callback_on_writable(visit->wsi);
    return !head.has_failed && !lws_finalize_write_http_header(visit->wsi, head.bytes + LWS_PRE, &head.at, head.end);
}

static bool send_owned(struct visit *visit, unsigned status, const char *type)
{
    visit->at = visit->owned.at;
    visit->left = visit->owned.len;
    return visit_head(visit, status, type, visit->owned.len, "cache-control:", "no-store");
}

bool visit_say(struct visit *visit, unsigned status, const char *text)
{
    buffer_reset(&visit->owned);
    buffer_add_text(&visit->owned, text);
    return send_owned(visit, status, "text/plain; charset=utf-8");
}

bool visit_send(struct visit *visit, const char *type, struct bytes body)
{
    buffer_reset(&visit->owned);
    buffer_add(&visit->owned, body.at, body.len);
    return send_owned(visit, HTTP_STATUS_OK, type);
}

static unsigned status_of(enum err code)
{
    switch (code) {
    case ERR_NOT_FOUND:
        return HTTP_STATUS_NOT_FOUND;
    case ERR_DENIED:
        return HTTP_STATUS_FORBIDDEN;
    case ERR_TOO_LARGE:
        return HTTP_STATUS_REQ_ENTITY_TOO_LARGE;
    case ERR_BAD_REQUEST:
        return HTTP_STATUS_BAD_REQUEST;
    default:
        return HTTP_STATUS_SERVICE_UNAVAILABLE;
    }
}

bool visit_fail(struct visit *visit, const struct fault *fault)
{
    char text[sizeof(fault->what) + 2];

    (void)snprintf(text, sizeof(text), "%s\n", fault->what);
    return visit_say(visit, status_of(fault->code), text);
}

void visit_kill(struct visit *visit)
{
    lws_set_timeout(visit->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
}

void visit_fail_late(struct visit *visit, const struct fault *fault)
{
    if (!visit_fail(visit, fault))
        visit_kill(visit);
}

bool visit_argument(const struct visit *visit, const char *name, char *to, size_t size)
{
    char one[WEB_HEADERS];
    size_t len = strlen(name);

    to[0] = '\0';
    for (int i = 0; lws_hdr_copy_fragment(visit->wsi, one, sizeof(one), WSI_TOKEN_HTTP_URI_ARGS, i) >= 0; i++)
        if (strncmp(one, name, len) == 0 && one[len] == '=')
            return (size_t)snprintf(to, size, "%s", one + len + 1) < size;
    return true;
}
