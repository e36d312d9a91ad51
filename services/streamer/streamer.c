#include "services/streamer/streamer.h"

#include <math.h>
#include <string.h>

#include "common/process/closing.h"
#include "common/process/config.h"
#include "common/process/log.h"
#include "services/streamer/play/preview.h"
#include "services/streamer/play/preview_chain.h"
#include "services/streamer/play/voices.h"
#include "services/streamer/record/encode_queue.h"
#include "services/streamer/record/takes.h"

enum { BUSY_US = 10000, IDLE_US = 100000, CHECK_US = 1000000 };

/* ---- settings ---- */

static enum err read_streamer_settings(struct streamer *streamer, struct fault *fault)
{
    struct preview_settings *preview = &streamer->preview.settings;
    struct config *config;
    enum err e = config_load(service_paths(streamer->service), &config, fault);

    if (e != ERR_OK)
        return e;
    preview->volume = pow(10, config_real(config, "preview.volume_db") / 20);
    preview->match = config_bool(config, "preview.match");
    preview->loudness = config_real(config, "preview.loudness");
    takes_settings(&streamer->takes, config, service_paths(streamer->service));
    return config_end(config, ERR_OK, fault);
}

/* ---- the tick ---- */

/* A note is recorded before it is taken, so that a death loses none. */
void streamer_read_notes(struct streamer *streamer)
{
    struct note note;
    uint64_t index;

    for (int i = 0; i < NOTES_CELLS && core_link_look_note(&streamer->core, &note, &index); i++) {
        played_note(streamer->played, &note, index);
        core_link_take_note(&streamer->core, index);
        voices_note(&streamer->voices, &note);
        sounds_note(&streamer->sounds, &note);
    }
}

/* Damaged memory cannot be repaired while processes use it. So this process ends, and its successor makes new
 * memory. */
static void look_at_memory(struct streamer *streamer)
{
    enum err before = streamer->damage.code;
    usec_t now = clock_steady();

    if (now - streamer->checked < CHECK_US)
        return;
    streamer->checked = now;
    streamer->damage = (struct fault){ 0 };
    if (studio_check(streamer->core.studio, &streamer->damage) == ERR_OK)
        return;
    if (streamer->damage.code != before)
        log_fault("the shared memory of the sound", &streamer->damage);
    if (streamer->damage.code == ERR_IO)
        service_stop(streamer->service, err_exit_code(ERR_IO));
}

static bool is_busy(const struct streamer *streamer)
{
    return voices_busy(&streamer->voices) || takes_busy(&streamer->takes) || listen_busy(&streamer->listening) ||
           streamer->waiting.count > 0 || streamer->sounds.to_treat > 0;
}

static void tick_all(void *state);

static void set_period(struct streamer *streamer, usec_t period)
{
    if (streamer->period == period)
        return;
    streamer->period = period;
    service_every(streamer->service, period, tick_all, streamer);
}

static void tick_all(void *state)
{
    struct streamer *streamer = state;

    core_link_look(&streamer->core);
    streamer_read_notes(streamer);
    waiting_asks_tick(&streamer->waiting);
    readers_tick(streamer->readers);
    voices_tick(&streamer->voices);
    sounds_treat_tick(&streamer->sounds);
    takes_tick(&streamer->takes);
    listen_tick(&streamer->listening);
    look_at_memory(streamer);
    set_period(streamer, is_busy(streamer) ? BUSY_US : IDLE_US);
}

void streamer_turn(void *state)
{
    struct streamer *streamer = state;

    takes_turn(&streamer->takes);
    if (is_busy(streamer))
        set_period(streamer, BUSY_US);
}

/* ---- open, close, report ---- */

static void voice_ended(void *state, struct voice *voice)
{
    struct streamer *streamer = state;

    preview_ended(&streamer->preview, voice);
}

static void follow_catalogue(void *state, const void *body, bool gap)
{
    struct streamer *streamer = state;

    (void)body, (void)gap;
    sounds_treat_all(&streamer->sounds);
}

