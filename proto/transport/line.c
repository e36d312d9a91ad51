#include "proto/transport/line.h"

#include <string.h>

#include "proto/transport/lock.h"
#include "proto/wire/nearest.h"

enum { LOOK_US = 100000, GRACE_US = 3000000 };

enum err line_open(struct line *line, struct sockets *sockets, const struct paths *paths, struct text service,
                   struct fault *fault)
{
    char address[PATH_MAX];

    *line = (struct line){ .paths = paths };
    if (!text_copy(line->service, sizeof(line->service), service))
        return fault_set(fault, ERR_BAD_REQUEST, "the service's name is longer than %d bytes", LINE_NAME_SIZE - 1);
    paths_ask_socket(paths, line->service, address);
    return sockets_open(sockets, SOCKET_CLIENT, address, &line->socket, fault);
}

void line_close(struct line *line)
{
    sockets_close(line->socket);
    line->socket = NULL;
}

bool line_is_new(struct line *line)
{
    uint32_t connections = sockets_connections(line->socket);
    bool is_new = connections != line->connections;

    line->connections = connections;
    return is_new;
}

bool line_is_offline(struct line *line, usec_t now)
{
    if (!line->looked || now >= line->looked + LOOK_US) {
        line->looked = now;
        line->runs = lock_is_held(line->paths, line->service) || lock_is_held(line->paths, "supervisor");
        line->ran = line->runs ? now : line->ran;
    }
    return !line->runs && (!line->ran || now >= line->ran + GRACE_US);
}

enum err line_service(const struct paths *paths, struct text name, struct text *service, struct fault *fault)
{
    const char *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    char newer[LINE_NAME_SIZE];

    *service = (struct text){ dot ? (uint32_t)(dot - name.at) : 0, name.at };
    if (service->len == 0 || name.len > UINT8_MAX || memchr(name.at, '/', name.len) || memchr(name.at, 0, name.len))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not of the form service.name", TEXT_ARG(name));
    if (schema_named(*service) || (text_copy(newer, sizeof(newer), *service) && lock_is_held(paths, newer)))
        return ERR_OK;
    return nearest_explain(name, fault);
}
