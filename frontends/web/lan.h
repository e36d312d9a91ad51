/* lan.h: pages of other machines: the settings of [web] listen, and the checks there. Such a page needs TLS and the
 * password. It may send no ask that the schema marks `local`, and name no path. Without the setting no other machine
 * can connect. */
#ifndef LOOPHOLE_FRONTENDS_WEB_LAN_H
#define LOOPHOLE_FRONTENDS_WEB_LAN_H

#include "frontends/web/door.h"
#include "frontends/web/gate.h"

enum {
    LAN_PASSWORD_LEAST = 12, /* characters of the password */
    LAN_PASSWORD_MOST = 256,
    LAN_TRIES = 5,    /* wrong passwords … */
    LAN_TRIES_S = 60, /* … in this time; then all are refused until it has passed */
};

struct lan {
    struct gate gate; /* its port, 0: none; its key depends on the password, so that a new password ends all sessions */
    const struct gate *own;                    /* of the loopback address */
    char address[64];                          /* a literal address of this machine; 0.0.0.0: all of IPv4 */
    char name[128];                            /* another name of this machine, or "" */
    char certificate[PATH_MAX], key[PATH_MAX]; /* PEM files */
    uint32_t wrong;                            /* passwords since `since` */
    usec_t since;
};

/* Reads the settings [web] listen, certificate, key, password and name. Errors: bad_request (a setting is missing or
 * invalid), denied (other users can read the password). Each says what to do. */
enum err lan_read(struct lan *lan, const struct gate *own, const struct paths *paths, struct fault *fault);

/* True if `host` is an address of this end of the connection, or the name, with the port. */
bool lan_is_own_host(const struct lan *lan, struct lws *wsi, const char *host);

/* True if the password is right. `*waits`: too many were wrong, and this one was not checked. The gateway's thread. */
bool lan_try(struct lan *lan, const char *password, bool *waits);

#endif
