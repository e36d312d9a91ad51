#include "services/audio/control/ports.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"

/* ---- the JACK server ---- */

void audio_report_server(struct audio *audio, struct server_state *to, const struct link_facts *facts)
{
    struct state state;

    (void)core_state(audio, &state);
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
    to->has_moment = audio_moment(audio, &state, &to->moment);
}

enum err audio_ask_server(struct audio *audio, struct call *call, const struct audio_server *ask,
                          struct server_state *answer)
{
    struct link_facts *facts = arena_alloc(call_arena(call), sizeof(*facts));

    (void)ask;
    link_report(audio->link, facts);
    audio_report_server(audio, answer, facts);
    return ERR_OK;
}

enum { CONNECTIONS = WIRES + 4 * CHAINS };

/* ---- connections: asks that wait for JACK ---- */

struct request_asked {
    struct link_request request;
    struct audio *audio;
    struct call *call; /* valid while the ticket is open */
    struct ticket ticket;
    char sides[CHAINS][2][CLIENT_FOREIGN_NAME]; /* inputs of the chains */
    struct connection each[CONNECTIONS];
};

static void add_connection(struct connections *all, struct connection *each, struct connection one)
{
    all->each.at = each;
    each[all->each.count++] = one;
}

/* Adds the chain's four connections, except those that a person made too. */
static void add_chain(struct request_asked *asked, uint32_t number, struct connections *all)
{
    const struct patch_chain *chain = &asked->request.chain[number];
    char(*sides)[CLIENT_FOREIGN_NAME] = asked->sides[number];
    bool is_made = !chain->why[0];

    if (!wires_chain(chain->to, sides[0], sides[1]))
        return;
    for (uint32_t side = 0; side < 2; side++) {
        add_connection(all, asked->each,
                       (struct connection){ text_of(port_names[port_send(number) + side]), text_of(sides[side]),
                                            is_made, true, false });
        if (chain->back[side][0])
            add_connection(all, asked->each,
                           (struct connection){ text_of(port_names[port_return(number) + side]),
                                                text_of(chain->back[side]), is_made, true, false });
    }
}

static void answer_connections(struct request_asked *asked)
{
    const struct wires *wires = &asked->request.wires;
    struct connections all = { 0 };

    for (uint32_t i = 0; i < CHAINS; i++)
        add_chain(asked, i, &all);
    for (uint32_t i = 0; i < wires->count; i++)
        if (!wires->at[i].dropped)
            add_connection(&all, asked->each,
                           (struct connection){ text_of(port_names[wires->at[i].port]), text_of(wires->at[i].to),
                                                wires->at[i].made, false, wires->at[i].for_take });
    ticket_answer(asked->audio->service, asked->ticket, &all);
}

/* The channels of the schema and the chains have one order. */
_Static_assert(CHANNEL_MASTER - CHANNEL_STREAMS == CHAIN_MASTER && CHANNEL_PREVIEW - CHANNEL_STREAMS == CHAIN_PREVIEW,
               "the order of channels");

static void report_chain(struct chain_state *to, uint32_t number, const struct patch_chain *chain)
{
    *to = (struct chain_state){
        .to = text_of(chain->to),
        .back_left = text_of(chain->back[0]),
        .back_right = text_of(chain->back[1]),
        .made = chain->to[0] && !chain->why[0],
        .why = text_of(chain->why),
        .channel = { .value = (int32_t)number + CHANNEL_STREAMS },
        .latency = chain->latency_frames,
    };
}

void audio_report_chain(struct audio *audio, uint32_t number, const struct patch_chain *chain)
{
    struct audio_chain_changed preview;
    struct audio_insert_changed insert;

    report_chain(&preview.chain, number, chain);
    insert.chain = preview.chain;
    if (number == CHAIN_PREVIEW)
        service_publish(audio->service, "chain_changed", &preview);
    else
        service_publish(audio->service, "insert_changed", &insert);
}

