#include "frontends/osc/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/config.h"
#include "common/process/log.h"

enum { FILE_BYTES = 64 };

enum err port_read_settings(struct osc *osc, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(osc->paths, &config, fault);
    int64_t port;

    if (e != ERR_OK)
        return e;
    port = config_int_or(config, "osc.port", -1);
    osc->is_fixed = port > 0;
    osc->wanted = (uint16_t)(port < 0 ? OSC_PORT : port);
    osc->takes_any = strcmp(config_text(config, "osc.users"), "any") == 0;
    (void)inet_pton(AF_INET, config_text(config, "osc.listen"), &osc->listen);
    return config_end(config, ERR_OK, fault);
}

/* ---- the file ---- */

static bool name_file(const struct osc *osc, char path[PATH_MAX])
{
    return (size_t)snprintf(path, PATH_MAX, "%s/osc.port", osc->paths->data) < PATH_MAX;
}

static uint16_t read_kept(const struct osc *osc)
{
    char path[PATH_MAX];
    struct buffer file = { 0 };
    unsigned port = 0;

    if (name_file(osc, path) && file_read_all(path, FILE_BYTES, &file, NULL) == ERR_OK &&
        (sscanf(buffer_c(&file), "port %5u", &port) != 1 || port > UINT16_MAX))
        port = 0;
    buffer_free(&file);
    return (uint16_t)port;
}

static void keep_port(const struct osc *osc)
{
    char path[PATH_MAX], text[FILE_BYTES];
    struct fault fault = { 0 };
    const int len = snprintf(text, sizeof(text), "port %u\n", osc->port);

    if (name_file(osc, path) && file_write_atomic(path, bytes_of(text, (size_t)len), 0600, &fault) != ERR_OK)
        log_fault("cannot store the UDP port", &fault);
}

/* ---- the socket ---- */

/* Port 0: the kernel draws one. False with errno: the port is taken, or there is no socket. */
static bool bind_port(struct osc *osc, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = osc->listen };
    socklen_t len = sizeof(at);
    const int yes = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    if (bind(fd, (struct sockaddr *)&at, len) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        const int number = errno;

        close(fd);
        errno = number;
        return false;
    }
    (void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes)); /* reports subscribers that have ended */
    osc->socket = fd;
    osc->port = ntohs(at.sin_port);
    return true;
}

static enum err open_fixed(struct osc *osc, struct fault *fault)
{
    if (bind_port(osc, osc->wanted))
        return ERR_OK;
    fault_errno(fault, errno == EADDRINUSE ? ERR_EXISTS : ERR_IO, errno, "cannot take the UDP port %u", osc->wanted);
    if (fault->code == ERR_EXISTS)
        return fault_hint(fault, "end the other program, or choose another [osc] port in loophole.conf");
    return fault_hint(fault, "choose another [osc] port or listen in loophole.conf");
}

static enum err refuse_listen(struct fault *fault)
{
    fault_errno(fault, ERR_IO, errno, "cannot open a UDP port");
    return fault_hint(fault, "[osc] listen in loophole.conf must be an address of this machine");
}

enum err port_open(struct osc *osc, struct fault *fault)
{
    const uint16_t kept = read_kept(osc);

    if (osc->is_fixed)
        return open_fixed(osc, fault);
    if (kept && bind_port(osc, kept))
        return ERR_OK;
    if (osc->wanted && bind_port(osc, osc->wanted))
        return ERR_OK;
    if (!bind_port(osc, 0))
        return refuse_listen(fault);
    if (osc->wanted)
        log_warn("another program has the UDP port %u: OSC messages are received at %u", osc->wanted, osc->port);
    keep_port(osc);
    return ERR_OK;
}

void port_close(struct osc *osc)
{
    if (osc->socket >= 0)
        close(osc->socket);
    osc->socket = -1;
    osc->port = 0;
}
