#include "frontends/osc/taking.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "common/process/log.h"
#include "common/process/socket_owner.h"
#include "frontends/osc/command.h"
#include "frontends/osc/port.h"
#include "frontends/osc/reply.h"
#include "frontends/osc/subscribers.h"
#include "frontends/osc/tree.h"
#include "frontends/osc/values.h"

enum { WARN_US = 1000000, TRY_US = 1000000 };

/* ---- packets ---- */

/* One line a second, so that a flood does not fill the log. */
static void warn_of_packet(struct osc *osc, const char *why, const struct sockaddr_in *from)
{
    const usec_t now = clock_steady();
    char ip[INET_ADDRSTRLEN] = "";

    osc->unsaid++;
    if (now - osc->warned < WARN_US)
        return;
    log_warn("refused packets: %llu; the last from %s:%u: %s", (unsigned long long)osc->unsaid,
             inet_ntop(AF_INET, &from->sin_addr, ip, sizeof(ip)), ntohs(from->sin_port), why);
    osc->warned = now;
    osc->unsaid = 0;
}

static bool take_tokens(struct osc *osc, uint32_t messages)
{
    const usec_t now = clock_steady();

    osc->tokens += (double)(now - osc->filled) * OSC_RATE / 1e6;
    osc->tokens = osc->tokens > OSC_BURST ? OSC_BURST : osc->tokens;
    osc->filled = now;
    if (osc->tokens < messages)
        return false;
    osc->tokens -= messages;
    return true;
}

/* Handles one packet of any content. */
static void take_packet(struct osc *osc, uint8_t *bytes, size_t len, const struct sockaddr_in *from)
{
    static struct packet packet;
    struct arena arena = { 0 };
    struct fault fault = { 0 };

    osc->counts.received++;
    if (len > PACKET_BYTES || !take_tokens(osc, 1)) {
        osc->counts.dropped++;
        warn_of_packet(osc, len > PACKET_BYTES ? "it is too large" : "too many messages a second", from);
        return;
    }
    if (packet_read(bytes, len, &arena, &packet, &fault) != ERR_OK) {
        osc->counts.refused++;
        warn_of_packet(osc, fault.what, from);
        reply_fault(osc, from, text_of(""), &fault);
    } else if (packet.count > 1 && !take_tokens(osc, packet.count - 1)) {
        osc->counts.dropped++;
        warn_of_packet(osc, "too many messages a second", from);
    } else {
        command_take(osc, &packet, from);
    }
    arena_free(&arena);
}

/* Packets that came before one look at the table of sockets. */
struct arrivals {
    uint32_t count;
    size_t used; /* of bytes */
    struct arrival {
        struct sockaddr_in from;
        size_t at, len;
    } each[OSC_PACKETS_AT_ONCE];
    _Alignas(8) uint8_t bytes[8 * PACKET_BYTES + 8];
};

/* False: no packet is left, or recv reports the error of an earlier answer. */
static bool receive_packets(int fd, struct arrivals *to)
{
    to->count = 0;
    to->used = 0;
    while (to->count < OSC_PACKETS_AT_ONCE && sizeof(to->bytes) - to->used > PACKET_BYTES) {
        struct arrival *one = &to->each[to->count];
        socklen_t size = sizeof(one->from);
        const ssize_t len =
            recvfrom(fd, to->bytes + to->used, PACKET_BYTES + 1, MSG_DONTWAIT, (struct sockaddr *)&one->from, &size);

        if (len < 0)
            return false;
        if (one->from.sin_family != AF_INET || !one->from.sin_port)
            continue;
        one->at = to->used;
        one->len = (size_t)len;
        to->used += (one->len + 7) / 8 * 8;
        to->count++;
    }
    return true;
}

/* The kernel knows the senders on this machine alone. A sender whose socket is gone is unknown. */
static bool may_send(const struct socket_owners *owners, const struct sockaddr_in *from)
{
    return !socket_is_of_this_machine(from->sin_addr) || socket_owners_are_own(owners, from, NULL);
}

static void refuse_user(struct osc *osc, const struct sockaddr_in *from)
{
    osc->counts.received++;
    osc->counts.refused++;
    warn_of_packet(osc, "its sender is another user of this machine, or has ended ([osc] users)", from);
}

