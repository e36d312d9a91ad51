#include "services/audio/jack/patch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/process/log.h"
#include "services/audio/jack/device.h"
#include "services/audio/jack/loop.h"

/* ---- feedback ---- */

/* True for a client of the first core or of the standby: the name, and perhaps a word after it. */
static bool is_ours(const struct patch *patch, const char *owner)
{
    size_t length = strcspn(patch->name, "-");

    length += patch->name[length] ? 1 + strcspn(patch->name + length + 1, "-") : 0;
    return strncmp(owner, patch->name, length) == 0 && (!owner[length] || owner[length] == '-');
}

static bool is_return(enum client_port port)
{
    return port == PORT_RETURN_LEFT || port == PORT_RETURN_RIGHT;
}

/* True if `foreign` belongs to us, or to a client that main reaches. */
static bool would_feed_back(struct patch *patch, const char *foreign)
{
    char owner[CLIENT_FOREIGN_NAME];

    loop_owner(foreign, owner);
    return is_ours(patch, owner) || loop_leads(patch->client, NULL, owner);
}

/* True if main, connected to the input `foreign`, would reach itself. */
static bool comes_back(struct patch *patch, const char *foreign)
{
    char owner[CLIENT_FOREIGN_NAME], from[CLIENT_FOREIGN_NAME], returned[CLIENT_FOREIGN_NAME];

    loop_owner(foreign, owner);
    for (uint32_t port = PORT_RETURN_LEFT; port <= PORT_RETURN_RIGHT; port++)
        for (uint32_t i = 0; i < WIRES && client_connected(patch->client, port, i, from); i++) {
            loop_owner(from, returned);
            if (!client_is_socket(patch->client, foreign) &&
                (strcmp(returned, owner) == 0 || loop_leads(patch->client, owner, returned)))
                return true;
        }
    return false;
}

static void break_loops(struct patch *patch)
{
    char from[CLIENT_FOREIGN_NAME];

    for (uint32_t port = PORT_RETURN_LEFT; port <= PORT_RETURN_RIGHT; port++)
        for (uint32_t i = WIRES; i > 0; i--) {
            if (!client_connected(patch->client, port, i - 1, from) || !would_feed_back(patch, from))
                continue;
            log_warn("%s is taken from %s: it would feed back", client_ports[port], from);
            client_disconnect(patch->client, port, from);
        }
}

/* ---- a person's connections ---- */

/* Records a connection that a person made with any program; only the first core does. */
static bool take_new(struct patch *patch, enum client_port port, const char *to)
{
    struct jack_wire *wire = wires_find(&patch->wires, port, to);
    bool is_new = !wire && !wires_in_chain(patch->chain.to, port, to) &&
                  !(is_return(port) && strcmp(patch->chain.back[port - PORT_RETURN_LEFT], to) == 0);

    if (is_new && patch->keeps)
        wire = wires_add(&patch->wires, port, to);
    if (wire)
        wire->made = wire->seen = true;
    return is_new && patch->keeps;
}

static bool look_at_ports(struct patch *patch)
{
    char to[CLIENT_FOREIGN_NAME];
    bool changed = false;

    for (uint32_t i = 0; i < patch->wires.count; i++)
        patch->wires.at[i].seen = false;
    for (uint32_t port = 0; port < PORTS; port++)
        for (uint32_t i = 0; i < WIRES && client_connected(patch->client, port, i, to); i++)
            changed = take_new(patch, port, to) || changed;
    return changed;
}

/* True if a person removed it: both its ports still exist. It needs two looks, because JACK disconnects a port before
 * it removes it. */
static bool was_taken(struct patch *patch, struct jack_wire *wire, bool ports_changed)
{
    if (!wire->made || ports_changed || !patch->keeps)
        return false;
    if (wire->missed)
        return true;
    wire->missed = patch->doubts = true;
    return false;
}

