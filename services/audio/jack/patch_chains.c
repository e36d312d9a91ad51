#include "services/audio/jack/patch_chains.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "services/audio/jack/loop.h"

/* ---- feedback ---- */

/* True if `foreign` belongs to us, or to a client that main reaches. A channel's way back leads to the master too, so
 * the master's insert must not reach it either. */
static bool would_feed_back(struct patch *patch, uint32_t number, const char *foreign)
{
    char owner[CLIENT_FOREIGN_NAME];

    loop_owner(foreign, owner);
    return loop_is_ours(patch->name, owner) || loop_leads_from(patch->client, patch->name, PORT_MAIN_LEFT, owner) ||
           (number != CHAIN_MASTER && loop_leads_from(patch->client, patch->name, PORT_INSERT_LEFT, owner));
}

bool patch_feeds_back(struct patch *patch, enum client_port port, const char *foreign)
{
    for (uint32_t i = 0; i < CHAINS; i++)
        if (port_is_side(port, port_return(i)))
            return would_feed_back(patch, i, foreign);
    return false;
}

/* True if the sound at the return ports of a chain comes from the client with the input `foreign`, or through it. */
static bool returns_from(struct patch *patch, uint32_t number, const char *foreign)
{
    char owner[CLIENT_FOREIGN_NAME], from[CLIENT_FOREIGN_NAME], returned[CLIENT_FOREIGN_NAME];

    loop_owner(foreign, owner);
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < WIRES && client_connected(patch->client, port_return(number) + side, i, from); i++) {
            loop_owner(from, returned);
            if (strcmp(returned, owner) == 0 || loop_leads(patch->client, patch->name, owner, returned))
                return true;
        }
    return false;
}

bool patch_comes_back(struct patch *patch, enum client_port port, const char *foreign)
{
    bool is_insert = port == PORT_INSERT_LEFT || port == PORT_INSERT_RIGHT;

    if ((port > PORT_MAIN_RIGHT && !is_insert) || client_is_socket(patch->client, foreign))
        return false;
    for (uint32_t i = 0; i < CHAINS; i++)
        if (!(is_insert && i == CHAIN_MASTER) && returns_from(patch, i, foreign))
            return true;
    return false;
}

static void break_loops_at(struct patch *patch, enum client_port port)
{
    char from[CLIENT_FOREIGN_NAME];
    uint32_t count = 0;

    while (count < WIRES && client_connected(patch->client, port, count, from))
        count++;
    for (uint32_t i = count; i > 0; i--) {
        if (!client_connected(patch->client, port, i - 1, from) || !patch_feeds_back(patch, port, from))
            continue;
        log_warn("%s is taken from %s: it would feed back", port_names[port], from);
        client_disconnect(patch->client, port, from);
    }
}

void patch_break_loops(struct patch *patch)
{
    for (uint32_t i = 0; i < CHAINS; i++)
        for (uint32_t side = 0; side < 2; side++)
            break_loops_at(patch, port_return(i) + side);
}

/* ---- connections ---- */

bool patch_is_of_chain(const struct patch *patch, enum client_port port, const char *to)
{
    for (uint32_t i = 0; i < CHAINS; i++) {
        const struct patch_chain *chain = &patch->chain[i];
        uint32_t side = port - port_return(i);
        if (wires_in_chain(chain->to, i, port, to) || (side < 2 && strcmp(chain->back[side], to) == 0))
            return true;
    }
    return false;
}

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

static void undo_chain(struct patch *patch, uint32_t number)
{
    struct patch_chain *chain = &patch->chain[number];
    char sides[2][CLIENT_FOREIGN_NAME];
    bool has_inputs = wires_chain(chain->to, sides[0], sides[1]);

    for (uint32_t side = 0; side < 2; side++) {
        if (patch->client)
            undo_one(patch, port_return(number) + side, chain->back[side]);
        if (patch->client && has_inputs)
            undo_one(patch, port_send(number) + side, sides[side]);
        chain->back[side][0] = '\0';
    }
    chain->latency_frames = 0;
}

/* ---- one chain ---- */

static enum err check_feedback(struct patch *patch, uint32_t number, const char *to, const char *input,
                               struct fault *fault)
{
    if (would_feed_back(patch, number, to))
        return fault_set(fault, ERR_CONFLICT, "%.200s cannot be %s: %s leads there, so the sound would feed back", to,
                         number == CHAIN_PREVIEW ? "a chain" : "an insert",
                         number == CHAIN_MASTER ? "main" : "main or the insert of the master");
    if (number == CHAIN_MASTER && patch_comes_back(patch, PORT_INSERT_LEFT, input))
        return fault_set(fault, ERR_CONFLICT,
                         "%.200s cannot be the insert of the master: a channel comes back from there, so the sound "
                         "would feed back",
                         to);
    return ERR_OK;
}