static void take_arrivals(struct osc *osc, struct arrivals *arrivals)
{
    struct socket_owners owners = { 0 };

    if (!osc->takes_any && arrivals->count > 0)
        socket_owners_read(&owners, OWNERS_OF_UDP);
    for (uint32_t i = 0; i < arrivals->count; i++) {
        const struct arrival *one = &arrivals->each[i];

        if (osc->takes_any || may_send(&owners, &one->from))
            take_packet(osc, arrivals->bytes + one->at, one->len, &one->from);
        else
            refuse_user(osc, &one->from);
    }
    socket_owners_free(&owners);
}

static void read_socket(void *state, int fd)
{
    static struct arrivals arrivals;
    struct osc *osc = state;
    bool is_more = true;

    for (uint32_t taken = 0; is_more && taken < OSC_PACKETS_A_TURN; taken += arrivals.count + 1) {
        is_more = receive_packets(fd, &arrivals);
        take_arrivals(osc, &arrivals);
    }
    if (!is_more)
        subscribers_remove_gone(osc);
}

/* ---- the port, again and again ---- */

static void try_port(void *state)
{
    struct osc *osc = state;
    struct fault fault = { 0 };
    enum err e = port_open(osc, &fault);

    if (e == ERR_OK && service_watch(osc->service, osc->socket, read_socket, osc) != ERR_OK)
        e = fault_set(&fault, ERR_FULL, "no room to watch the UDP port: the service watches too many descriptors");
    service_every(osc->service, e == ERR_OK ? 0 : TRY_US, try_port, osc);
    if (e == ERR_OK) {
        log_info("OSC messages are received at UDP port %u", osc->port);
        osc->trouble[0] = '\0';
        service_ready(osc->service);
        return;
    }
    port_close(osc);
    if (!osc->trouble[0])
        log_fault("no OSC messages are received", &fault);
    (void)snprintf(osc->trouble, sizeof(osc->trouble), "no OSC: %.*s", (int)sizeof(osc->trouble) - 16, fault.what);
    service_waiting(osc->service);
}

/* ---- the asks of the service ---- */

static enum err answer_state(struct osc *osc, struct call *call, const struct osc_state *ask, struct osc_counts *to)
{
    char ip[INET_ADDRSTRLEN] = "";

    (void)ask; /* it has no fields */
    *to = osc->counts;
    (void)inet_ntop(AF_INET, &osc->listen, ip, sizeof(ip));
    to->address = arena_text(call_arena(call), text_of(ip));
    to->port = osc->port;
    to->subscribers = osc->subscriber_count;
    to->waiting = command_waiting(osc);
    return ERR_OK;
}

static enum err answer_tree(struct osc *osc, struct call *call, const struct osc_tree *ask, struct osc_page *to)
{
    struct buffer text = { 0 };
    enum err e = tree_write(osc, ask->path, ask->attribute, &text, call_fault(call));

    if (e == ERR_OK)
        to->json = arena_text(call_arena(call), text_of(buffer_c(&text)));
    buffer_free(&text);
    return e;
}

const struct osc_handlers taking_asks = { .state = answer_state, .tree = answer_tree };

static void report_status(void *state, struct arena *arena, struct service_status *to)
{
    struct osc *osc = state;

    to->alarm = arena_text(arena, text_of(osc->trouble));
}

/* ---- opening ---- */

enum err taking_open(struct osc *osc, struct service *service, struct fault *fault)
{
    enum err e;

    *osc = (struct osc){ .service = service, .paths = service_paths(service), .socket = -1, .tokens = OSC_BURST };
    osc->filled = clock_steady();
    e = port_read_settings(osc, fault);
    if (e != ERR_OK)
        return e;
    if (values_open(osc) != ERR_OK)
        return fault_set(fault, ERR_FULL, "cannot follow the audio core's events");
    subscribers_read(osc);
    service_set_report(service, report_status, NULL, osc);
    service_each_turn(service, subscribers_end_turn, osc);
    service_every(service, OSC_TICK_US, try_port, osc);
    return ERR_OK;
}

void taking_close(struct osc *osc)
{
    command_drop_all(osc);
    if (osc->socket >= 0)
        service_unwatch(osc->service, osc->socket);
    port_close(osc);
}