/* True: forget the connection. */
static bool repair_one(struct patch *patch, struct jack_wire *wire, bool ports_changed)
{
    if (wire->dropped && wire->seen && !wires_in_chain(patch->chain.to, wire->port, wire->to)) {
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
    if (!wire->missed && !(is_return(wire->port) && would_feed_back(patch, wire->to)))
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
        struct jack_wire *wire = client_connect(patch->client, port, to) ? wires_add(&patch->wires, port, to) : NULL;
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
    (void)snprintf(own, sizeof(own), "%s:%s", patch->name, client_ports[port]);
    wire = wires_find(&patch->wires, other, own);
    if (wire)
        wire->dropped = true;
}

enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_change change,
                    struct fault *fault)
{
    struct jack_wire *wire = wires_find(&patch->wires, port, to);
    bool wanted = change != PATCH_DISCONNECT, is_wanted_already = wire && !wire->dropped;

    if (wanted && patch->client &&
        (is_return(port) ? would_feed_back(patch, to) : port <= PORT_MAIN_RIGHT && comes_back(patch, to)))
        return fault_set(fault, ERR_CONFLICT, "%s cannot be connected to %.200s: the sound would feed back",
                         client_ports[port], to);
    if (wanted && !wire)
        wire = wires_add(&patch->wires, port, to);
    if (wanted && !wire)
        return fault_set(fault, ERR_FULL,
                         "the audio core remembers %d connections already: remove one with `loophole audio disconnect`",
                         WIRES);
    if (wire)
        wire->dropped = !wanted;
    if (wire && (!is_wanted_already || change == PATCH_CONNECT))
        wire->for_take = change == PATCH_CONNECT_FOR_TAKE;
    if (!wanted)
        drop_mirror(patch, port, to);
    patch->is_asked = true;
    return ERR_OK;
}

/* ---- the chain ---- */

/* Finds the first two outputs in JACK's order; a single one serves both sides. False: there is none. */
static bool find_back(struct patch *patch, const char *to, char back[2][CLIENT_FOREIGN_NAME])
{
    char owner[CLIENT_FOREIGN_NAME];

    loop_owner(to, owner);
    if (!client_output(patch->client, owner, 0, back[0]))
        return false;
    if (!client_output(patch->client, owner, 1, back[1]))
        memcpy(back[1], back[0], sizeof(back[1]));
    return true;
}

static bool is_connected(struct patch *patch, enum client_port port, const char *to)
{
    char other[CLIENT_FOREIGN_NAME];

    for (uint32_t i = 0; i < WIRES && client_connected(patch->client, port, i, other); i++)
        if (strcmp(other, to) == 0)
            return true;
    return false;
}

static bool make_one(struct patch *patch, enum client_port port, const char *to)
{
    return is_connected(patch, port, to) || client_connect(patch->client, port, to);
}

/* Disconnects, unless a person made the same connection. */
static void undo_one(struct patch *patch, enum client_port port, const char *to)
{
    if (to[0] && !wires_find(&patch->wires, port, to) && is_connected(patch, port, to))
        client_disconnect(patch->client, port, to);
}

static void undo_chain(struct patch *patch)
{
    char left[CLIENT_FOREIGN_NAME], right[CLIENT_FOREIGN_NAME];

    for (uint32_t side = 0; side < 2; side++) {
        if (patch->client)
            undo_one(patch, PORT_RETURN_LEFT + side, patch->chain.back[side]);
        patch->chain.back[side][0] = '\0';
    }
    if (!patch->client || !wires_chain(patch->chain.to, left, right))
        return;
    undo_one(patch, PORT_PREVIEW_LEFT, left);
    undo_one(patch, PORT_PREVIEW_RIGHT, right);
}

static enum err check_chain(struct patch *patch, const char *to, struct fault *fault)
{
    char sides[2][CLIENT_FOREIGN_NAME], back[2][CLIENT_FOREIGN_NAME];

    if (!wires_chain(to, sides[0], sides[1])) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.200s\" names no inputs of a JACK client", to);
        return fault_hint(fault, "CLIENT:PORT, or CLIENT:LEFT,RIGHT");
    }
    if (!patch->client)
        return fault_set(fault, ERR_OFFLINE, "the audio core has no JACK server");
    for (uint32_t side = 0; side < 2; side++)
        if (!client_is_input(patch->client, sides[side]))
            return fault_set(fault, ERR_NOT_FOUND, "no JACK client has an audio input %.200s", sides[side]);
    if (!find_back(patch, to, back))
        return fault_set(fault, ERR_NOT_FOUND, "%.200s has no audio output that could lead back", to);
    if (would_feed_back(patch, to))
        return fault_set(fault, ERR_CONFLICT,
                         "%.200s cannot be a chain: main leads there, so the sound would feed back", to);
    return ERR_OK;
}

