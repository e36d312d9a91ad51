#include "frontends/web/entry/lan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/process/config.h"
#include "common/process/setting_form.h"

/* ---- settings ---- */

static enum err read_file_name(struct config *config, const char *name, char to[PATH_MAX], struct fault *fault)
{
    const char *path = config_text(config, name);

    if (path[0] == '/' && strlen(path) < PATH_MAX) {
        (void)snprintf(to, PATH_MAX, "%s", path);
        return ERR_OK;
    }
    fault_set(fault, ERR_BAD_REQUEST,
              "web.listen needs TLS, but %s is \"%.100s\": expected the absolute path of a PEM file", name, path);
    return fault_hint(fault, "openssl req -x509 -newkey rsa:3072 -nodes -keyout key.pem -out certificate.pem -days 365 "
                             "-subj /CN=studio makes both; or remove web.listen");
}

static enum err check_privacy(const struct paths *paths, struct fault *fault)
{
    char path[PATH_MAX + 32];
    struct stat stat_of;

    (void)snprintf(path, sizeof(path), "%s/loophole.conf", paths->config);
    if (stat(path, &stat_of) == 0 && (stat_of.st_mode & 077) == 0)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "%s contains web.password, and other users can read it", path);
    return fault_hint(fault, "chmod 600 that file");
}

static enum err read_password(struct lan *lan, struct config *config, const struct paths *paths, struct fault *fault)
{
    const char *password = config_text(config, "web.password");
    size_t len = strlen(password);

    if (len < LAN_PASSWORD_LEAST || len > LAN_PASSWORD_MOST) {
        fault_set(fault, ERR_BAD_REQUEST,
                  "web.listen needs a password: web.password has %zu characters, expected %d to %d", len,
                  LAN_PASSWORD_LEAST, LAN_PASSWORD_MOST);
        return fault_hint(fault, "set web.password, or remove web.listen");
    }
    gate_derive(lan->own, bytes_of(password, len), &lan->gate);
    return check_privacy(paths, fault);
}

static enum err read_lan_settings(struct lan *lan, struct config *config, const struct paths *paths,
                                  struct fault *fault)
{
    const char *listen = config_text(config, "web.listen");
    enum err e;

    if (!setting_split_listen(listen, lan->address, sizeof(lan->address), &lan->gate.port))
        return ERR_OK; /* it is not set, or config_check reports it */
    e = read_file_name(config, "web.certificate", lan->certificate, fault);
    if (e == ERR_OK)
        e = read_file_name(config, "web.key", lan->key, fault);
    if (e == ERR_OK)
        e = read_password(lan, config, paths, fault);
    (void)snprintf(lan->name, sizeof(lan->name), "%s", config_text(config, "web.name"));
    return e;
}

enum err lan_read(struct lan *lan, const struct gate *own, const struct paths *paths, struct fault *fault)
{
    struct config *config = NULL;
    enum err e = config_load(paths, &config, fault);

    *lan = (struct lan){ .own = own };
    if (e != ERR_OK)
        return e;
    e = read_lan_settings(lan, config, paths, fault);
    return config_end(config, e, fault);
}

bool lan_port_is_taken(const struct lan *lan)
{
    struct sockaddr_storage to = { 0 };
    struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&to;
    bool is_v4 = inet_pton(AF_INET, lan->address, &v4->sin_addr) == 1, is_taken;
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    if (!is_v4)
        (void)inet_pton(AF_INET6, lan->address, &v6->sin6_addr);
    to.ss_family = is_v4 ? AF_INET : AF_INET6;
    *(is_v4 ? &v4->sin_port : &v6->sin6_port) = htons(lan->gate.port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    is_taken =
        fd >= 0 && bind(fd, (struct sockaddr *)&to, is_v4 ? sizeof(*v4) : sizeof(*v6)) < 0 && errno == EADDRINUSE;
    if (fd >= 0)
        close(fd);
    return is_taken;
}

/* ---- who may enter ---- */

/* The literal address to which the browser connected; "" if it is unknown. */
static void write_own_address(struct lws *wsi, char *to, size_t size)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    char text[INET6_ADDRSTRLEN] = "";

    to[0] = '\0';
    if (getsockname(lws_get_socket_fd(wsi), (struct sockaddr *)&at, &len) < 0)
        return;
    if (at.ss_family == AF_INET && inet_ntop(AF_INET, &((struct sockaddr_in *)&at)->sin_addr, text, sizeof(text)))
        (void)snprintf(to, size, "%s", text);
    if (at.ss_family == AF_INET6 && inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&at)->sin6_addr, text, sizeof(text)))
        (void)snprintf(to, size, strncmp(text, "::ffff:", 7) == 0 ? "%s" : "[%s]",
                       strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text);
}

static bool is_host(const char *host, const char *name, unsigned port)
{
    char own[160];

    return name[0] && (size_t)snprintf(own, sizeof(own), "%s:%u", name, port) < sizeof(own) && strcmp(host, own) == 0;
}

bool lan_is_own_host(const struct lan *lan, struct lws *wsi, const char *host)
{
    char address[INET6_ADDRSTRLEN + 8];

    write_own_address(wsi, address, sizeof(address));
    return is_host(host, address, lan->gate.port) || is_host(host, lan->name, lan->gate.port);
}

static bool is_password(const struct lan *lan, const char *given)
{
    struct gate tried = { 0 };

    gate_derive(lan->own, bytes_of(given, strlen(given)), &tried);
    return gate_has_same_key(&tried, &lan->gate);
}

/* A right token has no limit of tries: its 128 bits cannot be guessed, and another machine behind the same router or
 * proxy has the same address and may send wrong ones. */
static enum lan_verdict try_given(struct lan *lan, struct lws *wsi, const char *given, bool may_be_password,
                                  uint64_t *device)
{
    struct sockaddr_storage from = { 0 };
    socklen_t len = sizeof(from);
    usec_t now = clock_steady();

    *device = tokens_find(&lan->tokens, text_of(given));
    if (*device)
        return LAN_RIGHT;
    if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&from, &len) < 0 || !tries_may(&lan->tries, &from, now))
        return LAN_WAITS;
    if (may_be_password && is_password(lan, given))
        return LAN_RIGHT;
    tries_note_wrong(&lan->tries, &from, now);
    return LAN_WRONG;
}

enum lan_verdict lan_try(struct lan *lan, struct lws *wsi, const char *password, uint64_t *device)
{
    return try_given(lan, wsi, password, true, device);
}

enum lan_verdict lan_try_secret(struct lan *lan, struct lws *wsi, const char *secret, uint64_t *device)
{
    return try_given(lan, wsi, secret, false, device);
}
