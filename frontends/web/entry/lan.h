/* lan.h: pages of other machines: the settings of [web] listen, and the checks there. Such a page needs TLS, and the
 * password or the token of a device. It may send only what the schemas allow it (remote.h). Without the setting no
 * other machine can connect. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_LAN_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_LAN_H

#include "frontends/web/entry/door.h"
#include "frontends/web/entry/gate.h"
#include "frontends/web/entry/tokens.h"
#include "frontends/web/entry/tries.h"

enum {
    LAN_PASSWORD_LEAST = 12, /* characters of the password */
    LAN_PASSWORD_MOST = 256,
};

struct lan {
    struct gate gate; /* its port, 0: none; its key depends on the password, so that a new password ends all sessions */
    const struct gate *own;                    /* of the loopback address */
    char address[64];                          /* a literal address of this machine; 0.0.0.0: all of IPv4 */
    char name[128];                            /* another name of this machine, or "" */
    char certificate[PATH_MAX], key[PATH_MAX]; /* PEM files */
    struct tries tries;                        /* wrong passwords and secrets */
    struct tokens tokens;                      /* of devices; tokens_open fills them after lan_read */
};

/* Reads the settings [web] listen, certificate, key, password and name. Errors: bad_request (a setting is missing or
 * invalid), denied (other users can read the password). Each says what to do. */
enum err lan_read(struct lan *lan, const struct gate *own, const struct paths *paths, struct fault *fault);

bool lan_port_is_taken(const struct lan *lan); /* a program has the port at this address */

/* True if `host` is an address of this end of the connection, or the name, with the port. */
bool lan_is_own_host(const struct lan *lan, struct lws *wsi, const char *host);

/* What somebody gave is right; or wrong; or no token, and not compared with the password, because too much from the
 * machine of this connection was wrong. */
enum lan_verdict { LAN_RIGHT, LAN_WRONG, LAN_WAITS };

/* Check the password, or a token's secret in its place; and the secret of a token alone. `*device` receives the number
 * of the token, or 0 for the password. The gateway's thread. */
enum lan_verdict lan_try(struct lan *lan, struct lws *wsi, const char *password, uint64_t *device);
enum lan_verdict lan_try_secret(struct lan *lan, struct lws *wsi, const char *secret, uint64_t *device);

#endif