/* Connects the way back first, so that no sound is lost. */
static enum err make_chain(struct patch *patch, struct fault *fault)
{
    struct patch_chain *chain = &patch->chain;
    char sides[2][CLIENT_FOREIGN_NAME];
    enum err e = check_chain(patch, chain->to, fault);

    if (e != ERR_OK)
        return e;
    (void)find_back(patch, chain->to, chain->back);
    (void)wires_chain(chain->to, sides[0], sides[1]);
    for (uint32_t side = 0; side < 2; side++)
        if (!make_one(patch, PORT_RETURN_LEFT + side, chain->back[side]) ||
            !make_one(patch, PORT_PREVIEW_LEFT + side, sides[side]))
            return fault_set(fault, ERR_IO, "%.200s cannot be connected", chain->to);
    return ERR_OK;
}

/* Restores the chain as long as it is wanted. */
static void repair_chain(struct patch *patch)
{
    struct fault fault = { 0 };
    bool was_made = !patch->chain.why[0];

    if (!patch->chain.to[0] || make_chain(patch, &fault) == ERR_OK) {
        patch->chain.why[0] = '\0';
        return;
    }
    undo_chain(patch);
    (void)snprintf(patch->chain.why, sizeof(patch->chain.why), "%.199s", fault.what);
    if (was_made)
        log_warn("the preview's chain is gone: %s", patch->chain.why);
}

static void set_chain(struct patch *patch, const char *to)
{
    undo_chain(patch);
    patch->chain = (struct patch_chain){ 0 };
    (void)snprintf(patch->chain.to, sizeof(patch->chain.to), "%s", to);
    (void)snprintf(patch->wires.chain, sizeof(patch->wires.chain), "%s", to);
}

enum err patch_lead_through(struct patch *patch, const char *to, struct fault *fault)
{
    enum err e = to[0] ? check_chain(patch, to, fault) : ERR_OK;

    if (e != ERR_OK)
        return e;
    if (strcmp(patch->chain.to, to) != 0) {
        set_chain(patch, to);
        patch->is_asked = true;
    }
    e = to[0] ? make_chain(patch, fault) : ERR_OK;
    if (e != ERR_OK)
        set_chain(patch, "");
    else
        patch->chain.why[0] = '\0';
    return e;
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
    if (strcmp(patch->chain.to, wanted.chain) != 0)
        set_chain(patch, wanted.chain);
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
    patch->is_unsaved = patch->wires.chain[0] && !is_chained;
    if (patch->is_unsaved && keeps)
        patch->wires.chain[0] = '\0';
    set_chain(patch, patch->wires.chain);
    if (patch->chain.to[0])
        (void)snprintf(patch->chain.why, sizeof(patch->chain.why), "not checked yet");
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
    patch->client = NULL;
    for (uint32_t i = 0; i < patch->wires.count; i++)
        patch->wires.at[i].made = patch->wires.at[i].missed = false;
    undo_chain(patch);
    if (patch->chain.to[0])
        (void)snprintf(patch->chain.why, sizeof(patch->chain.why), "the JACK server: %s", why);
}

void patch_look(struct patch *patch, const struct client_pulse *pulse)
{
    bool is_new = patch->is_new, is_asked = patch->is_asked, changed = false;
    bool followed = patch->client && follow_file(patch);

    if (!is_new && !followed && !is_asked && !patch->doubts && !pulse->ports_changed && !pulse->rewired)
        return;
    patch->is_new = patch->is_asked = false;
    if (patch->client) {
        break_loops(patch);
        changed = look_at_ports(patch);
        changed = restore_wires(patch, is_new || followed || is_asked || pulse->ports_changed) || changed;
        if (is_new)
            connect_by_default(patch);
        repair_chain(patch);
    }
    patch->is_unsaved = patch->is_unsaved || changed || is_asked;
    save_wires(patch);
}
