#include "frontends/web/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/process/log.h"

static const char PAGE[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width, initial-scale=1\"><title>loophole</title></head><body><main><h1>loophole</h1>"
    "<form method=\"post\" action=\"/login\"><p><label>Password, or token <input type=\"password\" name=\"password\" "
    "autocomplete=\"current-password\" required autofocus></label> <button>Enter</button></p></form></main></body>"
    "</html>\n";

bool login_show(struct visit *visit)
{
    visit->is_login = true;
    return visit_send(visit, "text/html; charset=utf-8", bytes_of(PAGE, sizeof(PAGE) - 1));
}

bool login_begin(struct visit *visit)
{
    visit->is_login = true;
    visit->owned.limit = 4 * LAN_PASSWORD_MOST;
    return true;
}

bool login_receive(struct visit *visit, const void *bytes, size_t len)
{
    buffer_add(&visit->owned, bytes, len);
    return true;
}

static int read_hex_digit(char digit)
{
    const char *all = "0123456789abcdef", *found = digit ? strchr(all, digit | 0x20) : NULL;

    return found ? (int)(found - all) : -1;
}

/* A field of a form: "+" is a space, "%41" a byte. False: it is too long, or invalid. */
static bool decode_field(const char *from, char *to, size_t size)
{
    size_t len = 0;

    for (; *from && *from != '&'; from++) {
        int high = *from == '%' ? read_hex_digit(from[1]) : 0, low = high > 0 ? read_hex_digit(from[2]) : 0;

        if (len + 1 >= size || high < 0 || low < 0 || (*from == '%' && high == 0))
            return false;
        to[len++] = (char)(*from == '%' ? high << 4 | low : *from == '+' ? ' ' : *from);
        from += *from == '%' ? 2 : 0;
    }
    to[len] = '\0';
    return true;
}

/* `device` 0: the password. */
static bool let_enter(struct visit *visit, uint64_t device)
{
    char cookie[GATE_COOKIE_SIZE], value[GATE_COOKIE_SIZE + 64];
    struct lan *lan = &visit->web->lan;
    enum err e = device ? tokens_new_cookie(&lan->tokens, device, cookie) : gate_new_cookie(&lan->gate, cookie);

    if (e != ERR_OK)
        return false;
    (void)snprintf(value, sizeof(value), "%s; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000", cookie);
    return visit_send_on(visit, value);
}

bool login_complete(struct visit *visit)
{
    static const char name[] = "password=";
    char password[LAN_PASSWORD_MOST + 1];
    const char *body = buffer_c(&visit->owned);
    enum lan_verdict verdict;
    uint64_t device;
    bool is_form = !visit->owned.failed && strncmp(body, name, sizeof(name) - 1) == 0 &&
                   decode_field(body + sizeof(name) - 1, password, sizeof(password));

    visit->owned.limit = 0;
    if (!is_form)
        return visit_say(visit, HTTP_STATUS_BAD_REQUEST, "The password is missing or too long.\n");
    verdict = lan_try(&visit->web->lan, visit->wsi, password, &device);
    if (verdict == LAN_RIGHT)
        return let_enter(visit, device);
    if (verdict == LAN_WAITS)
        return visit_say(visit, 429, VISIT_MUST_WAIT);
    log_warn("a browser of another machine gave a wrong password");
    return visit_say(visit, HTTP_STATUS_FORBIDDEN, "The password is wrong. Go back and try again.\n");
}
