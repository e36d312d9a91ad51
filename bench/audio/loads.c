#include "bench/audio/loads.h"

#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "schema_audio.h"
#include "schema_streamer.h"
#include "schema_supervisor.h"
#include "services/streamer/play/stretch.h"

enum { BUDGET_MS = 10000, SECONDS = 10, SETTLE_US = 6000000, LOOPS_MAX = 32, SERVER_RATE = 48000, PORTION = 4096 };

static const double FILE_TEMPO = 120, TEMPO = 132;

void loads_die(const char *what, const struct fault *fault)
{
    fprintf(stderr, "bench_streamer: %s%s%s\n", what, fault ? ": " : "", fault ? fault->what : "");
    exit(1);
}

void loads_ask(struct asker *asker, const char *name, const void *request, void *answer)
{
    struct fault fault = { 0 };

    if (ask(asker, name, request, BUDGET_MS, NULL, answer, &fault) != ERR_OK)
        loads_die(name, &fault);
}

/* ---- processor time ---- */

/* Seconds of CPU. `workers` are the streamer's children, also those that have ended. */
struct cpu {
    double streamer, workers, core;
};

struct watched {
    int streamer, core;
};

/* Reads a process: its parent, its own seconds, and those of children that have ended. */
static bool read_process(int pid, int *parent, double *own, double *ended)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0, child_user = 0, child_system = 0;
    const double tick = (double)sysconf(_SC_CLK_TCK);

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const char *rest = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    fclose(file);
    if (!rest || sscanf(rest + 4, "%d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", parent, &user, &system,
                        &child_user, &child_system) != 5)
        return false;
    *own = (double)(user + system) / tick;
    *ended = (double)(child_user + child_system) / tick;
    return true;
}

static struct cpu read_cpu(const struct watched *watched)
{
    struct cpu now = { 0 };
    DIR *all = opendir("/proc");
    int parent;
    double own, ended;

    if (read_process(watched->core, &parent, &own, &ended))
        now.core = own;
    if (read_process(watched->streamer, &parent, &now.streamer, &ended))
        now.workers = ended;
    for (struct dirent *entry; all && (entry = readdir(all)) != NULL;) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && read_process(pid, &parent, &own, &ended) && parent == watched->streamer)
            now.workers += own + ended;
    }
    closedir(all);
    return now;
}

static double sum_cpu(const struct cpu *cpu)
{
    return cpu->streamer + cpu->workers + cpu->core;
}

static double process_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the engine ---- */

static struct asker *open_asker(void)
{
    struct fault fault = { 0 };
    struct paths home;
    struct asker *asker = paths_find(&home, &fault) == ERR_OK ? asker_new(&home, &fault) : NULL;

    if (!asker)
        loads_die("no engine", &fault);
    return asker;
}

static int find_pid(struct asker *asker, const char *service)
{
    struct service_lines lines = { 0 };

    loads_ask(asker, "supervisor.services", NULL, &lines);
    for (uint32_t i = 0; i < lines.each.count; i++)
        if (text_is(lines.each.at[i].service, service))
            return (int)lines.each.at[i].pid;
    return 0;
}

static struct watched find_watched(struct asker *asker)
{
    return (struct watched){ find_pid(asker, "streamer"), find_pid(asker, "audio") };
}

static uint64_t count_underruns(struct asker *asker)
{
    struct meters meters = { 0 };

    loads_ask(asker, "audio.meters", NULL, &meters);
    return meters.underruns;
}

static void play_all(struct asker *asker, char **paths, int count, bool is_stretched)
{
    for (int i = 0; i < count; i++) {
        struct streamer_play play = { .path = bytes_of(paths[i], strlen(paths[i])),
                                      .loop = true,
                                      .has_stretch = is_stretched,
                                      .stretch = is_stretched };
        loads_ask(asker, "streamer.play", &play, NULL);
    }
    clock_sleep(SETTLE_US); /* until the rings are full */
}

