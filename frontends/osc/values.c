#include "frontends/osc/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "frontends/osc/announce.h"
#include "frontends/osc/reply.h"

enum { PATH_SIZE = 64 };

/* ---- the table of values ---- */

static void note_change(struct osc *osc, uint32_t value)
{
    for (uint32_t i = 0; i < osc->subscriber_count; i++)
        osc->has_changes = osc->subscribers[i].is_behind[value] = true;
}

static void note_all(struct osc *osc)
{
    for (uint32_t i = 0; i < routes_count; i++)
        if (osc->values[i].is_set)
            note_change(osc, i);
}

static void set_value(struct osc *osc, const char *path, struct osc_value value)
{
    const struct osc_route *route = routes_find(text_of(path));
    struct osc_value *old;

    if (!route)
        return;
    old = &osc->values[route - routes];
    if (old->is_set && fabs(old->number - value.number) <= 0 && strcmp(old->text, value.text) == 0)
        return;
    *old = value;
    old->is_set = true;
    note_change(osc, (uint32_t)(route - routes));
}

static void set_number(struct osc *osc, const char *path, double number)
{
    set_value(osc, path, (struct osc_value){ .number = number });
}

static void set_text(struct osc *osc, const char *path, struct text text)
{
    struct osc_value value = { 0 };

    value.text[text_repair(value.text, sizeof(value.text) - 1, text)] = '\0';
    set_value(osc, path, value);
}

const struct osc_value *values_of(const struct osc *osc, const struct osc_route *route)
{
    const struct osc_value *value = &osc->values[route - routes];

    return route->value && value->is_set ? value : NULL;
}

static bool send_value(const struct osc *osc, const struct osc_route *route, const struct osc_value *value,
                       const struct sockaddr_in *to)
{
    struct reply reply = reply_begin(route->path);

    if (route->value == 's')
        reply_add_text(&reply, text_of(value->text));
    else if (route->value == 'i')
        reply_add_whole(&reply, (int64_t)value->number);
    else
        reply_add_real(&reply, value->number);
    return reply_send(&reply, osc, to);
}

bool values_send(const struct osc *osc, const struct osc_route *route, const struct sockaddr_in *to)
{
    const struct osc_value *value = values_of(osc, route);

    if (value)
        return send_value(osc, route, value, to);
    reply_say(osc, to, text_of(route->path),
              TEXT("the value is unknown: the audio core has not reported it; ask again later"), ERR_OFFLINE);
    return true;
}

void values_send_given(const struct osc *osc, const struct osc_route *route, const struct packet_argument *given,
                       const struct sockaddr_in *to)
{
    struct osc_value value = { .number = given->number };

    if (given->kind == PACKET_TEXT)
        (void)text_copy(value.text, sizeof(value.text), given->text);
    (void)send_value(osc, route, &value, to);
}

/* ---- what the audio core reports ---- */

/* For one period after a change `bpm` and `swing` are still the old ones. */
static double tempo_of(const struct transport_state *now)
{
    const bool leads = now->sync.value == SYNC_SOURCE_NONE || now->sync.value == SYNC_SOURCE_LEAD;

    return leads && now->has_set_bpm ? now->set_bpm : now->bpm;
}

static void take_transport(struct osc *osc, const struct transport_state *now)
{
    set_number(osc, "/transport/running", now->running || now->counting_in);
    set_number(osc, "/transport/bar", (double)now->bar);
    set_number(osc, "/transport/tempo", tempo_of(now));
    set_number(osc, "/transport/swing", now->has_set_swing ? now->set_swing : now->swing);
    set_number(osc, "/transport/metronome", now->metronome);
    set_text(osc, "/transport/sync", text_of(choice_word(&sync_source_table, now->sync.value)));
    set_number(osc, "/song/entry", now->has_song ? (double)now->song : 0);
    set_number(osc, "/pattern/queued", now->has_queued_bar ? (double)now->queued_bar : -1);
    announce_playing(osc, now->pattern);
    if (now->has_moment)
        clocks_compare_audio(&osc->clocks, &now->moment, clock_steady());
}

