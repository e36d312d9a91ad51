#include "frontends/osc/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "frontends/osc/announce.h"
#include "frontends/osc/kit_reply.h"
#include "frontends/osc/matching.h"
#include "frontends/osc/reply.h"
#include "frontends/osc/subscribers.h"
#include "frontends/osc/tree.h"
#include "frontends/osc/values.h"
#include "schema_project.h"

/* ---- the table of commands ---- */

static struct osc_command **find_free(struct osc *osc)
{
    for (uint32_t i = 0; i < OSC_COMMANDS; i++)
        if (!osc->commands[i])
            return &osc->commands[i];
    return NULL;
}

static void drop_command(struct osc_command *command)
{
    struct osc *osc = command->osc;

    for (uint32_t i = 0; i < OSC_COMMANDS; i++)
        if (osc->commands[i] == command)
            osc->commands[i] = NULL;
    arena_free(&command->arena);
    free(command);
}

void command_drop_all(struct osc *osc)
{
    for (uint32_t i = 0; i < OSC_COMMANDS; i++)
        if (osc->commands[i])
            drop_command(osc->commands[i]);
}

static bool is_waiting(const struct osc_command *command, usec_t now)
{
    return command && (command->due || command->counts_until > now);
}

uint32_t command_waiting(const struct osc *osc)
{
    const usec_t now = clock_steady();
    uint32_t count = 0;

    for (uint32_t i = 0; i < OSC_COMMANDS; i++)
        count += is_waiting(osc->commands[i], now);
    return count;
}

static struct text route_path(const struct osc_command *command)
{
    return text_of(command->request.route->path);
}

/* ---- answers ---- */

static struct text join_tags(struct arena *arena, const struct text_list *tags)
{
    struct text joined = { 0 };

    for (uint32_t i = 0; i < tags->count; i++)
        joined = arena_printf(arena, "%.*s%s%.*s", TEXT_ARG(joined), i ? "," : "", TEXT_ARG(tags->at[i]));
    return joined;
}

/* Adds the columns that rows of slots and of library patterns share, and sends the row. */
static void send_row(struct osc_command *command, struct reply *reply, struct text bank, const struct slot_line *line)
{
    reply_add_text(reply, line->name);
    reply_add_text(reply, bank);
    reply_add_text(reply, line->genre);
    reply_add_text(reply, join_tags(&command->arena, &line->tags));
    reply_add_real(reply, line->bpm);
    reply_add_whole(reply, (int64_t)line->steps);
    reply_add_whole(reply, (int64_t)line->time);
    reply_add_whole(reply, (int64_t)line->size);
    reply_add_text(reply, line->trouble);
    (void)reply_send(reply, command->osc, &command->from);
}

static void send_slot_row(struct osc_command *command, struct text bank, const struct slot_line *line)
{
    struct reply reply = reply_begin("/pattern/row");

    reply_add_whole(&reply, (int64_t)line->slot);
    send_row(command, &reply, bank, line);
}

static void send_library_row(struct osc_command *command, const struct library_pattern *pattern)
{
    const struct slot_line line = { .name = pattern->name,
                                    .genre = pattern->genre,
                                    .tags = pattern->tags,
                                    .bpm = pattern->bpm,
                                    .steps = pattern->steps,
                                    .time = pattern->time,
                                    .size = pattern->size,
                                    .trouble = pattern->trouble };
    struct reply reply = reply_begin("/pattern/row");

    reply_add_text(&reply, pattern->place);
    send_row(command, &reply, pattern->archived ? TEXT("archive") : TEXT("library"), &line);
}

static void send_library(struct osc_command *command, const struct library_said *said)
{
    for (uint32_t i = 0; i < said->each.count; i++)
        send_library_row(command, &said->each.at[i]);
    reply_say(command->osc, &command->from, route_path(command), said->message, ERR_OK);
}

static void send_said(struct osc_command *command, const struct slot_said *said)
{
    for (uint32_t i = 0; i < said->slots.count; i++)
        send_slot_row(command, said->bank, &said->slots.at[i]);
    reply_say(command->osc, &command->from, route_path(command), said->message, ERR_OK);
    announce_expect(command->osc, &command->from, said);
}

