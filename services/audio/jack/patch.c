#include "services/audio/jack/patch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/process/log.h"
#include "services/audio/jack/device.h"
#include "services/audio/jack/patch_chains.h"

/* ---- a person's connections ---- */

static bool is_away(struct patch *patch, const struct jack_wire *wire)
{
    return !wire->made && !wire->seen && !wire->was_seen && !wire->for_take && !wire->dropped &&
           !(patch->client && client_has_port(patch->client, wire->to));
}

/* Without room, the connection that was unused for the longest time gives way, if its port is away. NULL: all are in
 * use. */
static struct jack_wire *remember_wire(struct patch *patch, enum client_port port, const char *to)
{
    struct wires *wires = &patch->wires;

    for (uint32_t i = 0; wires->count == WIRES && i < WIRES && !wires_find(wires, port, to); i++)
        if (is_away(patch, &wires->at[i]))
            wires_remove(wires, &wires->at[i]);
    return wires_add(wires, port, to);
}

/* Records a connection that a person made with any program; only the first core does. */
static bool take_new(struct patch *patch, enum client_port port, const char *to)
{
    struct jack_wire *wire = wires_find(&patch->wires, port, to);
    bool is_new = !wire && !patch_is_of_chain(patch, port, to);

    if (is_new && patch->keeps)
        wire = remember_wire(patch, port, to);
    if (wire)
        wire->made = wire->seen = true;
    return is_new && wire;
}

/* Connections that ended since the last look are now the ones that were used last. */
static bool note_ended(struct patch *patch)
{
    struct wires *wires = &patch->wires;
    bool changed = false;

    for (uint32_t i = 0, left = wires->count; left > 0; left--) {
        const bool has_ended = wires->at[i].was_seen && !wires->at[i].seen;
        if (has_ended)
            wires_put_last(wires, &wires->at[i]);
        i += !has_ended;
        changed |= has_ended;
    }
    return changed;
}

static bool look_at_ports(struct patch *patch)
{
    char to[CLIENT_FOREIGN_NAME];
    bool changed = false;

    for (uint32_t i = 0; i < patch->wires.count; i++) {
        patch->wires.at[i].was_seen = patch->wires.at[i].seen;
        patch->wires.at[i].seen = false;
    }
    for (uint32_t port = 0; port < PORTS; port++)
        for (uint32_t i = 0; i < WIRES && client_connected(patch->client, port, i, to); i++)
            changed = take_new(patch, port, to) || changed;
    return note_ended(patch) || changed;
}

/* True if a person removed it: both its ports still exist, on a server that lives. It needs two looks, because JACK
 * disconnects a port before it removes it. */
static bool was_taken(struct patch *patch, struct jack_wire *wire, bool ports_changed)
{
    if (!wire->made || ports_changed || !patch->keeps || client_is_lost(patch->client))
        return false;
    if (wire->missed)
        return true;
    wire->missed = patch->doubts = true;
    return false;
}

/* True: forget the connection. */
static bool repair_one(struct patch *patch, struct jack_wire *wire, bool ports_changed)
{
    if (wire->dropped && wire->seen && !patch_is_of_chain(patch, wire->port, wire->to)) {
        client_disconnect(patch->client, wire->port, wire->to);
        patch->doubts = true; /* JACK shows it until its next period: do not take it for a new one */
        return false;
    }
    if (wire->dropped)
        return true;
    if (wire->seen || !device_reach(patch->client, &patch->wires, wire, &patch->is_unsaved)) {
        wire->made = wire->seen;
        wire->missed = false;
        return false;
    }
    if (was_taken(patch, wire, ports_changed))
        return true;
    if (!wire->missed && !patch_feeds_back(patch, wire->port, wire->to))
        wire->made = client_connect(patch->client, wire->port, wire->to);
    return false;
}

static bool restore_wires(struct patch *patch, bool ports_changed)
{
    bool changed = false;

    patch->doubts = false;
    for (uint32_t i = patch->wires.count; i > 0; i--) {
        if (patch->wires.at[i - 1].seen && device_note(patch->client, &patch->wires.at[i - 1]))
            changed = true;
        if (repair_one(patch, &patch->wires.at[i - 1], ports_changed)) {
            wires_remove(&patch->wires, &patch->wires.at[i - 1]);
            changed = true;
        }
    }
    return changed;
}

static bool has_any(const struct wires *wires, enum client_port port)
{
    for (uint32_t i = 0; i < wires->count; i++)
        if (wires->at[i].port == port && wires->at[i].made)
            return true;
    return false;
}

/* Connects a port to the machine if no connection was ever chosen, or none of the chosen ones exists. An input of a
 * take waits for its own connection: otherwise the take would contain a microphone meanwhile. */
static void connect_by_default(struct patch *patch)
{
    char to[CLIENT_FOREIGN_NAME];

    for (uint32_t port = 0; port < PORTS; port++) {
        bool named = false, of_take = false;
        for (uint32_t i = 0; i < patch->wires.count; i++) {
            named = named || patch->wires.at[i].port == port;
            of_take = of_take || (patch->wires.at[i].port == port && patch->wires.at[i].for_take);
        }
        if (of_take || has_any(&patch->wires, port) || (patch->wires.is_saved && !named) ||
            !client_default(patch->client, port, to))
            continue;
        struct jack_wire *wire = client_connect(patch->client, port, to) ? remember_wire(patch, port, to) : NULL;
        if (wire)
            wire->made = true;
    }
}