static void stop_all(struct asker *asker)
{
    struct streamer_stop stop = { .fade = 0.005 };

    loads_ask(asker, "streamer.stop", &stop, NULL);
}

/* Seconds of their files that all voices have gone on since the last call. A loop is longer than the time between. */
static double advance_all(struct asker *asker, int64_t last[LOOPS_MAX])
{
    struct stream_voices voices = { 0 };
    double sum = 0;

    loads_ask(asker, "streamer.voices", NULL, &voices);
    for (uint32_t i = 0; i < voices.each.count; i++) {
        const struct stream_voice *voice = &voices.each.at[i];
        int64_t frames = (int64_t)voice->frames, gone = (int64_t)voice->position - last[voice->voice % LOOPS_MAX];
        if (frames > 0)
            sum += (double)((gone + frames) % frames) / (double)voice->rate;
        last[voice->voice % LOOPS_MAX] = (int64_t)voice->position;
    }
    return sum;
}

enum way { AS_THEY_ARE, STRETCHED, CHANGING /* a new tempo each second */ };

/* What ten seconds took. */
struct load {
    struct cpu cpu; /* parts of one processor */
    double made;    /* the part of the sound that was made: less than 1 if the machine had too little time */
};

static struct load pass_time(struct asker *asker, const struct watched *watched, int count, enum way way)
{
    int64_t last[LOOPS_MAX] = { 0 };
    double gone = 0, wanted = 0, bpm = way == AS_THEY_ARE ? FILE_TEMPO : TEMPO;

    (void)advance_all(asker, last);
    struct cpu before = read_cpu(watched);
    usec_t begun = clock_steady(), at = begun;
    for (int i = 0; i < SECONDS; i++) {
        struct audio_set_tempo tempo = { .bpm = bpm = way == CHANGING ? 110 + 4 * i : bpm };
        if (way == CHANGING)
            loads_ask(asker, "audio.set_tempo", &tempo, NULL);
        clock_sleep(1000000);
        gone += advance_all(asker, last);
        wanted += (double)(clock_steady() - at) / 1e6 * count * bpm / FILE_TEMPO;
        at = clock_steady();
    }
    struct cpu after = read_cpu(watched);
    double seconds = (double)(clock_steady() - begun) / 1e6;
    return (struct load){ { (after.streamer - before.streamer) / seconds, (after.workers - before.workers) / seconds,
                            (after.core - before.core) / seconds },
                          gone / wanted };
}

/* ---- streams ---- */

static double decode_all(char **paths, int count)
{
    static float frames[2 * 8192];
    double begun = process_seconds();

    for (int i = 0; i < count; i++) {
        SF_INFO info = { 0 };
        SNDFILE *file = sf_open(paths[i], SFM_READ, &info);
        sf_count_t left = (sf_count_t)info.samplerate * SECONDS, got = 1;
        if (!file || info.channels > 2)
            loads_die(paths[i], NULL);
        for (; left > 0 && got > 0; left -= got)
            got = sf_readf_float(file, frames, 8192);
        sf_close(file);
    }
    return process_seconds() - begun;
}

void loads_streams(char **paths, int count)
{
    struct asker *asker = open_asker();
    struct watched watched = find_watched(asker);
    uint64_t before = count_underruns(asker);

    play_all(asker, paths, count, false);
    struct cpu used = pass_time(asker, &watched, count, AS_THEY_ARE).cpu;
    uint64_t dry = count_underruns(asker) - before;
    stop_all(asker);
    double both = used.streamer + used.workers, bare = decode_all(paths, count) / SECONDS;
    printf("%d streams: streamer %.1f %% of a core, its workers %.1f %%, together %.1f %%; bare decode %.1f %%: "
           "%.2f times as much; %llu underruns\n",
           count, used.streamer * 100, used.workers * 100, both * 100, bare * 100, both / bare,
           (unsigned long long)dry);
    asker_free(asker);
}

/* ---- loops ---- */

