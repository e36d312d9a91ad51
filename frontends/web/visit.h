/* visit.h: one HTTP request, from its headers to the end of its answer. Each request must come to a loopback name, from
 * a page of the gateway itself or from no page, with the cookie of the gate. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_VISIT_H
#define LOOPHOLE_FRONTENDS_WEB_VISIT_H

#include "frontends/web/silence.h"
#include "frontends/web/web.h"

struct visit {
    struct web *web;
    struct lws *wsi;
    bool is_lan;   /* it came to the address of [web] listen */
    bool is_login; /* the page of the password, or its form */
    bool has_session;
    bool is_head;  /* HEAD: the answer has no body */
    bool has_body; /* the whole body of the request has come */
    bool has_range;
    uint64_t range_first, range_last; /* range_last UINT64_MAX: to the end */
    bool is_suffix;                   /* the last `range_first` bytes */
    bool is_answered;                 /* the headers are sent */
    struct silence silence;           /* of the browser */

    /* The rest of the body, from memory or from a file. */
    const uint8_t *at;
    size_t left;
    struct buffer owned; /* memory of `at`, if it is the visit's own */
    struct file_reading *file;

    struct media_search *media; /* the item is being looked up and opened */
    struct drop *drop;          /* a file is being received and analysed */
    struct archive *archive;    /* the items of an archive are being looked up */
    struct made_file *making;   /* a file is being made for the answer */
    bool is_made;               /* the file was made for this answer, so it has no ranges */
    const char *attachment;     /* the header that makes the browser save the answer; NULL: none */
};

/* True if the request of this connection may enter: its host, its origin, and its cookie. Otherwise writes the
 * reason. */
bool visit_may_enter(struct web *web, struct lws *wsi, bool needs_origin, const char **why);

#define VISIT_NO_SESSION                                                                                               \
    "This browser has no session. Run `loophole web --open`, or `loophole web` and open its address.\n"

#define VISIT_NO_TOKEN                                                                                                 \
    "This token is unknown, or was removed. `loophole token add NAME` on the engine's machine makes one.\n"
#define VISIT_MUST_WAIT "Too many passwords or tokens from this machine were wrong. Wait a minute, then try again.\n"

/* True if the connection came to the address of [web] listen, not to that of this machine. */
bool visit_is_lan(const struct web *web, struct lws *wsi);

/* The two parts of that. The host comes first: a foreign name that leads to this machine has an origin equal to its
 * host. */
bool visit_is_own(const struct web *web, struct lws *wsi, bool needs_origin, const char **why);

/* What a request has to show who sends it: a cookie, or from another machine the secret of a token. */
enum visit_session { VISIT_STRANGER, VISIT_ADMITTED, VISIT_WRONG_SECRET, VISIT_WAITS };
enum visit_session visit_look_for_session(struct web *web, struct lws *wsi);

/* The number of the token (tokens.h) with which the last request of the connection came; 0: with none. */
uint64_t visit_device(const struct web *web, struct lws *wsi);

/* False: the token of this connection was removed. `is_use`: the device has sent something. */
bool visit_may_go_on(struct web *web, struct lws *wsi, bool is_use);

/* True if the browser is a program of this user, as far as the kernel can say: a cookie or token alone is not enough,
 * because browsers send the cookie to other ports, and other users can read the arguments of programs. Always true at
 * the address of [web] listen, and with [web] users = any. */
bool visit_is_of_user(const struct web *web, struct lws *wsi);

/* True for the upgrade of a connection to a WebSocket; others, as to HTTP/2, are answered with 400. */
bool visit_may_upgrade(struct lws *wsi, const char *to);

/* Copies a header; "" if it is absent or too long. */
void visit_read_header(struct lws *wsi, enum lws_token_indexes header, char *to, size_t size);

/* Sends the browser to the app, with this cookie; NULL: it keeps its own. */
bool visit_send_on(struct visit *visit, const char *cookie);

/* Sends the headers; a body of `len` bytes follows. False: close the connection. */
bool visit_head(struct visit *visit, unsigned status, const char *type, uint64_t len, const char *more_name,
                const char *more);

/* Answers with a body of text, or of bytes (copied). */
bool visit_say(struct visit *visit, unsigned status, const char *text);
bool visit_fail(struct visit *visit, const struct fault *fault);
bool visit_send(struct visit *visit, const char *type, struct bytes body);

/* The same outside a callback of the connection: without an answer the connection is of no use, and is closed soon. */
void visit_fail_late(struct visit *visit, const struct fault *fault);
void visit_kill(struct visit *visit);

/* Copies an argument of the address, "" if it is absent. False: it does not fit. */
bool visit_argument(const struct visit *visit, const char *name, char *to, size_t size);

#endif
