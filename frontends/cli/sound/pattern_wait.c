#include "frontends/cli/sound/pattern_wait.h"

#include "frontends/cli/base/shared.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "schema_audio.h"
#include "store/pattern/message.h"

enum { LOOK_MS = 1000, LOOKS = 2 };

enum err pattern_await(struct cli *cli, struct fault *fault)
{
    return cli->options.wait ? ask_subscribe(cli->asker, "audio.pattern_began", fault) : ERR_OK;
}

static enum err print_began(struct cli *cli, const struct audio_pattern_began *began)
{
    if (cli->options.json)
        return cli_json(cli, &audio_pattern_began_shape, began);
    const struct text bar = arena_printf(&cli->arena, "%lld", (long long)began->bar);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(message_text(MESSAGE_LOADED_AT, &cli->arena, bar, (struct text){ 0 })));
    return ERR_OK;
}

/* Asks the transport which pattern sounds, because the event may be lost. Counts the looks that found no queued
 * pattern: the core has none for a moment before the pattern sounds, and none at all after it was withdrawn. */
static enum err look_at_transport(struct cli *cli, struct audio_pattern_began *to, uint32_t *empty, struct fault *fault)
{
    struct transport_state now = { 0 };
    enum err e = cli_ask(cli, "audio.transport", NULL, &now, fault);

    *empty = now.has_queued_bar ? 0 : *empty + 1;
    if (e == ERR_OK)
        *to = (struct audio_pattern_began){ .number = now.pattern, .bar = now.bar, .frame = now.frame };
    return e;
}

static enum err take_event(struct cli *cli, struct audio_pattern_began *to, uint32_t *empty, struct fault *fault)
{
    struct text topic;
    struct event_frame frame;
    enum err e = ask_next_event(cli->asker, LOOK_MS, &topic, &frame, fault);

    if (e == ERR_OK)
        return codec_decode(&audio_pattern_began_shape, frame.body, &cli->arena, to, fault);
    return e == ERR_TIMEOUT ? look_at_transport(cli, to, empty, fault) : e;
}

enum err pattern_follow(struct cli *cli, uint64_t number, struct fault *fault)
{
    struct audio_pattern_began began = { 0 };
    uint32_t empty = 0;
    enum err e = ERR_OK;

    cli_flush(cli);
    while (e == ERR_OK && began.number < number && empty < LOOKS)
        e = take_event(cli, &began, &empty, fault);
    if (e != ERR_OK)
        return e;
    if (began.number < number)
        return fault_set(fault, ERR_CONFLICT, "the pattern was withdrawn before it began");
    if (began.number > number)
        return fault_set(fault, ERR_CONFLICT, "another pattern was loaded before this one began");
    return print_began(cli, &began);
}
