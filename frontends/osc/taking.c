#include "frontends/osc/taking.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "common/process/log.h"
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

static void read_socket(void *state, int fd)
{
    static uint8_t bytes[PACKET_BYTES + 1];
    struct osc *osc = state;

    for (uint32_t i = 0; i < OSC_PACKETS_A_TURN; i++) {
        struct sockaddr_in from = { 0 };
        socklen_t size = sizeof(from);
        const ssize_t len = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &size);

        if (len < 0) { /* no packet is left, or recv reports the error of an earlier answer */
            subscribers_remove_gone(osc);
            return;
        }
        if (from.sin_family == AF_INET && from.sin_port)
            take_packet(osc, bytes, (size_t)len, &from);
    }
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