/* Sends the remarks about lost values before the answer. */
static void send_midi(struct osc_command *command, const struct midi_said *said)
{
    for (uint32_t i = 0; i < said->remarks.count; i++) {
        struct reply reply = reply_begin("/pattern/remark");

        reply_add_text(&reply, said->remarks.at[i]);
        (void)reply_send(&reply, command->osc, &command->from);
    }
    reply_say(command->osc, &command->from, route_path(command), said->message, ERR_OK);
}

/* As the command line says it. */
static void send_undone(struct osc_command *command, const struct project_undone *undone)
{
    const bool is_undo = text_is(text_of(command->request.ask->name), "undo");

    reply_say(command->osc, &command->from, route_path(command),
              arena_printf(&command->arena, "%s: %.*s", is_undo ? "undone" : "done again", TEXT_ARG(undone->label)),
              ERR_OK);
}

static void send_done(struct osc_command *command)
{
    reply_say(command->osc, &command->from, route_path(command),
              arena_printf(&command->arena, "%s: done", command->request.route->path), ERR_OK);
}

/* An address with a value answers with it. */
static void send_answer(struct osc_command *command, const void *answer)
{
    const struct osc_request *request = &command->request;

    if (request->ask->answer == &slot_said_shape)
        send_said(command, answer);
    else if (request->ask->answer == &library_said_shape)
        send_library(command, answer);
    else if (request->ask->answer == &midi_said_shape)
        send_midi(command, answer);
    else if (request->ask->answer == &project_undone_shape)
        send_undone(command, answer);
    else if (request->ask->answer == &song_said_shape)
        reply_say(command->osc, &command->from, route_path(command), ((const struct song_said *)answer)->message,
                  ERR_OK);
    else if (request->route->value)
        values_send_given(command->osc, request->route, &request->given, &command->from);
    else if (!kit_reply_send(command->osc, &command->from, request, &command->arena, answer))
        send_done(command);
}

static void answer_client(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct osc_command *command = state;

    if (error == ERR_OK)
        send_answer(command, answer);
    else
        reply_fault(command->osc, &command->from, route_path(command), fault);
    command->is_answered = true;
    if (error != ERR_OK || command->counts_until <= clock_steady())
        drop_command(command);
}

/* ---- execution ---- */

static void send_pong(struct osc_command *command)
{
    struct reply reply = reply_begin("/pong");

    (void)reply_send(&reply, command->osc, &command->from);
}

static void do_own(struct osc_command *command)
{
    struct osc *osc = command->osc;

    switch (command->request.route->own) {
    case OWN_ROUTES:
        tree_send_routes(osc, &command->from);
        break;
    case OWN_PING:
        send_pong(command);
        break;
    default:
        subscribers_take(osc, &command->from, &command->request);
        break;
    }
}

static void do_command(struct osc_command *command)
{
    const struct osc_request *request = &command->request;
    struct fault fault = { 0 };

    command->due = 0;
    if (request->ask && !request->is_nothing && !request->is_read) {
        if (service_ask(command->osc->service, request->ask->full_name, request->body, OSC_BUDGET_MS, NULL,
                        answer_client, command, &fault) == ERR_OK)
            return;
        reply_fault(command->osc, &command->from, route_path(command), &fault);
    } else if (request->is_read) {
        values_send(command->osc, request->route, &command->from);
    } else if (!request->is_nothing) {
        do_own(command);
    }
    drop_command(command);
}

/* ---- time tags ---- */

static void do_due(void *state);

static void set_timer(struct osc *osc)
{
    if (!osc->is_ticking)
        service_every(osc->service, OSC_TICK_US, do_due, osc);
    osc->is_ticking = true;
}

/* Commands that the audio core can schedule go to it at once, with the frame. This service does the others at the
 * time. */
