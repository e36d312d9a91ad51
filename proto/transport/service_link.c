#include "proto/transport/service_link.h"

#include <stdio.h>
#include <string.h>

#include "proto/transport/lock.h"
#include "proto/wire/nearest.h"

enum { LOOK_US = 100000, GRACE_US = 3000000, ABSENCE_NAME_SIZE = SERVICE_LINK_NAME_SIZE + 3 };

enum err service_link_open(struct service_link *link, struct sockets *sockets, const struct paths *paths,
                           struct text service, struct fault *fault)
{
    char address[PATH_MAX];

    *link = (struct service_link){ .paths = paths };
    if (!text_copy(link->service, sizeof(link->service), service))
        return fault_set(fault, ERR_BAD_REQUEST, "the service's name is longer than %d bytes",
                         SERVICE_LINK_NAME_SIZE - 1);
    paths_ask_socket(paths, link->service, address);
    return sockets_open(sockets, SOCKET_CLIENT, address, &link->socket, fault);
}

void service_link_close(struct service_link *link)
{
    sockets_close(link->socket);
    link->socket = NULL;
}

void service_link_follow(struct service_link *link)
{
    sockets_follow(link->socket);
}

bool service_link_is_new(struct service_link *link)
{
    uint32_t connections = sockets_connections(link->socket);
    bool is_new = connections != link->connections;

    link->connections = connections;
    return is_new;
}

static void name_absence(const char *service, char name[ABSENCE_NAME_SIZE])
{
    (void)snprintf(name, ABSENCE_NAME_SIZE, "no-%s", service);
}

static void look_at_engine(struct service_link *link, usec_t now)
{
    char absence[ABSENCE_NAME_SIZE];

    if (link->looked && now < link->looked + LOOK_US)
        return;
    link->looked = now;
    service_link_follow(link);
    bool serves = lock_is_held(link->paths, link->service);
    link->runs = serves || lock_is_held(link->paths, "supervisor");
    link->ran = link->runs ? now : link->ran;
    name_absence(link->service, absence);
    link->is_left_out = !serves && lock_is_held(link->paths, absence);
}

bool service_link_is_offline(struct service_link *link, usec_t now)
{
    look_at_engine(link, now);
    return !link->runs && (!link->ran || now >= link->ran + GRACE_US);
}

bool service_link_is_left_out(struct service_link *link, usec_t now)
{
    look_at_engine(link, now);
    return link->is_left_out;
}

enum err service_link_leave_out(const struct paths *paths, const char *service, struct fault *fault)
{
    char absence[ABSENCE_NAME_SIZE];
    int fd;

    name_absence(service, absence);
    return lock_take(paths, absence, &fd, fault);
}

enum err service_link_name(const struct paths *paths, struct text name, struct text *service, struct fault *fault)
{
    const char *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    char newer[SERVICE_LINK_NAME_SIZE];

    *service = (struct text){ dot ? (uint32_t)(dot - name.at) : 0, name.at };
    if (service->len == 0 || name.len > UINT8_MAX || memchr(name.at, '/', name.len) || memchr(name.at, 0, name.len))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not of the form service.name", TEXT_ARG(name));
    if (schema_named(*service) || (text_copy(newer, sizeof(newer), *service) && lock_is_held(paths, newer)))
        return ERR_OK;
    return nearest_explain(name, fault);
}
