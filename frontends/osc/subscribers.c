#include "frontends/osc/subscribers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/process/log.h"
#include "frontends/osc/reply.h"
#include "frontends/osc/values.h"

enum { FILE_BYTES = 2048 };

/* ---- the file ---- */

static bool name_file(const struct osc *osc, char path[PATH_MAX])
{
    return (size_t)snprintf(path, PATH_MAX, "%s/osc.subscribers", osc->paths->run) < PATH_MAX;
}

static void write_subscribers(const struct osc *osc)
{
    char path[PATH_MAX], ip[INET_ADDRSTRLEN] = "";
    struct buffer text = { 0 };
    struct fault fault = { 0 };

    for (uint32_t i = 0; i < osc->subscriber_count; i++) {
        const struct sockaddr_in *to = &osc->subscribers[i].to;

        (void)inet_ntop(AF_INET, &to->sin_addr, ip, sizeof(ip));
        buffer_printf(&text, "%s %u\n", ip, ntohs(to->sin_port));
    }
    if (name_file(osc, path) && file_write_soon(path, buffer_bytes(&text), 0600, &fault) != ERR_OK)
        log_fault("cannot store the subscribers", &fault);
    buffer_free(&text);
}

/* ---- the list ---- */

static bool is_same_client(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

static struct subscriber *find_subscriber(struct osc *osc, const struct sockaddr_in *to)
{
    for (uint32_t i = 0; i < osc->subscriber_count; i++)
        if (is_same_client(&osc->subscribers[i].to, to))
            return &osc->subscribers[i];
    return NULL;
}

static struct subscriber *find_oldest(struct osc *osc)
{
    struct subscriber *oldest = osc->subscribers;

    for (uint32_t i = 1; i < osc->subscriber_count; i++)
        oldest = osc->subscribers[i].serial < oldest->serial ? &osc->subscribers[i] : oldest;
    return oldest;
}

static void add_subscriber(struct osc *osc, const struct sockaddr_in *to)
{
    struct subscriber *one = find_subscriber(osc, to);

    if (!one)
        one = osc->subscriber_count < OSC_SUBSCRIBERS ? &osc->subscribers[osc->subscriber_count++] : find_oldest(osc);
    *one = (struct subscriber){ .to = *to, .serial = ++osc->subscriptions };
    for (uint32_t i = 0; i < routes_count; i++)
        one->is_behind[i] = osc->values[i].is_set;
    osc->has_changes = true;
}

static bool remove_subscriber(struct osc *osc, const struct sockaddr_in *to)
{
    struct subscriber *one = find_subscriber(osc, to);

    if (!one)
        return false;
    *one = osc->subscribers[--osc->subscriber_count];
    return true;
}

void subscribers_read(struct osc *osc)
{
    struct buffer file = { 0 };
    char path[PATH_MAX], ip[INET_ADDRSTRLEN];
    unsigned port;
    int used = 0;

    if (name_file(osc, path) && file_read_all(path, FILE_BYTES, &file, NULL) == ERR_OK)
        for (const char *at = buffer_c(&file); sscanf(at, "%15[0-9.] %5u\n%n", ip, &port, &used) == 2; at += used) {
            struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

            if (port > 0 && port <= UINT16_MAX && inet_pton(AF_INET, ip, &to.sin_addr) == 1)
                add_subscriber(osc, &to);
        }
    buffer_free(&file);
}

void subscribers_take(struct osc *osc, const struct sockaddr_in *from, const struct osc_request *request)
{
    struct sockaddr_in to = *from;
    const bool subscribes = request->route->own == OWN_SUBSCRIBE;

    if (request->given.number > 0)
        to.sin_port = htons((uint16_t)request->given.number);
    if (subscribes)
        add_subscriber(osc, &to);
    else
        (void)remove_subscriber(osc, &to);
    write_subscribers(osc);
    reply_say(osc, from, text_of(request->route->path), subscribes ? TEXT("subscribed") : TEXT("unsubscribed"), ERR_OK);
}

/* ---- sending ---- */

bool subscribers_is_refusal(struct msghdr *message)
{
    struct sock_extended_err error = { 0 };

    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at))
        if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR && at->cmsg_len >= CMSG_LEN(sizeof(error)))
            memcpy(&error, CMSG_DATA(at), sizeof(error));
    return error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_errno == ECONNREFUSED;
}

void subscribers_remove_gone(struct osc *osc)
{
    struct sockaddr_in to = { 0 };
    uint8_t control[512], byte;
    struct iovec part = { .iov_base = &byte, .iov_len = 1 };
    bool has_any = false;

    for (uint32_t i = 0; i < OSC_PACKETS_A_TURN; i++) {
        struct msghdr message = { .msg_name = &to,
                                  .msg_namelen = sizeof(to),
                                  .msg_iov = &part,
                                  .msg_iovlen = 1,
                                  .msg_control = control,
                                  .msg_controllen = sizeof(control) };

        if (osc->socket < 0 || recvmsg(osc->socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            break;
        has_any = (subscribers_is_refusal(&message) && remove_subscriber(osc, &to)) || has_any;
    }
    if (has_any)
        write_subscribers(osc);
}

/* False: the network takes nothing now. */
static bool send_changes(struct osc *osc, struct subscriber *one)
{
    for (uint32_t i = 0; i < routes_count; i++) {
        if (!one->is_behind[i])
            continue;
        if (!values_send(osc, &routes[i], &one->to))
            return false; /* the rest follows */
        one->is_behind[i] = false;
    }
    return true;
}

/* The timer ends when no subscriber lacks a value. */
static void send_to_all(void *state)
{
    struct osc *osc = state;

    osc->has_changes = false;
    for (uint32_t i = 0; i < osc->subscriber_count; i++)
        osc->has_changes = !send_changes(osc, &osc->subscribers[i]) || osc->has_changes;
    osc->is_sending = osc->has_changes;
    if (!osc->is_sending)
        service_every(osc->service, 0, send_to_all, osc);
}

void subscribers_end_turn(void *state)
{
    struct osc *osc = state;

    if (!osc->has_changes || osc->is_sending)
        return;
    service_every(osc->service, OSC_SEND_US, send_to_all, osc);
    osc->is_sending = true;
}
