#include "frontends/web/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "frontends/web/dist.h"
#include "frontends/web/drop.h"
#include "frontends/web/file_reading.h"
#include "frontends/web/login.h"
#include "frontends/web/making.h"
#include "frontends/web/media.h"
#include "frontends/web/zip.h"

/* Ranges of another unit, and lists of ranges, are ignored (RFC 9110, 14.2). */
static void read_range(struct visit *visit)
{
    char text[64], after = '\0';
    unsigned long long first, last;

    visit_read_header(visit->wsi, WSI_TOKEN_HTTP_RANGE, text, sizeof(text));
    if (strchr(text, ',') || strncmp(text, "bytes=", 6) != 0)
        return;
    visit->has_range = true;
    if (sscanf(text, "bytes=-%19llu%c", &first, &after) == 1) {
        visit->is_suffix = true;
        visit->range_first = first;
    } else if (sscanf(text, "bytes=%19llu-%19llu%c", &first, &last, &after) == 2 && first <= last) {
        visit->range_first = first;
        visit->range_last = last;
    } else if (sscanf(text, "bytes=%19llu%c%c", &first, &after, text) == 2 && after == '-') {
        visit->range_first = first;
        visit->range_last = UINT64_MAX;
    } else {
        visit->has_range = false;
    }
}

static bool answer_app(struct visit *visit, const char *path)
{
    const struct dist_file *file = dist_find(path[1] ? path + 1 : "index.html");

    if (!file)
        return visit_say(visit, HTTP_STATUS_NOT_FOUND, "There is no such page.\n");
    visit->at = file->bytes;
    visit->left = file->len;
    return visit_head(visit, HTTP_STATUS_OK, file->type, file->len,
                      "cache-control:", file->is_fixed ? "max-age=31536000, immutable" : "no-cache");
}

static bool answer_token(struct visit *visit, const char *token)
{
    char cookie[GATE_COOKIE_SIZE], value[GATE_COOKIE_SIZE + 64];
    bool is_good = gate_redeem(&visit->web->gate, token) && visit_is_of_user(visit->web, visit->wsi);

    if (!is_good && visit_look_for_session(visit->web, visit->wsi) != VISIT_ADMITTED)
        return visit_say(visit, HTTP_STATUS_FORBIDDEN,
                         "This address was used before, or is too old. " VISIT_NO_SESSION);
    if (gate_new_cookie(&visit->web->gate, cookie) != ERR_OK)
        return false;
    (void)snprintf(value, sizeof(value), "%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000", cookie);
    return visit_send_on(visit, is_good ? value : NULL);
}

static bool answer_get(struct visit *visit, const char *path)
{
    static const char media[] = "/media/";

    if (strncmp(path, media, sizeof(media) - 1) == 0)
        return media_begin(visit, path + sizeof(media) - 1);
    if (strcmp(path, "/zip") == 0)
        return zip_begin(visit);
    return answer_app(visit, path);
}

/* Refuses a browser that has no session, or sends the password page to one of another machine. */
static bool answer_stranger(struct visit *visit, enum visit_session session, const char *path, bool is_post)
{
    if (session != VISIT_STRANGER)
        return session == VISIT_WAITS ? visit_say(visit, 429, VISIT_MUST_WAIT)
                                      : visit_say(visit, HTTP_STATUS_FORBIDDEN, VISIT_NO_TOKEN);
    if (visit->is_lan && !is_post && strcmp(path, "/") == 0)
        return login_show(visit);
    return visit_say(visit, HTTP_STATUS_FORBIDDEN,
                     visit->is_lan ? "This browser has no session. Open / and give the password.\n" : VISIT_NO_SESSION);
}

static bool answer_drop(struct visit *visit)
{
    uint64_t device = visit_device(visit->web, visit->wsi);

    if (device && tokens_is_read_only(&visit->web->lan.tokens, device))
        return visit_say(visit, HTTP_STATUS_FORBIDDEN, "The token of this device is read-only: it sends no files.\n");
    return drop_begin(visit);
}