/* A connection between two of our ports has a wire for each of them. */
static void drop_mirror(struct patch *patch, enum client_port port, const char *to)
{
    char own[CLIENT_FOREIGN_NAME];
    size_t len = strlen(patch->name);
    enum client_port other;
    struct jack_wire *wire;

    if (strncmp(to, patch->name, len) != 0 || to[len] != ':' || !wires_port(text_of(to + len + 1), &other))
        return;
    (void)snprintf(own, sizeof(own), "%s:%s", patch->name, port_names[port]);
    wire = wires_find(&patch->wires, other, own);
    if (wire)
        wire->dropped = true;
}

enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_change change,
                    struct fault *fault)
{
    struct jack_wire *wire = wires_find(&patch->wires, port, to);
    bool wanted = change != PATCH_DISCONNECT, is_wanted_already = wire && !wire->dropped;

    if (wanted && patch->client && (patch_feeds_back(patch, port, to) || patch_comes_back(patch, port, to)))
        return fault_set(fault, ERR_CONFLICT, "%s cannot be connected to %.200s: the sound would feed back",
                         port_names[port], to);
    if (wanted && !wire)
        wire = remember_wire(patch, port, to);
    if (wanted && !wire)
        return fault_set(fault, ERR_FULL,
                         "the audio core remembers %d connections already: remove one with `loophole audio disconnect`",
                         WIRES);
    if (wire && wanted)
        wire->made = wire->missed = false; /* a connection that a person removes and asks for again is made again */
    if (wire)
        wire->dropped = !wanted;
    if (wire && (!is_wanted_already || change == PATCH_CONNECT))
        wire->for_take = change == PATCH_CONNECT_FOR_TAKE;
    if (!wanted)
        drop_mirror(patch, port, to);
    patch->is_asked = true;
    return ERR_OK;
}

/* ---- the file ---- */

static void save_wires(struct patch *patch)
{
    struct fault fault = { 0 };

    if (!patch->keeps || !patch->is_unsaved)
        return;
    patch->is_unsaved = false;
    if (wires_write(patch->paths, &patch->wires, &fault) != ERR_OK)
        log_fault("the connections cannot be stored", &fault);
    else
        patch->wires.is_saved = true;
}

/* Drops connections that are no longer in the keeper's file. */
static void drop_others(struct patch *patch, struct wires *wanted)
{
    for (uint32_t i = 0; i < patch->wires.count; i++)
        if (patch->wires.at[i].made && !wires_find(wanted, patch->wires.at[i].port, patch->wires.at[i].to))
            client_disconnect(patch->client, patch->wires.at[i].port, patch->wires.at[i].to);
}

/* Reads the file that the keeper of the connections has written. */
static bool follow_file(struct patch *patch)
{
    char path[PATH_MAX];
    struct wires wanted;
    struct stat st;

    (void)snprintf(path, sizeof(path), "%.*s/audio.connections", PATH_MAX - 32, patch->paths->data);
    if (patch->keeps || stat(path, &st) != 0 || memcmp(&st.st_mtim, &patch->file_time, sizeof(st.st_mtim)) == 0)
        return false;
    patch->file_time = st.st_mtim;
    if (wires_read(patch->paths, &wanted, NULL) != ERR_OK)
        return false;
    drop_others(patch, &wanted);
    patch->wires = wanted;
    for (uint32_t i = 0; i < CHAINS; i++)
        if (strcmp(patch->chain[i].to, wanted.chain[i]) != 0)
            patch_set_chain(patch, i, wanted.chain[i]);
    return true;
}

/* ---- interface ---- */

void patch_open(struct patch *patch, const struct paths *paths, const char *name, bool keeps, bool is_chained)
{
    struct fault fault = { 0 };

    *patch = (struct patch){ .paths = paths, .keeps = keeps };
    (void)snprintf(patch->name, sizeof(patch->name), "%s", name);
    if (wires_read(paths, &patch->wires, &fault) != ERR_OK)
        log_fault("the stored connections cannot be read", &fault);
    patch->is_unsaved = patch->wires.chain[CHAIN_PREVIEW][0] && !is_chained;
    if (patch->is_unsaved && keeps)
        patch->wires.chain[CHAIN_PREVIEW][0] = '\0';
    for (uint32_t i = 0; i < CHAINS; i++)
        (void)snprintf(patch->chain[i].to, sizeof(patch->chain[i].to), "%s", patch->wires.chain[i]);
    patch_undo_chains(patch, "not checked yet");
}

void patch_join(struct patch *patch, struct client *client)
{
    struct client_pulse none = { 0 };

    patch->client = client;
    patch->is_new = true;
    patch_look(patch, &none);
}

void patch_leave(struct patch *patch, const char *why)
{
    char text[200];

    patch->client = NULL;
    for (uint32_t i = 0; i < patch->wires.count; i++)
        patch->wires.at[i].made = patch->wires.at[i].missed = false;
    (void)snprintf(text, sizeof(text), "the JACK server: %s", why);
    patch_undo_chains(patch, text);
}

void patch_look(struct patch *patch, const struct client_pulse *pulse)
{
    bool is_new = patch->is_new, is_asked = patch->is_asked, changed = false;
    bool followed = patch->client && follow_file(patch);

    if (!is_new && !followed && !is_asked && !patch->doubts && !pulse->ports_changed && !pulse->rewired)
        return;
    patch->is_new = patch->is_asked = false;
    if (patch->client) {
        patch_break_loops(patch);
        changed = look_at_ports(patch);
        changed = restore_wires(patch, is_new || followed || pulse->ports_changed) || changed;
        if (is_new)
            connect_by_default(patch);
        patch_repair_chains(patch);
    }
    patch->is_unsaved = patch->is_unsaved || changed || is_asked;
    save_wires(patch);
}
