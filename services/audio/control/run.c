#include "services/audio/control/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/process/config.h"
#include "common/process/log.h"
#include "common/sanitizer.h"
#include "proto/transport/lock.h"
#include "schema_supervisor.h"
#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/pads.h"
#include "services/audio/control/ports.h"
#include "services/audio/control/score.h"
#include "services/audio/control/send_cues.h"
#include "services/audio/dsp/number.h"
#include "services/audio/jack/engine_open.h"

enum { CHECK_US = 1000000 };
enum { END_NOTES_US = 2500000 }; /* bound of the wait for the ends of notes at midi_out */
enum { TAKEOVER_US = 500000 };   /* in which the other instance takes over, also with the longest periods */
enum { READY_US = 3000000 };     /* a start without a JACK server counts as waiting after this time */
enum { SILENCE_US = 10000000, SILENCE_MOST_US = 16 * SILENCE_US, RESTART_BUDGET_MS = 5000 };

_Static_assert(INT64_C(1000000) * (CHAIN_LATEST + 5 * ENGINE_FRAMES) / NUMBER_RATE_LEAST < END_NOTES_US,
               "ends of notes leave after the latest insert, and are out four of the longest periods later");

bool audio_stands_by(int *argc, char **argv)
{
    int kept = 1;

    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], "--standby") != 0)
            argv[kept++] = argv[i];
    if (kept == *argc)
        return false;
    argv[ *argc = kept] = NULL;
    return true;
}

/* Locks present and future memory, because JACK's memory and its thread's stack are allocated later. A sanitizer's
 * shadow cannot be locked. */
static bool lock_memory(void)
{
    struct rlimit limit;

    if (SANITIZED)
        return false;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_MEMLOCK, &limit);
    }
    if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
        return true;
    log_warn("memory is not locked (%s): sound may stop for a moment when memory is short; see `loophole doctor`",
             strerror(errno));
    (void)munlockall();
    return false;
}

static const char *other_core(const struct audio *audio)
{
    return audio->instance == 0 ? "audio-standby" : "audio";
}

static bool other_lives(const struct audio *audio)
{
    return lock_is_held(service_paths(audio->service), other_core(audio));
}

/* True if a predecessor with our number sounded last. It is dead, because we have its lock. */
static bool was_ours(const struct audio *audio)
{
    struct state state;

    return core_state(audio, &state) && state.instance == audio->instance;
}

/* The other instance is dead if its lock is free. */
static void claim_core(struct audio *audio)
{
    bool ours = was_ours(audio);

    if (audio->instance == 0 || ours)
        (void)engine_claim(audio->engine, ours || !other_lives(audio));
}

/* The same some periods later: the other instance, if it sounds, has taken over from our predecessor by then. */
static bool stays_ours(const struct audio *audio)
{
    for (const usec_t end = clock_steady() + TAKEOVER_US; was_ours(audio); clock_sleep(TAKEOVER_US / 100))
        if (clock_steady() >= end)
            return true;
    return false;
}

/* After an update the other instance may be of the old program, and sound: engine_open would clear its memory. Two
 * instances of the new program do not both refuse, because one of them sounded last. */
static enum err refuse_other_layout(const struct audio *audio, struct fault *fault)
{
    if (!engine_is_of_other_layout(audio->studio) || !other_lives(audio) || stays_ours(audio))
        return ERR_OK;
    fault_set(fault, ERR_VERSION,
              "%s is of another version of the program, with another layout of its memory: it sounds on",
              other_core(audio));
    return fault_hint(fault, "`loophole restart %s` replaces it; what sounds stops then, and has to be started again",
                      other_core(audio));
}

static enum err open_link(struct audio *audio, struct fault *fault)
{
    const struct paths *paths = service_paths(audio->service);
    char name[CLIENT_NAME];

    (void)snprintf(name, sizeof(name), "loophole-%s%s", paths->studio, audio->instance == 0 ? "" : "-standby");
    struct link_plan plan = { .paths = paths,
                              .name = name,
                              .engine = audio->engine,
                              .mailbox = audio->mailbox,
                              .keeps = audio->instance == 0,
                              .is_chained = audio->score.preview_chained != 0 };
    return link_open(&plan, &audio->link, fault);
}

static void come_home(void *state, int fd)
{
    struct audio *audio = state;

    (void)fd;
    mailbox_open(audio->mailbox);
}

static enum err open_mailbox(struct audio *audio, struct fault *fault)
{
    enum err e = mailbox_new(&audio->mailbox, fault);