static void connect_parts(struct streamer *streamer)
{
    streamer->waiting.streamer = streamer;
    streamer->waiting.service = streamer->service;
    streamer->waiting.core = &streamer->core;
    streamer->voices.service = streamer->sounds.service = streamer->preview.service = streamer->service;
    streamer->voices.core = streamer->sounds.core = &streamer->core;
    streamer->voices.readers = streamer->sounds.readers = streamer->readers;
    streamer->voices.resampler = streamer->sounds.resampler = streamer->resampler;
    streamer->voices.handover = studio_streamer(streamer->core.studio);
    streamer->played = played_open(streamer->core.studio);
    played_restore(streamer->played, service_paths(streamer->service)->data);
    streamer->voices.ended = voice_ended;
    streamer->voices.state = streamer;
    streamer->sounds.locator = &streamer->locator;
    streamer->preview.voices = &streamer->voices;
    streamer->preview.locator = &streamer->locator;
    streamer->takes.service = streamer->service;
    streamer->takes.core = &streamer->core;
    streamer->takes.locator = &streamer->locator;
}

static void resume_play(struct streamer *streamer)
{
    sounds_open(&streamer->sounds);
    voices_open(&streamer->voices);
    streamer_read_notes(streamer);
    voices_resume(&streamer->voices);
    sounds_leave(&streamer->sounds);
}

void streamer_open(struct streamer *streamer, struct service *service)
{
    struct fault fault = { 0 };

    *streamer = (struct streamer){ .service = service };
    locate_open(&streamer->locator, service_paths(service));
    enum err e = read_streamer_settings(streamer, &fault);
    if (e == ERR_OK)
        e = core_link_open(&streamer->core, service_paths(service), &fault);
    if (e == ERR_OK)
        e = readers_new(service, &streamer->locator, &streamer->readers, &fault);
    if (e == ERR_OK) {
        streamer->resampler = resample_open();
        connect_parts(streamer);
        resume_play(streamer);
        e = takes_open(&streamer->takes, &fault);
    }
    if (e == ERR_OK && service_subscribe(service, "persist.changed", follow_catalogue, streamer) != ERR_OK)
        e = fault_set(&fault, ERR_FULL, "no room to subscribe to persist");
    if (e == ERR_OK) {
        listen_open(&streamer->listening, service, &streamer->core);
        preview_chain_open(&streamer->preview);
        tick_all(streamer);
        return;
    }
    log_fault("cannot stream", &fault);
    service_stop(service, err_exit_code(e));
}

void streamer_close(struct streamer *streamer)
{
    listen_close(&streamer->listening);
    takes_close(&streamer->takes);
    if (streamer->played)
        played_keep(streamer->played, service_paths(streamer->service)->data);
    voices_close(&streamer->voices);
    sounds_close(&streamer->sounds);
    readers_free(streamer->readers);
    resample_close(streamer->resampler);
    locate_close(&streamer->locator);
    core_link_close(&streamer->core);
}

void streamer_report(void *state, struct arena *arena, struct service_status *to)
{
    struct streamer *streamer = state;
    struct fault fault = { 0 };

    if (streamer->damage.code != ERR_OK)
        to->alarm = arena_text(arena, text_of(streamer->damage.what));
    else if (streamer->readers && readers_alarm(streamer->readers)[0])
        to->alarm = arena_text(arena, text_of(readers_alarm(streamer->readers)));
    else if (streamer->takes.alarm[0])
        to->alarm = arena_text(arena, text_of(streamer->takes.alarm));
    else if (closing_stuck())
        to->alarm = arena_printf(arena, "files that cannot be closed, because a file system does not answer: %u",
                                 closing_stuck());
    if (core_link_check(&streamer->core, CORE_PAUSE_US, &fault) != ERR_OK)
        to->waits_for = TEXT("audio");
    encode_queue_list_tasks(&streamer->takes, arena, &to->tasks);
}

enum err streamer_cancel(void *state, struct id task, struct fault *fault)
{
    struct streamer *streamer = state;

    (void)fault;
    return encode_queue_cancel(&streamer->takes, task);
}
