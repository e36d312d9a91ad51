#include "frontends/web/silence.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "frontends/web/web.h"

enum { LOOK_US = 1000000 };

void silence_begin(struct silence *silence, struct lws *wsi)
{
    *silence = (struct silence){ .unsent = -1 };
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    lws_set_timer_usecs(wsi, LOOK_US);
}

void silence_end(struct lws *wsi)
{
    lws_set_timer_usecs(wsi, LWS_SET_TIMER_USEC_CANCEL);
}

/* The kernel's buffer may hold minutes of a slow answer, so its content counts, not the times at which it has room. */
static bool has_moved(struct silence *silence, struct lws *wsi)
{
    int unsent = 0;

    (void)ioctl(lws_get_socket_fd(wsi), SIOCOUTQ, &unsent);
    if (silence->moved == silence->seen && unsent == silence->unsent)
        return false;
    silence->seen = silence->moved;
    silence->unsent = unsent;
    return true;
}

bool silence_look(struct silence *silence, struct lws *wsi, bool waits_for_browser)
{
    usec_t now = clock_steady();

    lws_set_timer_usecs(wsi, LOOK_US);
    if (!waits_for_browser || has_moved(silence, wsi))
        silence->since = waits_for_browser ? now : 0;
    else if (silence->since == 0)
        silence->since = now;
    return silence->since == 0 || now - silence->since < (usec_t)WEB_SILENT_S * 1000000;
}