static enum err check_chain(struct patch *patch, uint32_t number, const char *to, struct fault *fault)
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
    return check_feedback(patch, number, to, sides[0], fault);
}

/* Connects the way back first, so that no sound is lost. */
static enum err make_chain(struct patch *patch, uint32_t number, struct fault *fault)
{
    struct patch_chain *chain = &patch->chain[number];
    char sides[2][CLIENT_FOREIGN_NAME];
    enum err e = check_chain(patch, number, chain->to, fault);

    if (e != ERR_OK)
        return e;
    (void)find_back(patch, chain->to, chain->back);
    (void)wires_chain(chain->to, sides[0], sides[1]);
    for (uint32_t side = 0; side < 2; side++)
        if (!make_one(patch, port_return(number) + side, chain->back[side]) ||
            !make_one(patch, port_send(number) + side, sides[side]))
            return fault_set(fault, ERR_IO, "%.200s cannot be connected", chain->to);
    chain->why[0] = '\0';
    chain->latency_frames = client_way(patch->client, port_send(number), port_return(number));
    return ERR_OK;
}

static void repair_chain(struct patch *patch, uint32_t number)
{
    struct patch_chain *chain = &patch->chain[number];
    struct fault fault = { 0 };
    bool was_made = !chain->why[0];

    if (!chain->to[0] || make_chain(patch, number, &fault) == ERR_OK)
        return;
    undo_chain(patch, number);
    (void)snprintf(chain->why, sizeof(chain->why), "%.199s", fault.what);
    if (was_made)
        log_warn("%s is gone: %s", number == CHAIN_PREVIEW ? "the preview's chain" : "an insert of the mixer",
                 chain->why);
}

/* The audio thread hears from the made chains only. */
static void say_chains(struct patch *patch)
{
    uint32_t made = 0, latency_frames[CHAINS];

    for (uint32_t i = 0; i < CHAINS; i++) {
        made |= (uint32_t)(patch->chain[i].to[0] && !patch->chain[i].why[0]) << i;
        latency_frames[i] = patch->chain[i].latency_frames;
    }
    if (patch->client)
        client_set_chains(patch->client, made, latency_frames);
}

/* ---- the functions of patch.h ---- */

void patch_repair_chains(struct patch *patch)
{
    for (uint32_t i = 0; i < CHAINS; i++)
        repair_chain(patch, i);
    say_chains(patch);
}

void patch_undo_chains(struct patch *patch, const char *why)
{
    for (uint32_t i = 0; i < CHAINS; i++) {
        struct patch_chain *chain = &patch->chain[i];
        undo_chain(patch, i);
        if (chain->to[0])
            (void)snprintf(chain->why, sizeof(chain->why), "%s", why);
    }
}

void patch_set_chain(struct patch *patch, uint32_t number, const char *to)
{
    struct patch_chain *chain = &patch->chain[number];

    undo_chain(patch, number);
    *chain = (struct patch_chain){ 0 };
    (void)snprintf(chain->to, sizeof(chain->to), "%s", to);
    (void)snprintf(patch->wires.chain[number], sizeof(patch->wires.chain[number]), "%s", to);
}

static void set_if_other(struct patch *patch, uint32_t number, const char *to)
{
    if (strcmp(patch->chain[number].to, to) == 0)
        return;
    patch_set_chain(patch, number, to);
    patch->is_asked = true;
}

/* The next look tries again whenever a port appears. */
static enum err wait_for_chain(struct patch *patch, uint32_t number, const char *to, struct fault *fault)
{
    set_if_other(patch, number, to);
    undo_chain(patch, number);
    (void)snprintf(patch->chain[number].why, sizeof(patch->chain[number].why), "%.199s", fault->what);
    *fault = (struct fault){ 0 };
    say_chains(patch);
    return ERR_OK;
}

enum err patch_lead_through(struct patch *patch, uint32_t number, const char *to, bool waits, struct fault *fault)
{
    enum err e = to[0] ? check_chain(patch, number, to, fault) : ERR_OK;

    if (e != ERR_OK)
        return waits && e != ERR_BAD_REQUEST ? wait_for_chain(patch, number, to, fault) : e;
    set_if_other(patch, number, to);
    e = to[0] ? make_chain(patch, number, fault) : ERR_OK;
    if (e != ERR_OK)
        patch_set_chain(patch, number, "");
    say_chains(patch);
    return e;
}
