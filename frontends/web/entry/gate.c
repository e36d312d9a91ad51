#include "frontends/web/entry/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/log.h"
#include "common/process/proc.h"
#include "frontends/web/entry/door.h"

enum { HMAC_BLOCK = 64, FILE_MAX = 256 };

/* ---- numbers ---- */

static bool draw_bytes(uint8_t *to, size_t len)
{
    return getrandom(to, len, 0) == (ssize_t)len;
}

static void write_hex(const uint8_t *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i++)
        (void)snprintf(to + 2 * i, 3, "%02x", from[i]);
}

static int read_digit(char digit)
{
    const char *found = digit ? strchr("0123456789abcdef", digit) : NULL;

    return found ? (int)(found - "0123456789abcdef") : -1;
}

static bool read_hex(const char *from, uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int high = read_digit(from[2 * i]), low = high < 0 ? -1 : read_digit(from[2 * i + 1]);

        if (low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool gate_equals(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *left = a, *right = b;
    uint8_t differs = 0;

    for (size_t i = 0; i < len; i++)
        differs |= left[i] ^ right[i];
    return differs == 0;
}

/* ---- HMAC-SHA-1, RFC 2104; the key is shorter than a block ---- */

static void hash_padded(const uint8_t *key, uint8_t pad, const uint8_t *text, size_t len, uint8_t *to)
{
    uint8_t block[HMAC_BLOCK + GATE_MAC];

    memset(block, pad, HMAC_BLOCK);
    for (size_t i = 0; i < GATE_KEY; i++)
        block[i] = key[i] ^ pad;
    memcpy(block + HMAC_BLOCK, text, len);
    lws_SHA1(block, HMAC_BLOCK + len, to);
}

/* The port is in it, because browsers send a cookie to all ports: another port's owner may give it another name. */
static void make_mac(const struct gate *gate, const uint8_t nonce[GATE_NONCE], uint8_t to[GATE_MAC])
{
    uint8_t inner[GATE_MAC], text[GATE_NONCE + 2];

    memcpy(text, nonce, GATE_NONCE);
    text[GATE_NONCE] = (uint8_t)(gate->port >> 8);
    text[GATE_NONCE + 1] = (uint8_t)gate->port;
    hash_padded(gate->key, 0x36, text, sizeof(text), inner);
    hash_padded(gate->key, 0x5c, inner, GATE_MAC, to);
}

void gate_derive(const struct gate *gate, struct bytes secret, struct gate *to)
{
    uint8_t digest[GATE_MAC], mac[GATE_MAC];

    lws_SHA1(secret.at, secret.len, digest);
    hash_padded(gate->key, 0x36, digest, sizeof(digest), mac);
    memset(to->key, 0, sizeof(to->key));
    hash_padded(gate->key, 0x5c, mac, sizeof(mac), to->key);
}

bool gate_has_same_key(const struct gate *a, const struct gate *b)
{
    return gate_equals(a->key, b->key, GATE_KEY);
}

/* ---- the file ---- */

/* Port 0: the kernel draws one. Returns 0 if the port is taken. */
static uint16_t try_port(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    bool is_free;

    if (fd < 0)
        return 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    is_free = bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 1) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    close(fd);
    return is_free ? ntohs(at.sin_port) : 0;
}

bool gate_port_is_free(uint16_t port)
{
    return try_port(port) == port;
}

/* Its start is compared, because another process may have its number by now. */
bool gate_predecessor_stays(const struct gate *gate)
{
    struct proc proc;

    return proc_read(gate->was_pid, &proc) && proc.start_ticks == gate->was_start && proc_is_ending(gate->was_pid);
}

static bool read_gate(struct gate *gate, const char *path)
{
    struct buffer file = { 0 };
    bool is_read = false;
    unsigned port;
    char key[2 * GATE_KEY + 1];

    if (file_read_all(path, FILE_MAX, &file, NULL) == ERR_OK &&
        sscanf(buffer_c(&file), "port %5u\nkey %64[0-9a-f]\nprocess %10" SCNd32 " %20" SCNu64, &port, key,
               &gate->was_pid, &gate->was_start) >= 2 &&
        port > 0 && port <= UINT16_MAX)
        is_read = read_hex(key, gate->key, GATE_KEY);
    gate->port = is_read ? (uint16_t)port : 0;
    buffer_free(&file);
    return is_read;
}

static enum err write_gate(const struct gate *gate, const char *path, struct fault *fault)
{
    char hex[2 * GATE_KEY + 1], text[FILE_MAX];
    struct proc own;
    int len;

    (void)proc_read(getpid(), &own);
    write_hex(gate->key, GATE_KEY, hex);
    len = snprintf(text, sizeof(text), "port %u\nkey %s\nprocess %d %" PRIu64 "\n", gate->port, hex, (int)getpid(),
                   own.start_ticks);
    return file_write_atomic(path, bytes_of(text, (size_t)len), 0600, fault);
}

/* Who has the port now may have got cookies of its browsers. */
static enum err draw_gate(struct gate *gate, bool stays, struct fault *fault)
{
    if (!stays && !draw_bytes(gate->key, GATE_KEY))
        return fault_errno(fault, ERR_IO, errno, "the kernel gives no random numbers for a key");
    gate->port = try_port(0);
    if (gate->port == 0)
        return fault_errno(fault, ERR_IO, errno, "cannot take a port of the loopback interface");
    return ERR_OK;
}

enum err gate_open(struct gate *gate, const struct paths *paths, struct fault *fault)
{
    struct fault unwritten = { 0 };
    char path[PATH_MAX];
    bool has_key, stays;
    enum err e;

    *gate = (struct gate){ .lock = PTHREAD_MUTEX_INITIALIZER };
    if ((size_t)snprintf(path, sizeof(path), "%s/web.gate", paths->data) >= sizeof(path))
        return fault_set(fault, ERR_IO, "the path of the data folder is too long");
    has_key = read_gate(gate, path);
    if (has_key && try_port(gate->port) == gate->port) {
        if (write_gate(gate, path, &unwritten) != ERR_OK) /* on a full disk the page is there all the same */
            log_warn("%s", unwritten.what);
        return ERR_OK;
    }
    stays = has_key && gate_predecessor_stays(gate);
    if (stays)
        log_warn("a killed gateway that cannot end has port %u: the web app is at another one until its next start",
                 gate->port);
    else if (has_key)
        log_warn("another program has port %u: the web app moves to another one, and all its sessions end", gate->port);
    e = draw_gate(gate, stays, fault);
    return e != ERR_OK || stays ? e : write_gate(gate, path, fault);
}

/* ---- tokens ---- */

enum err gate_mint(struct gate *gate, char *to, struct fault *fault)
{
    uint8_t drawn[GATE_NONCE];
    struct gate_token *token;

    if (!draw_bytes(drawn, sizeof(drawn)))
        return fault_errno(fault, ERR_IO, errno, "the kernel gives no random numbers for a token");
    write_hex(drawn, sizeof(drawn), to);
    pthread_mutex_lock(&gate->lock);
    token = &gate->tokens[gate->next++ % GATE_TOKENS];
    memcpy(token->hex, to, sizeof(token->hex));
    token->until = clock_steady() + (usec_t)GATE_TOKEN_S * 1000000;
    pthread_mutex_unlock(&gate->lock);
    return ERR_OK;
}

bool gate_redeem(struct gate *gate, const char *token)
{
    bool is_good = false;

    if (strlen(token) != 2 * GATE_NONCE)
        return false;
    pthread_mutex_lock(&gate->lock);
    for (uint32_t i = 0; i < GATE_TOKENS; i++) {
        struct gate_token *one = &gate->tokens[i];

        if (!one->hex[0] || !gate_equals(one->hex, token, 2 * GATE_NONCE))
            continue;
        is_good = clock_steady() < one->until;
        one->hex[0] = '\0';
    }
    pthread_mutex_unlock(&gate->lock);
    return is_good;
}

/* ---- cookies ---- */

enum err gate_new_cookie(const struct gate *gate, char *to)
{
    uint8_t value[GATE_NONCE + GATE_MAC];
    char hex[2 * sizeof(value) + 1];

    if (!draw_bytes(value, GATE_NONCE))
        return ERR_IO;
    make_mac(gate, value, value + GATE_NONCE);
    write_hex(value, sizeof(value), hex);
    (void)snprintf(to, GATE_COOKIE_SIZE, "loophole-%u=%s", gate->port, hex);
    return ERR_OK;
}

static bool is_own_cookie(const struct gate *gate, const char *hex, size_t len)
{
    uint8_t value[GATE_NONCE + GATE_MAC], mac[GATE_MAC];

    if (len != 2 * sizeof(value) || !read_hex(hex, value, sizeof(value)))
        return false;
    make_mac(gate, value, mac);
    return gate_equals(mac, value + GATE_NONCE, GATE_MAC);
}

bool gate_knows(const struct gate *gate, const char *cookies)
{
    char name[24];
    size_t len = (size_t)snprintf(name, sizeof(name), "loophole-%u=", gate->port);

    while (*cookies) {
        cookies += strspn(cookies, "; ");
        size_t size = strcspn(cookies, ";");

        if (size > len && strncmp(cookies, name, len) == 0 && is_own_cookie(gate, cookies + len, size - len))
            return true;
        cookies += size;
    }
    return false;
}

/* ---- names ---- */

bool gate_is_own_host(const struct gate *gate, const char *host)
{
    static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
    char own[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        (void)snprintf(own, sizeof(own), "%s:%u", names[i], gate->port);
        if (strcmp(host, own) == 0)
            return true;
    }
    return false;
}

bool gate_is_own_origin(const char *origin, const char *scheme, const char *host)
{
    size_t len = strlen(scheme);

    return strncmp(origin, scheme, len) == 0 && strcmp(origin + len, host) == 0;
}
