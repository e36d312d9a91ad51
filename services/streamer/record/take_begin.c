#include "services/streamer/record/take_begin.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "schema_audio.h"
#include "services/streamer/record/take_again.h"
#include "services/streamer/record/take_bars.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_folder.h"
#include "services/streamer/record/take_inputs.h"
#include "services/streamer/record/take_keep.h"

enum { BUDGET_MS = 10000, PATIENCE_US = 3000000, AGAIN_US = 50000 };

typedef void answered(void *state, enum err error, const void *answer, const struct fault *fault);

static void ask_under(struct take *take, const char *name, const void *request, const struct sender *sender,
                      answered *done)
{
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, name, request, BUDGET_MS, sender, done, take, &fault) != ERR_OK)
        take_fail(take, &fault);
}

static void ask_for_take(struct take *take, const char *name, const void *request, answered *done)
{
    ask_under(take, name, request, NULL, done);
}

/* ---- the item ---- */

static void take_reserved(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct done *done = answer;
    struct take *take = state;

    if (error == ERR_EXISTS && ++take->attempt < TAKE_NAME_ATTEMPTS) {
        take_is_connected(take); /* the next number, which its folder must not have either */
        return;
    }
    if (error != ERR_OK) {
        take_fail(take, fault);
        return;
    }
    char file[TAKE_NAME_FILE], folder[PATH_MAX];
    take->item = done->id;
    memcpy(folder, take->path, sizeof(folder));
    take_name_write(take->name, take->attempt, file);
    snprintf(take->path, sizeof(take->path), "%.*s/%s", (int)(PATH_MAX - sizeof(file) - 1), folder, file);
    if (take->bars.waits)
        take_bars_wait(take);
    else
        take->due = TAKE_DUE_FILE;
}

void take_reserve(struct take *take)
{
    bool is_pcm = take->format == TAKE_FORMAT_WAV24;
    char file[TAKE_NAME_FILE];

    take_name_write(take->name, take->attempt, file);
    struct persist_reserve request = { .folder = take->folder,
                                       .file = bytes_of(file, strlen(file)),
                                       .name = text_of(take->name),
                                       .sample_format = is_pcm ? TEXT("pcm") : TEXT("float"),
                                       .bit_depth = is_pcm ? 24 : 32,
                                       .sample_rate = take->facts.rate,
                                       .channels = WAV_CHANNELS };
    ask_under(take, "persist.reserve", &request, take->sender.digest ? &take->sender : NULL, take_reserved);
}

/* ---- inputs and latency ---- */

/* A core that has just started answers before it has joined the server again. */
static void wait_for_server(struct take *take, const struct server_state *server)
{
    struct fault fault = { 0 };

    if (clock_steady() - take->since < PATIENCE_US) {
        take->reported = clock_steady() + AGAIN_US;
        return;
    }
    fault_set(&fault, ERR_OFFLINE, "the audio core has no JACK server: %.*s", TEXT_ARG(server->trouble));
    fault_hint(&fault, "`loophole audio status` shows it");
    take_fail(take, &fault);
}

static void connect_or_keep(struct take *take)
{
    struct fault lost = { 0 };

    if (take->kept.is_kept && take_keep_find(take, &lost) != ERR_OK)
        take_fail(take, &lost);
    else
        take_connect(take);
}

/* The sources and the channels have one order. */
_Static_assert(TAKE_SOURCE_MASTER - TAKE_SOURCE_STREAMS == CHANNEL_MASTER - CHANNEL_STREAMS, "the order of channels");

/* The sound of a channel comes back from its insert later than the channels without one. */
static void receive_inserts(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct chain_states *inserts = answer;
    struct take *take = state;
    int64_t latest = 0;

    if (error != ERR_OK) {
        take_fail(take, fault);
        return;
    }
    for (uint32_t i = 0; i < inserts->each.count; i++) {
        const struct chain_state *insert = &inserts->each.at[i];
        if (insert->channel.value - CHANNEL_STREAMS == (int32_t)take->source - TAKE_SOURCE_STREAMS)
            take->facts.latency_frames += insert->latency;
        if (insert->channel.value != CHANNEL_MASTER && insert->latency > latest)
            latest = insert->latency;
    }
    if (take->source == TAKE_SOURCE_PREVIEW) /* it waits for the channels */
        take->facts.latency_frames += latest < CHAIN_LATEST ? latest : CHAIN_LATEST;
    connect_or_keep(take);
}

/* A musician who plays along hears the output late, and the input arrives late: both latencies are subtracted. The
 * setting replaces what JACK reports of the hardware; the mixer's limiter and inserts add a delay that changes. */
static int64_t latency_of_inputs(const struct take *take, const struct server_state *server)
{
    const int64_t hardware = take->takes->latency_frames, mixer = server->moment.has_delay ? server->moment.delay : 0;

    return hardware >= 0 ? hardware + mixer : server->latency_in + server->latency_out;
}

static void receive_server(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct server_state *server = answer;
    struct take *take = state;

    if (error != ERR_OK) {
        take_fail(take, fault);
        return;
    }
    if (!server->connected || server->rate == 0) {
        wait_for_server(take, server);
        return;
    }
    take->facts.rate = (uint32_t)server->rate;
    if (take_has_bus(take)) { /* inside the engine only inserts and the master are late */
        take->facts.latency_frames =
            take->source == TAKE_SOURCE_MASTER && server->moment.has_delay ? server->moment.delay : 0;
        ask_for_take(take, "audio.inserts", NULL, receive_inserts);
        return;
    }
    take->facts.latency_frames = latency_of_inputs(take, server);
    connect_or_keep(take);
}

static void name_it(struct take *take)
{
    time_t now = (time_t)(take->facts.began / 1000000);
    struct tm tm;

    if (!take->name[0] && localtime_r(&now, &tm))
        (void)strftime(take->name, sizeof(take->name), "Take %Y-%m-%d %H.%M.%S", &tm);
}

void take_begin(struct take *take)
{
    if (take->sender.digest && take_answers_again(take))
        return;
    take->phase = TAKE_STARTING;
    take->since = clock_steady();
    take->facts.rate = 0;
    take->facts.began = clock_now();
    name_it(take);
    ask_for_take(take, "audio.server", NULL, receive_server);
}

void take_begin_again(struct take *take)
{
    if (take->reported == 0 || clock_steady() < take->reported)
        return;
    take->reported = 0;
    if (take->facts.rate == 0)
        ask_for_take(take, "audio.server", NULL, receive_server);
    else
        take_connect_again(take);
}
