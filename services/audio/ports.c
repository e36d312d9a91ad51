#include <string.h>
#include "services/audio/audio.h"

/* ---- the JACK server ---- */

void audio_tell_server(struct audio *audio, struct server_state *to, const struct link_facts *facts)
{
    struct state state;

    (void)audio_state(audio, &state);
    *to = (struct server_state){
        .connected = facts->is_connected,
        .server = text_of(facts->server),
        .client = text_of(facts->name),
        .rate = facts->client.rate,
        .period = facts->client.period,
        .realtime = facts->client.is_realtime,
        .trouble = text_of(facts->trouble),
        .owner = state.instance & 1,
        .epoch = state.epoch,
        .locked = audio->is_locked,
        .connects = facts->connects,
        .latency_in = facts->client.latency_in,
        .latency_out = facts->client.latency_out,
    };
}

enum err audio_ask_server(struct audio *audio, struct call *call, const struct audio_server *ask,
                          struct server_state *answer)
{
    struct link_facts *facts = arena_alloc(call_arena(call), sizeof(*facts));

    (void)ask;
    if (!facts)
        return refuse(call, ERR_FULL, "no memory for what is known of the server");
    link_tell(audio->link, facts);
    audio_tell_server(audio, answer, facts);
    return ERR_OK;
}

/* ---- connections ---- */

static enum err tell(struct audio *audio, struct call *call, struct connections *answer)
{
    struct wires *wires = arena_alloc(call_arena(call), sizeof(*wires));
    struct connection *each = arena_array(call_arena(call), WIRES, sizeof(*each));
    enum err e = wires && each ? link_wires(audio->link, wires, call_fault(call))
                               : refuse(call, ERR_FULL, "no memory for the connections");

    if (e != ERR_OK)
        return e;
    answer->each.at = each;
    for (uint32_t i = 0; i < wires->count; i++)
        if (!wires->at[i].dropped)
            each[answer->each.count++] = (struct connection){
                text_of(client_ports[wires->at[i].port]), text_of(wires->at[i].to), wires->at[i].made
            };
    return ERR_OK;
}

static enum err want(struct audio *audio, struct call *call, struct text own, struct text to, bool wanted)
{
    char foreign[CLIENT_FOREIGN_NAME];
    enum client_port port;

    if (!wires_port(own, &port)) {
        (void)refuse(call, ERR_NOT_FOUND, "no port \"%.*s\"", TEXT_ARG(own));
        fault_field(call_fault(call), "port");
        return fault_hint(call_fault(call), "main_left main_right preview_left preview_right in_left in_right "
                                            "listen midi_in midi_out");
    }
    if (to.len == 0 || !text_copy(foreign, sizeof(foreign), to) || !memchr(to.at, ':', to.len) ||
        memchr(to.at, '\n', to.len)) {
        (void)refuse(call, ERR_BAD_REQUEST, "\"%.*s\" is no name of a JACK port: CLIENT:PORT", TEXT_ARG(to));
        return fault_field(call_fault(call), "to");
    }
    return link_want(audio->link, port, foreign, wanted, call_fault(call));
}

enum err audio_ask_ports(struct audio *audio, struct call *call, const struct audio_ports *ask,
                         struct connections *answer)
{
    (void)ask;
    return tell(audio, call, answer);
}

enum err audio_ask_connect(struct audio *audio, struct call *call, const struct audio_connect *ask,
                           struct connections *answer)
{
    enum err e = want(audio, call, ask->port, ask->to, true);

    return e == ERR_OK ? tell(audio, call, answer) : e;
}

enum err audio_ask_disconnect(struct audio *audio, struct call *call, const struct audio_disconnect *ask,
                              struct connections *answer)
{
    enum err e = want(audio, call, ask->port, ask->to, false);

    return e == ERR_OK ? tell(audio, call, answer) : e;
}