/* The score is set before the client that asked can play. */
static void answer_preview_chain(struct request_asked *asked)
{
    struct audio *audio = asked->audio;
    struct chain_state state;
    bool is_chained = asked->request.chain[CHAIN_PREVIEW].to[0];

    if (is_chained != (audio->score.preview_chained != 0)) {
        audio->score.preview_chained = is_chained;
        audio_score_publish_apart(audio);
    }
    report_chain(&state, CHAIN_PREVIEW, &asked->request.chain[CHAIN_PREVIEW]);
    ticket_answer(audio->service, asked->ticket, &state);
}

/* The open project keeps inserts: the answer may wait for that, and outlives the request. */
static void answer_insert(struct request_asked *asked)
{
    const uint32_t number = asked->request.chain_number;
    struct patch_chain *chain;
    struct chain_state *state;

    audio_score_publish(asked->audio);
    if (!ticket_is_open(asked->audio->service, asked->ticket))
        return;
    chain = arena_alloc(call_arena(asked->call), sizeof(*chain));
    state = arena_alloc(call_arena(asked->call), sizeof(*state));
    *chain = asked->request.chain[number];
    report_chain(state, number, chain);
    change_send(asked->audio, asked->call, asked->ticket, state);
}

/* An input takes sound. */
static void answer_foreign(struct request_asked *asked)
{
    const struct link_request *request = &asked->request;
    struct text each[2][FOREIGN_PORTS];
    uint32_t count[2] = { 0 };

    for (uint32_t i = 0; i < request->foreign_count; i++) {
        const bool side = request->foreign[i].is_input;
        each[side][count[side]++] = text_of(request->foreign[i].name);
    }
    const struct foreign_ports all = { .inputs = { .at = each[true], .count = count[true] },
                                       .outputs = { .at = each[false], .count = count[false] } };
    ticket_answer(asked->audio->service, asked->ticket, &all);
}

static void came_home(struct mail *mail)
{
    struct request_asked *asked = (struct request_asked *)(void *)mail;

    if (asked->request.fault.code != ERR_OK)
        ticket_fail(asked->audio->service, asked->ticket, &asked->request.fault);
    else if (asked->request.verb == LINK_CHAIN && asked->request.chain_number == CHAIN_PREVIEW)
        answer_preview_chain(asked);
    else if (asked->request.verb == LINK_CHAIN)
        answer_insert(asked);
    else if (asked->request.verb == LINK_FOREIGN)
        answer_foreign(asked);
    else
        answer_connections(asked);
    free(asked->request.foreign);
    free(asked);
}

static enum err send_request(struct audio *audio, struct call *call, const struct link_request *request, struct text to)
{
    struct request_asked *asked = alloc_zeroed(1, sizeof(*asked));

    asked->request.verb = request->verb;
    asked->request.port = request->port;
    asked->request.for_take = request->for_take;
    asked->request.chain_number = request->chain_number;
    asked->request.waits = request->waits;
    (void)text_copy(asked->request.to, sizeof(asked->request.to), to);
    if (request->verb == LINK_FOREIGN)
        asked->request.foreign = alloc_zeroed(FOREIGN_PORTS, sizeof(*asked->request.foreign));
    asked->request.home = (struct mail){ .open = came_home };
    asked->audio = audio;
    asked->call = call;
    asked->ticket = call_defer(call);
    if (asked->ticket.number == 0) {
        free(asked->request.foreign);
        free(asked);
    } else
        link_send(audio->link, &asked->request);
    return ERR_OK;
}

static enum err want_connection(struct audio *audio, struct call *call, struct text own, struct text to,
                                enum link_verb verb, bool for_take)
{
    enum client_port port;

    if (!wires_port(own, &port)) {
        (void)refuse(call, ERR_NOT_FOUND, "no port \"%.*s\"", TEXT_ARG(own));
        fault_field(call_fault(call), "port");
        return fault_hint(call_fault(call),
                          "expected a port such as main_left, preview_left, in_left, pads_left, out_1_left, midi_in, "
                          "midi_in_2, midi_out or control_out: docs/sound.md and docs/midi.md list them");
    }
    if (to.len == 0 || to.len >= CLIENT_FOREIGN_NAME || !memchr(to.at, ':', to.len) || memchr(to.at, '\n', to.len)) {
        (void)refuse(call, ERR_BAD_REQUEST, "\"%.*s\" is not the name of a JACK port: expected CLIENT:PORT",
                     TEXT_ARG(to));
        return fault_field(call_fault(call), "to");
    }
    return send_request(audio, call, &(struct link_request){ .verb = verb, .port = port, .for_take = for_take }, to);
}