    if (e == ERR_OK && service_watch(audio->service, mailbox_fd(audio->mailbox), come_home, audio) != ERR_OK)
        e = fault_set(fault, ERR_FULL,
                      "no room to watch for the answers of JACK: the service watches too many descriptors");
    return e;
}

/* A chain that is only in the memory, or only in the file, is left over from an earlier run. */
static void begin_chain(struct audio *audio)
{
    struct link_facts facts;

    link_report(audio->link, &facts);
    memcpy(audio->last_link.chain, facts.chain, sizeof(facts.chain));
    if (audio->instance == 0 && audio->score.preview_chained && !facts.chain[CHAIN_PREVIEW].to[0]) {
        audio->score.preview_chained = 0;
        audio_score_publish_apart(audio);
    }
}

/* Initial values; later the score contains them. */
static enum err read_audio_settings(struct audio *audio, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(service_paths(audio->service), &config, fault);

    if (e != ERR_OK)
        return e;
    audio->limiter = (uint32_t)(choice_value(&limiter_kind_table, text_of(config_text(config, "audio.limiter"))) -
                                LIMITER_KIND_INSTANT);
    return config_end(config, ERR_OK, fault);
}

enum err audio_open(struct audio *audio, struct service *service, bool stands_by, struct fault *fault)
{
    enum err e;

    *audio = (struct audio){
        .service = service, .instance = stands_by, .held.service = service, .sets = (uint64_t)clock_steady()
    };
    e = read_audio_settings(audio, fault);
    if (e == ERR_OK)
        e = studio_open(service_paths(service), &audio->studio, fault);
    if (e != ERR_OK)
        return e;
    audio->published = studio_score(audio->studio);
    audio->state = studio_state(audio->studio);
    audio->cues = studio_cues(audio->studio, CUES_CONTROL);
    audio->notes = studio_notes(audio->studio, CUES_CONTROL);
    if ((e = refuse_other_layout(audio, fault)) != ERR_OK) {
        audio_close(audio);
        return e;
    }
    if (!stands_by) {
        audio_score_begin(audio);
        recall_settle(service, audio_effects(audio), NULL, NULL);
    }
    audio->is_locked = lock_memory();
    e = engine_open(audio->studio, audio->instance, &audio->engine, fault);
    if (e == ERR_OK)
        e = open_mailbox(audio, fault);
    if (e == ERR_OK) {
        claim_core(audio);
        e = open_link(audio, fault);
    }
    if (e == ERR_OK)
        begin_chain(audio);
    audio->began = clock_steady(); /* locking may have taken long */
    if (e != ERR_OK)
        audio_close(audio);
    return e;
}

/* Otherwise a device would never end the notes of rows. */
static void end_midi_notes(struct audio *audio)
{
    const usec_t end = clock_steady() + END_NOTES_US;

    if (!audio->engine || !audio->link || !engine_owns(audio->engine) || !core_sounds(audio))
        return;
    engine_end_notes(audio->engine);
    while (!engine_has_ended_notes(audio->engine) && core_sounds(audio) && clock_steady() < end)
        clock_sleep(1000);
}

void audio_close(struct audio *audio)
{
    end_midi_notes(audio);
    bool has_ended = link_close(audio->link);

    if (audio->engine)
        engine_resign(audio->engine);
    if (has_ended) {
        engine_close(audio->engine);
        mailbox_free(audio->mailbox);
        studio_close(audio->studio);
    }
    asked_forget(audio);
    named_close(audio);
    *audio = (struct audio){ 0 };
}

bool audio_is_alive(void *state)
{
    struct audio *audio = state;

    return link_is_alive(audio->link);
}

/* The core is ready when it plays, so that a client that waited for readiness hears its sounds. Without a server it
 * waits: READY_US after the start, or at once if it has lost one. */
static void look_at_readiness(struct audio *audio, const struct link_facts *facts)
{
    bool sounds = facts->is_connected && (audio->instance == 1 || core_sounds(audio));
    bool may_come = audio->readiness == AUDIO_STARTS && clock_steady() - audio->began <= READY_US;

    if (sounds && audio->readiness != AUDIO_READY) {
        audio->readiness = AUDIO_READY;
        service_ready(audio->service);
    } else if (!facts->is_connected && !may_come && audio->readiness != AUDIO_WAITS) {
        log_warn("no sound: %s; the audio core keeps trying", *facts->trouble ? facts->trouble : "no JACK server yet");
        audio->readiness = AUDIO_WAITS;
        service_waiting(audio->service);
    }
}