static bool answer_request(struct visit *visit, const char *path)
{
    enum visit_session session;
    const char *why = "";
    char token[64];
    bool is_post = lws_hdr_total_length(visit->wsi, WSI_TOKEN_POST_URI) > 0;

    visit->is_head = lws_hdr_total_length(visit->wsi, WSI_TOKEN_HEAD_URI) > 0;
    if (!visit_is_own(visit->web, visit->wsi, is_post, &why))
        return visit_say(visit, HTTP_STATUS_FORBIDDEN, why);
    if (!visit_argument(visit, "token", token, sizeof(token)))
        return visit_say(visit, HTTP_STATUS_BAD_REQUEST, "The token is too long.\n");
    if (token[0] && !visit->is_lan && !is_post && strcmp(path, "/") == 0)
        return answer_token(visit, token);
    if (visit->is_lan && is_post && strcmp(path, "/login") == 0)
        return login_begin(visit);
    session = visit_look_for_session(visit->web, visit->wsi);
    if (session != VISIT_ADMITTED)
        return answer_stranger(visit, session, path, is_post);
    visit->has_session = true;
    silence_begin(&visit->silence, visit->wsi);
    read_range(visit);
    if (is_post && strcmp(path, "/drop") == 0)
        return answer_drop(visit);
    if (is_post || (!visit->is_head && lws_hdr_total_length(visit->wsi, WSI_TOKEN_GET_URI) == 0))
        return visit_say(visit, HTTP_STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD are possible here.\n");
    return answer_get(visit, path);
}

struct visit *request_begin(struct web *web, struct lws *wsi, const char *path)
{
    struct visit *visit = alloc_zeroed(1, sizeof(*visit));

    *visit = (struct visit){ .web = web, .wsi = wsi, .is_lan = visit_is_lan(web, wsi) };
    if (answer_request(visit, path))
        return visit;
    request_end(visit);
    return NULL;
}

static bool write_memory(struct visit *visit)
{
    uint8_t *chunk = alloc_bytes(LWS_PRE + WEB_CHUNK);
    size_t len = visit->left < WEB_CHUNK ? visit->left : WEB_CHUNK;
    bool is_last = len == visit->left, is_sent;

    memcpy(chunk + LWS_PRE, visit->at, len);
    is_sent = lws_write(visit->wsi, chunk + LWS_PRE, len, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) >= 0;
    free(chunk);
    visit->silence.moved += len;
    visit->at += len;
    visit->left -= len;
    if (is_sent && !is_last)
        lws_callback_on_writable(visit->wsi);
    return is_sent;
}

bool request_look(struct visit *visit)
{
    bool uploads = visit->drop && !visit->has_body;

    if (uploads)
        lws_set_timeout(visit->wsi, NO_PENDING_TIMEOUT, 0); /* libwebsockets sets its own after each piece of a body */
    return silence_look(&visit->silence, visit->wsi, uploads || visit->is_answered);
}

/* The next request of a connection without a session is bounded like its first one. */
static bool end_answer(struct visit *visit)
{
    struct half_requests *half = &visit->web->half;
    struct lws *wsi = visit->wsi;
    bool has_session = visit->has_session;

    if (lws_http_transaction_completed(wsi))
        return false;
    if (!has_session)
        half_requests_await(half, wsi);
    return true;
}

bool request_write(struct visit *visit)
{
    if (!visit->is_answered)
        return true;
    if (visit->is_head)
        visit->left = 0;
    if (visit->file && !visit->is_head)
        return file_reading_write(visit);
    if (visit->left > 0 && !write_memory(visit))
        return false;
    return visit->left > 0 || end_answer(visit);
}

void request_end(struct visit *visit)
{
    if (!visit)
        return;
    silence_end(visit->wsi);
    media_drop(visit);
    zip_drop(visit);
    making_stop(visit);
    drop_end(visit);
    file_reading_end(visit);
    buffer_free(&visit->owned);
    free(visit);
}
