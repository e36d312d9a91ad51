/* streamer: the cost of the streamer on a running engine (bench/audio/streamer_run starts one).
 *
 *   bench_streamer FILE ROUNDS           time from the ask for a preview to its first frame at the JACK port, and from
 *                                        the ask to stop to its last frame, beside the time of an ask alone
 *   bench_streamer --cancel FILE ROUNDS  time from the ask to stop until the ask to play is answered and the voice is
 *                                        free, while reads of FILE hang
 *   bench_streamer --streams FILE…       CPU of streamer and workers while all files play for ten seconds, beside
 *                                        decoding the same amount of them in this process
 *   bench_streamer --loops FILE…         CPU of streamer, workers and audio core while all files play as loops: as they
 *                                        are; stretched to another tempo; and while the tempo changes each second.
 *                                        Beside them one bare stretcher a loop in this process */
#include <jack/jack.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/audio/loads.h"
#include "common/clock.h"
#include "proto/transport/ask.h"
#include "proto/transport/requester.h"
#include "schema_audio.h"
#include "schema_streamer.h"

enum { BUDGET_MS = 10000, ROUNDS_MAX = 10000 };

struct ear {
    jack_client_t *client;
    jack_port_t *port;
    _Atomic int64_t first, last; /* µs of the steady clock: time of the first and the last frame that is not silent */
    double frame_us;
    double period_us;
};

static int listen_to_period(jack_nframes_t frames, void *state)
{
    struct ear *ear = state;
    const float *in = jack_port_get_buffer(ear->port, frames);
    /* Time at which the period's frames came: the driver's own estimate may be far off. */
    int64_t begin = clock_steady();

    for (jack_nframes_t i = 0; i < frames; i++)
        if (in[i] > 1e-6f || in[i] < -1e-6f) {
            int64_t at = begin + (int64_t)(i * ear->frame_us);
            if (ear->first == 0)
                ear->first = at;
            ear->last = at;
        }
    return 0;
}