/* Feeds and empties one stretcher; `left` input frames are still to be fed. Returns true if it has made all output. */
static bool move_frames(struct stretch *stretch, uint32_t *left)
{
    static float noise[2 * PORTION], made[2 * PORTION];
    uint32_t frames = *left < PORTION ? *left : PORTION;

    for (size_t i = 0; noise[0] == 0 && i < 2 * PORTION; i++)
        noise[i] = 0.02f * ((float)rand() / (float)RAND_MAX - 0.5f);
    if (frames > 0 && stretch_room(stretch) >= frames) {
        *left -= frames;
        stretch_feed(stretch, noise, frames, *left == 0);
    }
    while (stretch_take(stretch, made, PORTION) > 0)
        ;
    return stretch_is_done(stretch);
}

/* Parts of one processor that `count` bare stretchers take, each for ten seconds of sound. */
static double stretch_bare(int count, enum stretch_grade grade)
{
    struct stretch *all[LOOPS_MAX];
    uint32_t left[LOOPS_MAX];
    struct fault fault = { 0 };
    double begun = process_seconds();
    int done = 0;

    for (int i = 0; i < count; i++) {
        left[i] = (uint32_t)(SERVER_RATE * SECONDS * TEMPO / FILE_TEMPO);
        if (stretch_new(SERVER_RATE, TEMPO / FILE_TEMPO, 0, grade, &all[i], &fault) != ERR_OK)
            loads_die("no stretcher", &fault);
    }
    while (done < count) {
        done = 0;
        for (int i = 0; i < count; i++)
            done += move_frames(all[i], &left[i]);
        clock_sleep(5000);
    }
    for (int i = 0; i < count; i++)
        stretch_free(all[i]);
    while (stretch_count() > 0)
        clock_sleep(1000);
    return (process_seconds() - begun) / SECONDS;
}

/* Returns the CPU for all of the sound, and prints it. */
static double print_load(const char *what, int count, const struct load *load, uint64_t dry)
{
    const struct cpu *cpu = &load->cpu;
    const double all = sum_cpu(cpu) / fmax(load->made, 0.01);

    printf("%d loops, %-36s streamer %5.1f %% of a core, workers %4.1f %%, audio core %4.1f %%, together %5.1f %% for "
           "%.0f %% of the sound: %5.1f %% for all; %llu underruns\n",
           count, what, cpu->streamer * 100, cpu->workers * 100, cpu->core * 100, sum_cpu(cpu) * 100, load->made * 100,
           all * 100, (unsigned long long)dry);
    fflush(stdout);
    return all;
}

void loads_loops(char **paths, int count)
{
    static const char *const names[] = { "as they are:", "stretched:", "stretched, a new tempo each second:" };
    struct asker *asker = open_asker();
    struct watched watched = find_watched(asker);
    struct audio_set_tempo tempo = { .bpm = TEMPO };
    double all[3];

    if (count > LOOPS_MAX)
        loads_die("too many loops", NULL);
    loads_ask(asker, "audio.set_tempo", &tempo, NULL);
    for (int i = 0; i < 3; i++) {
        if (i < 2)
            play_all(asker, paths, count, i == 1);
        uint64_t before = count_underruns(asker);
        struct load load = pass_time(asker, &watched, count, (enum way)i);
        all[i] = print_load(names[i], count, &load, count_underruns(asker) - before);
        if (i != 1)
            stop_all(asker);
    }
    double quick = stretch_bare(count, STRETCH_QUICK), fine = stretch_bare(count, STRETCH_FINE);
    double floor = all[0] + quick;
    printf("%d bare stretchers, short windows %.1f %%, full windows %.1f %%\n", count, quick * 100, fine * 100);
    printf("stretched loops take %.2f times the floor, loops as they are and bare stretchers with short windows: "
           "%.1f %%; while the tempo changes %.2f times\n",
           all[1] / floor, floor * 100, all[2] / floor);
    asker_free(asker);
}
