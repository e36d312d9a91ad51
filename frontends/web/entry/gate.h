/* gate.h: admits browsers. The printed address contains a token. It is valid once: the gateway exchanges it for a
 * cookie. The cookie is a random number and the HMAC-SHA-1 (RFC 2104) of this number and the port, under a key that
 * lies in DATA/web.gate with the port and the gateway's process. So a restarted gateway knows the port and the sessions
 * of its predecessor. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_GATE_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_GATE_H

#include <pthread.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"

enum {
    GATE_KEY = 32,         /* bytes */
    GATE_NONCE = 16,       /* bytes */
    GATE_MAC = 20,         /* bytes of an SHA-1 */
    GATE_TOKENS = 16,      /* unused tokens; a new one replaces the oldest */
    GATE_TOKEN_S = 600,    /* life of an unused token */
    GATE_COOKIE_SIZE = 128 /* of "loophole-PORT=…" with a closing zero */
};

struct gate_token {
    char hex[2 * GATE_NONCE + 1]; /* "": used */
    usec_t until;                 /* steady clock */
};

struct gate {
    pthread_mutex_t lock;
    uint16_t port;
    uint8_t key[GATE_KEY];
    struct gate_token tokens[GATE_TOKENS];
    uint32_t next;
    int32_t was_pid;    /* the gateway that wrote DATA/web.gate; 0: unknown */
    uint64_t was_start; /* its start_ticks (common/process/proc.h) */
};

/* Reads DATA/web.gate, or draws a free port and a key and writes them. If another program has taken the port, both are
 * drawn again, so that the sessions of that port end. If a killed gateway that cannot end has it, the file keeps it for
 * the next start. Errors: io, denied, full. */
enum err gate_open(struct gate *gate, const struct paths *paths, struct fault *fault);

bool gate_port_is_free(uint16_t port); /* a TCP port of the loopback interface */

/* True if this engine's last gateway was killed, and waits in the kernel for a file system: it still has its ports. */
bool gate_predecessor_stays(const struct gate *gate);

/* Writes a new token to `to`, of 2 * GATE_NONCE + 1 bytes. Errors: io (no random numbers). */
enum err gate_mint(struct gate *gate, char *to, struct fault *fault);

/* True once for each token. */
bool gate_redeem(struct gate *gate, const char *token);

/* Writes a new cookie, "loophole-PORT=…", to `to` of GATE_COOKIE_SIZE bytes. Errors: io. */
enum err gate_new_cookie(const struct gate *gate, char *to);

/* True if a Cookie header ("a=b; c=d") contains a cookie that this gate signed. */
bool gate_knows(const struct gate *gate, const char *cookies);

/* Fills the key of another gate, which depends on this gate's key and on a secret. The port stays. */
void gate_derive(const struct gate *gate, struct bytes secret, struct gate *to);
bool gate_has_same_key(const struct gate *a, const struct gate *b); /* in constant time */

/* Compares in a time that does not depend on the place of the first difference. */
bool gate_equals(const void *a, const void *b, size_t len);

/* True if `host` is a literal loopback name with this gate's port: no name that a foreign DNS server could answer. */
bool gate_is_own_host(const struct gate *gate, const char *host);

/* True if `origin` is the origin of a page of `host`; `scheme` is "http://" or "https://". */
bool gate_is_own_origin(const char *origin, const char *scheme, const char *host);

#endif