static void schedule_command(struct osc_command *command, usec_t at)
{
    struct osc *osc = command->osc;
    const usec_t steady = clocks_steady(&osc->clocks, at), now = clock_steady();
    int64_t frame;

    if (steady <= now) {
        osc->counts.late++;
        do_command(command);
    } else if (clocks_frame(&osc->clocks, steady, now, &frame) &&
               request_set_frame(&command->request, &command->arena, frame)) {
        command->counts_until = steady;
        set_timer(osc);
        do_command(command);
    } else {
        command->due = steady;
        set_timer(osc);
    }
}

/* The timer ends when no command waits. */
static void do_due(void *state)
{
    struct osc *osc = state;
    const usec_t now = clock_steady();

    for (uint32_t i = 0; i < OSC_COMMANDS; i++) {
        struct osc_command *command = osc->commands[i];

        if (command && command->due && command->due <= now)
            do_command(command);
        else if (command && command->is_answered && command->counts_until <= now)
            drop_command(command);
    }
    osc->is_ticking = command_waiting(osc) > 0;
    if (!osc->is_ticking)
        service_every(osc->service, 0, do_due, osc);
}

/* ---- a packet ---- */

static enum err check_time(struct osc *osc, usec_t at, uint32_t waiting, struct fault *fault)
{
    usec_t ahead;

    if (at == 0)
        return ERR_OK;
    ahead = clocks_steady(&osc->clocks, at) - clock_steady();
    if (ahead > OSC_AHEAD_US)
        return fault_set(fault, ERR_BAD_REQUEST, "the time tag is %.1f s ahead: expected at most %d s",
                         (double)ahead / 1e6, OSC_AHEAD_US / 1000000);
    if (ahead > 0 && waiting >= OSC_WAITING)
        return fault_set(fault, ERR_BUSY, "%d messages wait for their time: no more can wait; send it later",
                         OSC_WAITING);
    return ERR_OK;
}

static enum err make_command(struct osc *osc, const struct packet_message *message, const struct sockaddr_in *from,
                             struct osc_command **to, struct fault *fault)
{
    struct osc_command **slot = find_free(osc);
    enum err e;

    if (!slot)
        return fault_set(fault, ERR_BUSY,
                         "%d messages are in progress, the most that the service has room for: send it later",
                         OSC_COMMANDS);
    *to = *slot = alloc_zeroed(1, sizeof(**slot));
    **to = (struct osc_command){ .osc = osc, .from = *from };
    e = request_make(message, &(*to)->arena, &(*to)->request, fault);
    if (e != ERR_OK)
        drop_command(*to);
    return e;
}

static void refuse_packet(struct osc *osc, const struct packet *packet, uint32_t wrong, const struct sockaddr_in *from,
                          struct fault *fault)
{
    osc->counts.refused++;
    reply_fault(osc, from, packet->each[wrong].address, fault);
}

static void take_messages(struct osc *osc, const struct packet *packet, const struct sockaddr_in *from)
{
    struct osc_command *commands[PACKET_MESSAGES] = { NULL };
    const uint32_t waiting = command_waiting(osc);
    struct fault fault = { 0 };
    enum err e = ERR_OK;
    uint32_t made = 0;

    clocks_compare_utc(&osc->clocks, clock_now(), clock_steady());
    while (made < packet->count && e == ERR_OK) {
        e = check_time(osc, packet->each[made].at, waiting + made, &fault);
        if (e == ERR_OK)
            e = make_command(osc, &packet->each[made], from, &commands[made], &fault);
        made += e == ERR_OK;
    }
    if (e != ERR_OK) {
        refuse_packet(osc, packet, made, from, &fault);
        while (made > 0)
            drop_command(commands[--made]);
        return;
    }
    for (uint32_t i = 0; i < made; i++) {
        if (packet->each[i].at)
            schedule_command(commands[i], packet->each[i].at);
        else
            do_command(commands[i]);
    }
}

void command_take(struct osc *osc, const struct packet *packet, const struct sockaddr_in *from)
{
    static struct packet each; /* of one thread */
    struct fault fault = { 0 };
    uint32_t wrong = 0;

    if (matching_expand(packet, &each, &wrong, &fault) == ERR_OK)
        take_messages(osc, &each, from);
    else
        refuse_packet(osc, packet, wrong, from, &fault);
}
