/* events.c: prints events as they happen. */
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine.h"
#include "frontends/cli/engine/engine_commands.h"
#include "proto/transport/lock.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "proto/wire/json_write.h"
#include "schema_audio.h"

/* Messages count bars from 0, people from 1. */
static void print_bar(struct cli *cli, const struct shape *shape, const void *body)
{
    if (shape == &audio_bar_shape)
        cli_print(&cli->out, "  (bar %lld)", (long long)((const struct audio_bar *)body)->bar + 1);
    else if (shape == &audio_pattern_began_shape)
        cli_print(&cli->out, "  (bar %lld)", (long long)((const struct audio_pattern_began *)body)->bar + 1);
    else if (shape == &audio_changed_shape) {
        buffer_add_text(&cli->out, "  (");
        human_place(&cli->out, &((const struct audio_changed *)body)->transport);
        buffer_add_text(&cli->out, ")");
    }
}

static enum err print_event_line(struct cli *cli, struct text topic, const struct event_frame *frame,
                                 struct buffer *body)
{
    struct event_line line = {
        .event = topic, .epoch = frame->epoch, .sequence = frame->sequence, .body = text_of(buffer_c(body))
    };

    return cli_json(cli, &event_line_shape, &line);
}

static enum err print_event(struct cli *cli, struct text topic, const struct event_frame *frame)
{
    const struct event *event = schema_event(topic);
    struct arena arena = { 0 };
    struct buffer json = { 0 };
    void *body = event ? arena_alloc(&arena, event->body->size) : NULL;
    enum err e = ERR_OK;

    if (body && codec_decode(event->body, frame->body, &arena, body, NULL) == ERR_OK)
        json_write(event->body, body, &json);
    else
        buffer_add_text(&json, "null");
    if (cli->options.json) {
        e = print_event_line(cli, topic, frame, &json);
    } else {
        cli_print(&cli->out, "%-22.*s %8llu  ", TEXT_ARG(topic), (unsigned long long)frame->sequence);
        buffer_add_text(&cli->out, buffer_c(&json));
        if (body)
            print_bar(cli, event->body, body);
        buffer_add_text(&cli->out, "\n");
    }
    cli_flush(cli);
    buffer_free(&json);
    arena_free(&arena);
    return e;
}

/* A topic is the beginning of an event's name. */
static bool is_topic(struct text typed)
{
    for (int i = 0; schema_all[i]; i++)
        for (uint32_t k = 0; k < schema_all[i]->event_count; k++)
            if (text_starts(text_of(schema_all[i]->events[k].full_name), typed))
                return true;
    return false;
}

enum err events_follow(struct cli *cli, struct fault *fault)
{
    int64_t left = cli->options.limit;
    const char *topic_of = cli->count ? cli->args[0] : "";

    if (!is_topic(text_of(topic_of))) {
        fault_set(fault, ERR_NOT_FOUND, "no event begins with \"%s\"", topic_of);
        return fault_hint(fault, "a topic is a service or its event: persist, persist.changed (docs/protocol.md)");
    }
    enum err e = ask_subscribe(cli->asker, topic_of, fault);

    if (!lock_is_held(&cli->paths, "supervisor"))
        engine_remark("loophole: the engine is not running: this command waits for it");
    while (e == ERR_OK && left != 0) {
        struct text topic;
        struct event_frame frame;
        enum err next = ask_next_event(cli->asker, 1000, &topic, &frame, fault);

        if (next == ERR_TIMEOUT)
            continue;
        e = next == ERR_OK ? print_event(cli, topic, &frame) : next;
        left -= left > 0;
    }
    return e;
}