static void open_ear(struct ear *ear, struct asker *asker)
{
    struct server_state server = { 0 };
    struct fault fault = { 0 };
    char name[300];

    if (ask(asker, "audio.server", NULL, BUDGET_MS, NULL, &server, &fault) != ERR_OK)
        loads_die("no audio core", &fault);
    snprintf(name, sizeof(name), "%.*s", TEXT_ARG(server.server));
    ear->client = jack_client_open("bench", JackNoStartServer | JackServerName, NULL, name);
    if (!ear->client)
        loads_die("no JACK server", NULL);
    ear->frame_us = 1e6 / (double)server.rate;
    ear->period_us = ear->frame_us * (double)server.period;
    ear->port = jack_port_register(ear->client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    jack_set_process_callback(ear->client, listen_to_period, ear);
    jack_activate(ear->client);
    snprintf(name, sizeof(name), "%.*s:preview_left", TEXT_ARG(server.client));
    if (jack_connect(ear->client, name, jack_port_name(ear->port)) != 0)
        loads_die("the preview port cannot be connected", NULL);
}

static int by_size(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

static void print_times(const char *what, double *ms, int count)
{
    qsort(ms, (size_t)count, sizeof(*ms), by_size);
    printf("%-44s p50 %6.2f ms, p99 %6.2f ms, max %6.2f ms\n", what, ms[count / 2], ms[count * 99 / 100],
           ms[count - 1]);
}

static void wait_for_silence(const struct ear *ear)
{
    do
        clock_sleep(30000);
    while (clock_steady() - ear->last < 25000);
}

static void measure_previews(const char *path, int rounds)
{
    static double heard[ROUNDS_MAX], silent[ROUNDS_MAX], alone[ROUNDS_MAX];
    struct streamer_preview preview = { .path = bytes_of(path, strlen(path)) };
    struct fault fault = { 0 };
    struct paths paths;
    struct ear ear = { 0 };
    struct asker *asker = paths_find(&paths, &fault) == ERR_OK ? asker_new(&paths, &fault) : NULL;

    if (!asker)
        loads_die("no engine", &fault);
    open_ear(&ear, asker);
    for (int i = 0; i < rounds; i++) {
        wait_for_silence(&ear);
        usec_t asked = clock_steady();
        loads_ask(asker, "streamer.voices", NULL, NULL);
        alone[i] = (double)(clock_steady() - asked) / 1000;
        clock_sleep(rand() % 7000); /* at a random time within a period */
        ear.first = 0;
        asked = clock_steady();
        loads_ask(asker, "streamer.preview", &preview, NULL);
        while (ear.first == 0 && clock_steady() - asked < 5000000)
            clock_sleep(500);
        if (ear.first == 0)
            loads_die("a preview was not heard", NULL);
        heard[i] = (double)(ear.first - asked) / 1000;
        clock_sleep(100000 + rand() % 7000);
        asked = clock_steady();
        loads_ask(asker, "streamer.preview_stop", NULL, NULL);
        wait_for_silence(&ear);
        silent[i] = (double)(ear.last - asked) / 1000;
    }
    printf("%d previews, period %.2f ms\n", rounds, ear.period_us / 1000);
    print_times("an ask alone", alone, rounds);
    print_times("preview: ask to first frame at the port", heard, rounds);
    print_times("preview stop: ask to last frame at the port", silent, rounds);
    jack_client_close(ear.client);
    asker_free(asker);
}

/* ---- cancelling ---- */

/* Returns the number of voices; with `least`, waits until there are that many. */
static uint32_t count_voices(struct asker *asker, uint32_t least)
{
    struct stream_voices voices;

    do {
        voices = (struct stream_voices){ 0 };
        loads_ask(asker, "streamer.voices", NULL, &voices);
    } while (voices.each.count < least);
    return voices.each.count;
}

/* False: no answer came within `ms`. */
static bool take_within(struct requester *requester, int ms, struct delivery *answer)
{
    usec_t until = clock_steady() + (usec_t)ms * 1000;
    struct pollfd fds[REQUESTER_FDS];

    while (!requester_take(requester, answer)) {
        usec_t left = until - clock_steady();
        if (left <= 0)
            return false;
        poll(fds, requester_wait_for(requester, fds, REQUESTER_FDS), (int)(left / 1000) + 1);
    }
    return true;
}

static void measure_cancels(const char *path, int rounds)
{
    static double ms[ROUNDS_MAX];
    struct streamer_play play = { .path = bytes_of(path, strlen(path)) };
    struct streamer_stop stop = { .fade = 0.005 };
    struct fault fault = { 0 };
    struct delivery answer;
    struct buffer body = { 0 };
    struct paths paths;
    struct asker *asker = paths_find(&paths, &fault) == ERR_OK ? asker_new(&paths, &fault) : NULL;
    struct sockets *sockets = asker ? sockets_new(&fault) : NULL;
    struct requester *waiting = sockets ? requester_new(sockets, &paths, 1) : NULL;

    if (!waiting || codec_encode(&streamer_play_shape, &play, &body, &fault) != ERR_OK)
        loads_die("no engine", &fault);
    for (int i = 0; i < rounds; i++) {
        if (requester_send(waiting, TEXT("streamer.play"), buffer_bytes(&body), BUDGET_MS, id_new(), 0,
                           (struct text){ 0 }, NULL, &fault) != ERR_OK)
            loads_die("play", &fault);
        if (take_within(waiting, 50, &answer)) /* until a worker has got it */
            loads_die("the file does not hang", NULL);
        count_voices(asker, 1);
        usec_t asked = clock_steady();
        loads_ask(asker, "streamer.stop", &stop, NULL);
        if (!take_within(waiting, 1000, &answer) || count_voices(asker, 0) != 0)
            loads_die("a stream that hangs was not stopped", &fault);
        ms[i] = (double)(clock_steady() - asked) / 1000;
    }
    print_times("stop of a stream whose file hangs", ms, rounds);
    buffer_free(&body);
    requester_free(waiting);
    sockets_free(sockets);
    asker_free(asker);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--streams") == 0) {
        loads_streams(argv + 2, argc - 2);
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "--loops") == 0) {
        loads_loops(argv + 2, argc - 2);
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--cancel") == 0 && atoi(argv[3]) > 0 && atoi(argv[3]) <= ROUNDS_MAX) {
        measure_cancels(argv[2], atoi(argv[3]));
        return 0;
    }
    int rounds = argc == 3 ? atoi(argv[2]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        loads_die("usage: bench_streamer FILE ROUNDS | --cancel FILE ROUNDS | --streams FILE… | --loops FILE…", NULL);
    measure_previews(argv[1], rounds);
    return 0;
}