static bool is_same_chain(const struct patch_chain *a, const struct patch_chain *b)
{
    return strcmp(a->to, b->to) == 0 && strcmp(a->why, b->why) == 0 && strcmp(a->back[0], b->back[0]) == 0 &&
           strcmp(a->back[1], b->back[1]) == 0 && a->latency_frames == b->latency_frames;
}

static void look_at_chains(struct audio *audio, const struct link_facts *facts)
{
    for (uint32_t i = 0; i < CHAINS; i++) {
        struct patch_chain *last = &audio->last_link.chain[i];
        if (is_same_chain(&facts->chain[i], last))
            continue;
        *last = facts->chain[i];
        if (audio->instance == 0)
            audio_report_chain(audio, i, last);
    }
}

static void look_at_link(struct audio *audio, const struct link_facts *facts)
{
    struct server_state state = { 0 };

    look_at_chains(audio, facts);
    if (facts->is_connected == audio->last_link.is_connected && facts->connects == audio->last_link.connects &&
        facts->client.rate == audio->last_link.client.rate && facts->client.period == audio->last_link.client.period)
        return;
    audio->last_link = *facts;
    audio_report_server(audio, &state, &audio->last_link);
    service_publish(audio->service, "server_changed", &state);
}

/* Processes that use damaged memory prevent its repair: this one ends, and its successor gets new memory. */
static void look_at_memory(struct audio *audio)
{
    enum err before = audio->damage.code;
    usec_t now = clock_steady();

    if (now - audio->checked < CHECK_US)
        return;
    audio->checked = now;
    audio->damage = (struct fault){ 0 };
    if (studio_check(audio->studio, &audio->damage) == ERR_OK)
        return;
    if (audio->damage.code != before)
        log_fault("looked at sound's memory", &audio->damage);
    if (audio->damage.code == ERR_IO)
        service_stop(audio->service, err_exit_code(ERR_IO));
}

/* Rings too short for the server's rate are replaced after this process ends. If that fails, the successor uses the
 * short ones: the recorded rate prevents another restart. */
static void look_at_rate(struct audio *audio, const struct link_facts *facts)
{
    struct fault fault = { 0 };

    if (!facts->is_connected || facts->client.rate == audio->rate)
        return;
    audio->rate = facts->client.rate;
    if (studio_outgrown(audio->studio, service_paths(audio->service), audio->rate, &fault)) {
        log_info("the rate of the JACK server is %u Hz: the audio core restarts with longer rings", audio->rate);
        service_stop(audio->service, err_exit_code(ERR_VERSION));
    } else if (fault.code != ERR_OK) {
        log_fault("cannot store the rate of the JACK server", &fault);
    }
}

static void log_restart(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK && error != ERR_NOT_FOUND)
        log_fault("cannot restart the JACK server", fault);
}

/* A server may run and yet accept no client, for example when its thread for clients has ended. Only another server
 * helps. On a busy machine a server starts slowly: each next one has twice the time. The supervisor does not find a
 * server that the engine did not start, and leaves it alone. */
static void look_at_silence(struct audio *audio)
{
    struct supervisor_restart request = { .service = text_of("jack") };
    struct fault fault = { 0 };
    usec_t now = clock_steady();

    if (link_silence(audio->link) < SILENCE_US)
        audio->server_patience = SILENCE_US;
    if (link_silence(audio->link) < SILENCE_US || now - audio->server_restarted < audio->server_patience)
        return;
    audio->server_restarted = now;
    if (audio->server_patience < SILENCE_MOST_US)
        audio->server_patience *= 2;
    if (service_ask(audio->service, "supervisor.restart", &request, RESTART_BUDGET_MS, NULL, log_restart, NULL,
                    &fault) != ERR_OK)
        log_fault("cannot ask for a restart of the JACK server", &fault);
}

void audio_tick(void *state)
{
    struct audio *audio = state;
    struct link_facts facts;

    if (link_is_stuck(audio->link)) {
        log_error("the connection to a dead JACK server cannot be closed: this process ends, and a new one takes over");
        _exit(err_exit_code(ERR_IO));
    }
    link_report(audio->link, &facts);
    look_at_rate(audio, &facts);
    look_at_readiness(audio, &facts);
    look_at_link(audio, &facts);
    look_at_memory(audio);
    look_at_silence(audio);
    audio_send_late(audio);
    if (audio->instance == 0) {
        audio_take_notes(audio);
        audio_end_wait_of_pads(audio);
        named_tick(audio);
        held_tick(&audio->held);
        change_report(audio);
    }
}