enum err audio_ask_ports(struct audio *audio, struct call *call, const struct audio_ports *ask,
                         struct connections *answer)
{
    (void)ask, (void)answer;
    return send_request(audio, call, &(struct link_request){ .verb = LINK_LOOK }, TEXT(""));
}

enum err audio_ask_foreign_ports(struct audio *audio, struct call *call, const struct audio_foreign_ports *ask,
                                 struct foreign_ports *answer)
{
    (void)ask, (void)answer;
    return send_request(audio, call, &(struct link_request){ .verb = LINK_FOREIGN }, TEXT(""));
}

enum err audio_ask_connect(struct audio *audio, struct call *call, const struct audio_connect *ask,
                           struct connections *answer)
{
    (void)answer;
    return want_connection(audio, call, ask->port, ask->to, LINK_CONNECT, ask->for_take);
}

enum err audio_ask_disconnect(struct audio *audio, struct call *call, const struct audio_disconnect *ask,
                              struct connections *answer)
{
    (void)answer;
    return want_connection(audio, call, ask->port, ask->to, LINK_DISCONNECT, false);
}

static enum err lead_through(struct audio *audio, struct call *call, uint32_t number, struct text to, bool waits)
{
    if (to.len >= CLIENT_CHAIN_NAME)
        return refuse(call, ERR_BAD_REQUEST, "the name of a JACK client has less than %d bytes, not %u",
                      CLIENT_CHAIN_NAME, to.len);
    return send_request(audio, call,
                        &(struct link_request){ .verb = LINK_CHAIN, .chain_number = number, .waits = waits }, to);
}

enum err audio_ask_chain(struct audio *audio, struct call *call, const struct audio_chain *ask,
                         struct chain_state *answer)
{
    (void)answer;
    return lead_through(audio, call, CHAIN_PREVIEW, ask->to, false);
}

enum err audio_ask_insert(struct audio *audio, struct call *call, const struct audio_insert *ask,
                          struct chain_state *answer)
{
    const int32_t channel = ask->channel.value;

    (void)answer;
    if (channel >= CHANNEL_STREAMS && channel <= CHANNEL_MASTER && channel != CHANNEL_PREVIEW)
        return lead_through(audio, call, (uint32_t)(channel - CHANNEL_STREAMS), ask->to, ask->has_waits && ask->waits);
    (void)refuse(call, ERR_BAD_REQUEST, "the channel %s has no insert", choice_word(&channel_table, channel));
    fault_field(call_fault(call), "channel");
    return fault_hint(call_fault(call),
                      "`loophole preview ID --chain CLIENT:PORT` sends a preview through another client");
}

void audio_report_inserts(struct audio *audio, struct call *call, struct strip_insert_list *to)
{
    struct link_facts *facts = arena_alloc(call_arena(call), sizeof(*facts));

    to->at = arena_array(call_arena(call), CHAINS, sizeof(*to->at));
    link_report(audio->link, facts);
    for (uint32_t i = 0; i < CHAINS; i++)
        if (facts->chain[i].to[0] && i != CHAIN_PREVIEW)
            to->at[to->count++] = (struct strip_insert){ .channel.value = (int32_t)i + CHANNEL_STREAMS,
                                                         .to = text_of(facts->chain[i].to) };
}

enum err audio_ask_inserts(struct audio *audio, struct call *call, const struct audio_inserts *ask,
                           struct chain_states *answer)
{
    struct link_facts *facts = arena_alloc(call_arena(call), sizeof(*facts));

    (void)ask;
    answer->each.at = arena_array(call_arena(call), CHAINS, sizeof(*answer->each.at));
    link_report(audio->link, facts);
    for (uint32_t i = 0; i < CHAINS; i++)
        if (facts->chain[i].to[0] && i != CHAIN_PREVIEW)
            report_chain(&answer->each.at[answer->each.count++], i, &facts->chain[i]);
    return ERR_OK;
}