static void take_strip(struct osc *osc, const struct mixer_strip *strip)
{
    const char *bus = choice_word(&channel_table, strip->bus.value);
    const struct {
        const char *name;
        double value;
    } each[] = { { "gain", strip->gain },
                 { "pan", strip->pan },
                 { "mute", strip->mute },
                 { "solo", strip->solo },
                 { "apart", strip->apart },
                 { "pfl", strip->pfl },
                 { "reverb_send", strip->reverb_send },
                 { "delay_send", strip->delay_send } };
    char path[PATH_SIZE];

    for (uint32_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
        (void)snprintf(path, sizeof(path), "/mixer/%s/%s", bus, each[i].name);
        set_number(osc, path, each[i].value);
    }
}

static void take_meters(struct osc *osc, const struct meter_list *meters)
{
    char path[PATH_SIZE];

    for (uint32_t i = 0; i < meters->count; i++) {
        const struct meter *meter = &meters->at[i];

        (void)snprintf(path, sizeof(path), "/meters/%.*s", TEXT_ARG(meter->bus));
        set_number(osc, path, fmax(meter->peak_left, meter->peak_right));
    }
}

/* ---- asks ---- */

static void take_state(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct osc *osc = state;

    (void)fault;
    osc->is_looking = false;
    if (error == ERR_OK)
        take_transport(osc, answer);
}

static void take_mixer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct mixer *mixer = answer;

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < mixer->strips.count; i++)
        take_strip(state, &mixer->strips.at[i]);
}

static void take_pattern(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct osc *osc = state;
    const struct pattern_now *now = answer;

    (void)fault;
    osc->is_looking_at_pattern = false;
    if (error == ERR_OK || error == ERR_NOT_FOUND)
        set_text(osc, "/pattern/name", error == ERR_OK ? now->pattern.metadata.name : TEXT(""));
}

static bool ask_audio(struct osc *osc, const char *name,
                      void (*done)(void *state, enum err error, const void *answer, const struct fault *fault))
{
    struct fault fault = { 0 };
    enum err e = service_ask(osc->service, name, NULL, OSC_BUDGET_MS, NULL, done, osc, &fault);

    return e == ERR_OK;
}

static void look_at_pattern(struct osc *osc)
{
    if (!osc->is_looking_at_pattern)
        osc->is_looking_at_pattern = ask_audio(osc, "audio.pattern", take_pattern);
}

/* Another epoch means another process: all subscribers get its values again. */
static void take_pong(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct osc *osc = state;
    const struct pong *pong = answer;

    (void)fault;
    if (error != ERR_OK || pong->epoch == osc->audio_epoch)
        return;
    osc->audio_epoch = pong->epoch;
    note_all(osc);
    look_at_pattern(osc);
}

static void look_at_all(struct osc *osc)
{
    if (osc->is_looking)
        return;
    osc->is_looking = ask_audio(osc, "audio.transport", take_state);
    (void)ask_audio(osc, "audio.ping", take_pong);
    (void)ask_audio(osc, "audio.mixer", take_mixer);
}

static void look_again(void *state)
{
    struct osc *osc = state;

    look_at_all(osc);
    service_every(osc->service, osc->subscriber_count ? OSC_LOOK_US : OSC_REST_US, look_again, osc);
}

/* ---- events ---- */

static void take_transport_event(void *state, const void *body, bool gap)
{
    const struct audio_changed *event = body;

    (void)gap;
    take_transport(state, &event->transport);
}

static void take_bar_event(void *state, const void *body, bool gap)
{
    const struct audio_bar *event = body;

    (void)gap;
    set_number(state, "/transport/bar", (double)event->bar);
}

static void take_levels_event(void *state, const void *body, bool gap)
{
    const struct audio_levels *event = body;

    (void)gap;
    take_meters(state, &event->meters);
}

static void take_began_event(void *state, const void *body, bool gap)
{
    (void)gap;
    announce_began(state, body);
    look_at_pattern(state);
    look_at_all(state);
}

static void take_sounding_event(void *state, const void *body, bool gap)
{
    (void)body, (void)gap;
    look_at_all(state);
    look_at_pattern(state);
}

enum err values_open(struct osc *osc)
{
    static const struct {
        const char *event;
        void (*take)(void *state, const void *body, bool gap);
    } each[] = { { "audio.changed", take_transport_event },
                 { "audio.bar", take_bar_event },
                 { "audio.levels", take_levels_event },
                 { "audio.sounding_changed", take_sounding_event },
                 { "audio.pattern_began", take_began_event } };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < sizeof(each) / sizeof(*each); i++)
        e = service_subscribe(osc->service, each[i].event, each[i].take, osc);
    service_every(osc->service, OSC_TICK_US, look_again, osc);
    return e;
}
