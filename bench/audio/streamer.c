/* streamer: the cost of the streamer on a running engine (bench/audio/streamer_run starts one).
 *
 *   bench_streamer FILE ROUNDS           time from the ask for a preview to its first frame at the JACK port, and from
 *                                        the ask to stop to its last frame, beside the time of an ask alone
 *   bench_streamer --cancel FILE ROUNDS  time from the ask to stop until the ask to play is answered and the voice is
 *                                        free, while reads of FILE hang
 *   bench_streamer --streams FILE…       CPU of streamer and workers while all files play for ten seconds, beside
 *                                        decoding the same amount of them in this process
 *   bench_streamer --loops FILE…         the same while they are stretched to another tempo; then while the tempo
 *                                        changes each second */
#include <dirent.h>
#include <jack/jack.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "proto/transport/ask.h"
#include "schema_audio.h"
#include "schema_streamer.h"
#include "schema_supervisor.h"

enum { BUDGET_MS = 10000, STREAMS_SECONDS = 10, ROUNDS_MAX = 10000 };

struct ear {
    jack_client_t *client;
    jack_port_t *port;
    _Atomic int64_t first, last; /* µs of the steady clock: time of the first and the last frame that is not silent */
    double frame_us;
    double period_us;
};

static void die_of(const char *what, const struct fault *fault)
{
    fprintf(stderr, "bench_streamer: %s%s%s\n", what, fault ? ": " : "", fault ? fault->what : "");
    exit(1);
}

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
        die_of("no audio core", &fault);
    snprintf(name, sizeof(name), "%.*s", TEXT_ARG(server.server));
    ear->client = jack_client_open("bench", JackNoStartServer | JackServerName, NULL, name);
    if (!ear->client)
        die_of("no JACK server", NULL);
    ear->frame_us = 1e6 / (double)server.rate;
    ear->period_us = ear->frame_us * (double)server.period;
    ear->port = jack_port_register(ear->client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    jack_set_process_callback(ear->client, listen_to_period, ear);
    jack_activate(ear->client);
    snprintf(name, sizeof(name), "%.*s:preview_left", TEXT_ARG(server.client));
    if (jack_connect(ear->client, name, jack_port_name(ear->port)) != 0)
        die_of("the preview port cannot be connected", NULL);
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

static void ask_for_certain(struct asker *asker, const char *name, const void *request, void *answer)
{
    struct fault fault = { 0 };

    if (ask(asker, name, request, BUDGET_MS, NULL, answer, &fault) != ERR_OK)
        die_of(name, &fault);
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
        die_of("no engine", &fault);
    open_ear(&ear, asker);
    for (int i = 0; i < rounds; i++) {
        wait_for_silence(&ear);
        usec_t asked = clock_steady();
        ask_for_certain(asker, "streamer.voices", NULL, NULL);
        alone[i] = (double)(clock_steady() - asked) / 1000;
        clock_sleep(rand() % 7000); /* at a random time within a period */
        ear.first = 0;
        asked = clock_steady();
        ask_for_certain(asker, "streamer.preview", &preview, NULL);
        while (ear.first == 0 && clock_steady() - asked < 5000000)
            clock_sleep(500);
        if (ear.first == 0)
            die_of("a preview was not heard", NULL);
        heard[i] = (double)(ear.first - asked) / 1000;
        clock_sleep(100000 + rand() % 7000);
        asked = clock_steady();
        ask_for_certain(asker, "streamer.preview_stop", NULL, NULL);
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
        ask_for_certain(asker, "streamer.voices", NULL, &voices);
    } while (voices.each.count < least);
    return voices.each.count;
}

static void measure_cancels(const char *path, int rounds)
{
    static double ms[ROUNDS_MAX];
    struct streamer_play play = { .path = bytes_of(path, strlen(path)) };
    struct streamer_stop stop = { .fade = 0.005 };
    struct fault fault = { 0 };
    struct answer_frame answer;
    struct buffer body = { 0 };
    struct paths paths;
    struct asker *asker = paths_find(&paths, &fault) == ERR_OK ? asker_new(&paths, &fault) : NULL;
    struct asker *waiting = asker ? asker_new(&paths, &fault) : NULL;

    if (!waiting || codec_encode(&streamer_play_shape, &play, &body, &fault) != ERR_OK)
        die_of("no engine", &fault);
    for (int i = 0; i < rounds; i++) {
        if (ask_send(waiting, "streamer.play", buffer_bytes(&body), BUDGET_MS, id_new(), &fault) != ERR_OK)
            die_of("play", &fault);
        if (ask_take(waiting, 50, &answer, &fault) == ERR_OK) /* until a worker has got it */
            die_of("the file does not hang", NULL);
        count_voices(asker, 1);
        usec_t asked = clock_steady();
        ask_for_certain(asker, "streamer.stop", &stop, NULL);
        if (ask_take(waiting, 1000, &answer, &fault) != ERR_OK || count_voices(asker, 0) != 0)
            die_of("a stream that hangs was not stopped", &fault);
        ms[i] = (double)(clock_steady() - asked) / 1000;
    }
    print_times("stop of a stream whose file hangs", ms, rounds);
    buffer_free(&body);
    asker_free(waiting);
    asker_free(asker);
}

/* ---- many streams ---- */

/* Seconds of CPU of a process; sets `parent`. */
static double cpu_of(int pid, int *parent)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    const char *rest = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    fclose(file);
    if (!rest || sscanf(rest + 4, "%d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", parent, &user, &system) != 3)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* CPU seconds of the streamer and its workers. */
static void cpu_now(int streamer, double *own, double *workers)
{
    DIR *all = opendir("/proc");
    int parent;

    *own = cpu_of(streamer, &parent);
    *workers = 0;
    for (struct dirent *entry; all && (entry = readdir(all)) != NULL;) {
        int pid = atoi(entry->d_name);
        double seconds = pid > 0 ? cpu_of(pid, &parent) : 0;
        if (pid > 0 && parent == streamer)
            *workers += seconds;
    }
    closedir(all);
}

static double decode_all(char **paths, int count)
{
    static float frames[2 * 8192];
    struct timespec begin, end;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (int i = 0; i < count; i++) {
        SF_INFO info = { 0 };
        SNDFILE *file = sf_open(paths[i], SFM_READ, &info);
        sf_count_t left = (sf_count_t)info.samplerate * STREAMS_SECONDS, got = 1;
        if (!file || info.channels > 2)
            die_of(paths[i], NULL);
        for (; left > 0 && got > 0; left -= got)
            got = sf_readf_float(file, frames, 8192);
        sf_close(file);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static int pid_of_streamer(struct asker *asker)
{
    struct service_lines lines = { 0 };

    ask_for_certain(asker, "supervisor.services", NULL, &lines);
    for (uint32_t i = 0; i < lines.each.count; i++)
        if (text_is(lines.each.at[i].service, "streamer"))
            return (int)lines.each.at[i].pid;
    return 0;
}

static uint64_t count_underruns(struct asker *asker)
{
    struct meters meters = { 0 };

    ask_for_certain(asker, "audio.meters", NULL, &meters);
    return meters.underruns;
}

/* `changes`: the tempo changes each second. */
static void pass_time(struct asker *asker, bool changes)
{
    for (int i = 0; i < STREAMS_SECONDS; i++) {
        struct audio_set_tempo tempo = { .bpm = 110 + 4 * i };
        if (changes)
            ask_for_certain(asker, "audio.set_tempo", &tempo, NULL);
        clock_sleep(1000000);
    }
}

static void measure_loops(char **paths, int count)
{
    struct fault fault = { 0 };
    struct paths home;
    double own[3], workers[3];
    struct asker *asker = paths_find(&home, &fault) == ERR_OK ? asker_new(&home, &fault) : NULL;

    if (!asker)
        die_of("no engine", &fault);
    int streamer = pid_of_streamer(asker);
    struct audio_set_tempo tempo = { .bpm = 132 };
    ask_for_certain(asker, "audio.set_tempo", &tempo, NULL);
    uint64_t before = count_underruns(asker);
    for (int i = 0; i < count; i++) {
        struct streamer_play play = {
            .path = bytes_of(paths[i], strlen(paths[i])), .loop = true, .has_stretch = true, .stretch = true
        };
        ask_for_certain(asker, "streamer.play", &play, NULL);
    }
    clock_sleep(6000000);
    for (int i = 0; i < 3; i++) {
        cpu_now(streamer, &own[i], &workers[i]);
        if (i < 2)
            pass_time(asker, i == 1);
    }
    uint64_t dry = count_underruns(asker) - before;
    struct streamer_stop stop = { .fade = 0.005 };
    ask_for_certain(asker, "streamer.stop", &stop, NULL);
    printf(
        "%d stretched loops: streamer %.1f %% of a core; while the tempo changes each second %.1f %%; %llu underruns\n",
        count, (own[1] - own[0]) / STREAMS_SECONDS * 100, (own[2] - own[1]) / STREAMS_SECONDS * 100,
        (unsigned long long)dry);
    asker_free(asker);
}

static void measure_streams(char **paths, int count)
{
    struct fault fault = { 0 };
    struct paths home;
    double own[2], workers[2];
    struct asker *asker = paths_find(&home, &fault) == ERR_OK ? asker_new(&home, &fault) : NULL;

    if (!asker)
        die_of("no engine", &fault);
    int streamer = pid_of_streamer(asker);
    uint64_t before = count_underruns(asker);
    for (int i = 0; i < count; i++) {
        struct streamer_play play = { .path = bytes_of(paths[i], strlen(paths[i])), .loop = true };
        ask_for_certain(asker, "streamer.play", &play, NULL);
    }
    clock_sleep(6000000); /* until the rings are full */
    cpu_now(streamer, &own[0], &workers[0]);
    usec_t begun = clock_steady();
    clock_sleep(STREAMS_SECONDS * 1000000);
    cpu_now(streamer, &own[1], &workers[1]);
    double seconds = (double)(clock_steady() - begun) / 1e6;
    uint64_t dry = count_underruns(asker) - before;
    struct streamer_stop stop = { .fade = 0.005 };
    ask_for_certain(asker, "streamer.stop", &stop, NULL);
    double used = (own[1] - own[0] + workers[1] - workers[0]) / seconds,
           bare = decode_all(paths, count) / STREAMS_SECONDS;
    printf("%d streams: streamer %.1f %% of a core, its workers %.1f %%, together %.1f %%; bare decode %.1f %%: "
           "%.2f times as much; %llu underruns\n",
           count, (own[1] - own[0]) / seconds * 100, (workers[1] - workers[0]) / seconds * 100, used * 100, bare * 100,
           used / bare, (unsigned long long)dry);
    asker_free(asker);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--streams") == 0) {
        measure_streams(argv + 2, argc - 2);
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "--loops") == 0) {
        measure_loops(argv + 2, argc - 2);
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--cancel") == 0 && atoi(argv[3]) > 0 && atoi(argv[3]) <= ROUNDS_MAX) {
        measure_cancels(argv[2], atoi(argv[3]));
        return 0;
    }
    int rounds = argc == 3 ? atoi(argv[2]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        die_of("usage: bench_streamer FILE ROUNDS | --cancel FILE ROUNDS | --streams FILE… | --loops FILE…", NULL);
    measure_previews(argv[1], rounds);
    return 0;
}
