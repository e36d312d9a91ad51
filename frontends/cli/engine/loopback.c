#include "frontends/cli/engine/loopback.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/file_write.h"
#include "common/little.h"
#include "frontends/cli/base/shared.h"
#include "schema_audio.h"
#include "schema_streamer.h"

enum { BURST = 2048, TURNS = 2, HEADER = 44, TAKE_HEADER = 4096, LOOK_US = 50000, PATIENCE_US = 20000000 };
enum { TAKE_SECONDS = 60 };               /* longer than all turns; it ends the take if the command is killed */
static const double LIKENESS_LEAST = 0.5; /* least correlation of the burst with the recording */
static const double CORRECTION_OFF_S = 0.0005;

struct loopback {
    struct cli *cli;
    char sound[64];
    char take[PATH_MAX]; /* its file */
    struct id id;
    int64_t first;          /* frame of the audio clock at which the first frame of the take was captured */
    int64_t latency_frames; /* the correction of takes */
    int64_t mixer_frames;   /* its part for the limiter and the inserts, which the setting does not contain */
    uint32_t rate;
    float burst[BURST];
};

/* ---- the sound ---- */

/* Makes white noise, the same each time. It correlates with itself only at its own place. */
static void make_burst(struct loopback *loop)
{
    uint32_t chance = 1;

    for (int i = 0; i < BURST; i++) {
        chance = chance * 1664525 + 1013904223;
        loop->burst[i] = (float)(int16_t)(chance >> 16) / 4;
    }
}

static enum err write_sound(struct loopback *loop, struct fault *fault)
{
    uint8_t file[HEADER + 2 * BURST], *to = file + HEADER;
    uint64_t frame = 2, bits = 16;

    memcpy(file, "RIFF....WAVEfmt ", 16);
    little_put(little_put(file + 4, sizeof(file) - 8, 4) + 8, 16, 4);
    uint8_t *at = little_put(little_put(file + 20, 1, 2), 1, 2);
    at = little_put(little_put(at, loop->rate, 4), loop->rate * frame, 4);
    at = little_put(little_put(at, frame, 2), bits, 2);
    memcpy(at, "data", 4);
    little_put(at + 4, 2 * BURST, 4);
    for (int i = 0; i < BURST; i++)
        to = little_put(to, (uint16_t)(int16_t)loop->burst[i], 2);
    snprintf(loop->sound, sizeof(loop->sound), "/tmp/loophole-loopback-XXXXXX.wav");
    int fd = mkstemps(loop->sound, 4);
    if (fd < 0)
        return fault_set(fault, ERR_IO, "cannot write a file in /tmp");
    enum err e = file_write_fd(fd, file, sizeof(file));
    close(fd);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot write %s", loop->sound);
}

/* ---- the take ---- */

static enum err begin_take(struct loopback *loop, struct fault *fault)
{
    struct streamer_record request = { .name = TEXT("Loopback"),
                                       .has_seconds = true,
                                       .seconds = TAKE_SECONDS,
                                       .has_format = true,
                                       .format = { .value = TAKE_FORMAT_WAV, .word = TEXT("wav") },
                                       .has_gaps = true,
                                       .gaps = { .value = GAPS_FILL, .word = TEXT("fill") } };
    struct recording take = { 0 };
    struct server_state server = { 0 };
    enum err e = cli_inputs(loop->cli, &request.inputs, fault);

    if (e == ERR_OK)
        e = cli_ask(loop->cli, "audio.server", NULL, &server, fault);
    loop->mixer_frames = server.moment.has_delay ? server.moment.delay : 0;
    if (e == ERR_OK)
        e = cli_ask(loop->cli, "streamer.record", &request, &take, fault);
    if (e != ERR_OK)
        return e;
    loop->id = take.id;
    loop->rate = (uint32_t)take.rate;
    loop->latency_frames = take.latency;
    loop->first = take.first + take.latency;
    if (!bytes_copy(loop->take, sizeof(loop->take), take.path))
        return fault_set(fault, ERR_FULL, "the path of the take is too long");
    return ERR_OK;
}

/* Removes the file and the item of the take, because it is no recording of music. If another client has ended the take,
 * leaves it: the take in progress now belongs to that client. */
static void remove_take(struct loopback *loop)
{
    struct streamer_delete_take request = { .id = loop->id };
    struct recording take = { 0 };
    struct fault fault = { 0 };

    if (cli_ask(loop->cli, "streamer.take", &(const struct streamer_take){ .id = loop->id }, &take, &fault) != ERR_OK ||
        take.state.value != TAKE_STATE_RUNNING)
        return;
    take = (struct recording){ 0 };
    if (cli_ask(loop->cli, "streamer.record_cancel", NULL, &take, &fault) == ERR_OK && take.path.len > 0)
        (void)cli_ask(loop->cli, "streamer.delete_take", &request, NULL, &fault);
}

static enum err await_frames(struct loopback *loop, int64_t frames, struct fault *fault)
{
    struct streamer_take request = { .id = loop->id };
    usec_t until = clock_steady() + PATIENCE_US;

    while (clock_steady() < until) {
        struct recording take = { 0 };
        enum err e = cli_ask(loop->cli, "streamer.take", &request, &take, fault);
        if (e != ERR_OK || take.frames >= frames)
            return e;
        if (take.state.value != TAKE_STATE_RUNNING)
            return fault_set(fault, ERR_CONFLICT, "another client has ended the take \"Loopback\"");
        clock_sleep(LOOK_US);
    }
    return fault_set(fault, ERR_TIMEOUT, "the audio core does not record the take");
}

/* Returns `frames` samples of the left channel, from frame `at` on; the caller frees them. NULL: the file is
 * unreadable. */
static float *read_take(const struct loopback *loop, int64_t at, uint32_t frames)
{
    size_t size = (size_t)frames * 2 * sizeof(float);
    float *both = alloc_zeroed(frames, 2 * sizeof(float));
    int fd = open(loop->take, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    ssize_t got = fd >= 0 ? pread(fd, both, size, TAKE_HEADER + at * 2 * (off_t)sizeof(float)) : -1;

    if (fd >= 0)
        close(fd);
    if (got != (ssize_t)size) {
        free(both);
        return NULL;
    }
    for (uint32_t i = 0; i < frames; i++)
        both[i] = both[2 * i];
    return both;
}

/* ---- the measurement ---- */

static double measure_likeness(const struct loopback *loop, const float *recorded)
{
    double both = 0, played = 0, back = 0;

    for (int i = 0; i < BURST; i++) {
        both += (double)(loop->burst[i] * recorded[i]);
        played += (double)(loop->burst[i] * loop->burst[i]);
        back += (double)(recorded[i] * recorded[i]);
    }
    return back > 0 ? fabs(both) / sqrt(played * back) : 0;
}

/* Returns the place with the highest correlation above LIKENESS_LEAST; -1: there is none. */
static int64_t find_burst(const struct loopback *loop, const float *recorded, uint32_t places)
{
    int64_t best = -1;
    double highest = LIKENESS_LEAST;

    for (uint32_t at = 0; at < places; at++) {
        double here = measure_likeness(loop, recorded + at);
        if (here > highest) {
            highest = here;
            best = at;
        }
    }
    return best;
}

static enum err measure_once(struct loopback *loop, int64_t *delay, struct fault *fault)
{
    struct streamer_play request = { .path = bytes_of(loop->sound, strlen(loop->sound)), .has_at = true };
    struct transport_state now = { 0 };
    struct stream_voice voice = { 0 };
    enum err e = cli_ask(loop->cli, "audio.transport", NULL, &now, fault);

    request.at = now.frame + loop->rate;
    if (e == ERR_OK)
        e = cli_ask(loop->cli, "streamer.play", &request, &voice, fault);
    if (e == ERR_OK)
        e = await_frames(loop, request.at - loop->first + loop->rate + BURST, fault);
    if (e != ERR_OK)
        return e;
    float *recorded = read_take(loop, request.at - loop->first, loop->rate + BURST);
    if (!recorded)
        return fault_set(fault, ERR_IO, "cannot read %.200s", loop->take);
    *delay = find_burst(loop, recorded, loop->rate);
    free(recorded);
    return ERR_OK;
}

/* Measures TURNS times. If the results differ, the machine was too busy to play the noise in time. */
static enum err measure_delay(struct loopback *loop, int64_t *delay, struct fault *fault)
{
    int64_t each[TURNS] = { 0 };
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < TURNS; i++) {
        e = measure_once(loop, &each[i], fault);
        if (e == ERR_OK && each[i] < 0)
            return fault_set(fault, ERR_NOT_FOUND, "the inputs did not receive the played noise within a second");
    }
    if (e == ERR_OK && each[0] != each[1])
        return fault_set(fault, ERR_BUSY, "two measurements differ: %lld and %lld frames", (long long)each[0],
                         (long long)each[1]);
    *delay = each[0];
    return e;
}

static void report_delay(struct doctor *doctor, const struct loopback *loop, int64_t delay)
{
    double rate = loop->rate;
    long long hardware = delay > loop->mixer_frames ? delay - loop->mixer_frames : 0;
    bool is_near = fabs((double)(delay - loop->latency_frames)) <= CORRECTION_OFF_S * rate;
    char hint[160];

    snprintf(hint, sizeof(hint),
             "write latency_frames = %lld below [recording] in loophole.conf; loophole restart streamer", hardware);
    doctor_finding(doctor, is_near ? FINE : WATCH, "round trip", hint,
                   "%lld frames (%.1f ms) from output to input; takes are corrected by %lld (%.1f ms)",
                   (long long)delay, 1e3 * (double)delay / rate, (long long)loop->latency_frames,
                   1e3 * (double)loop->latency_frames / rate);
}

void loopback_doctor(struct doctor *doctor)
{
    static const char *const to_do = "connect an output to an input with a cable; --inputs CLIENT:PORT names the input";
    struct loopback loop = { .cli = doctor->cli };
    struct fault fault = { 0 };
    int64_t delay = 0;

    make_burst(&loop);
    enum err e = begin_take(&loop, &fault);
    if (e == ERR_OK) {
        e = write_sound(&loop, &fault);
        if (e == ERR_OK)
            e = measure_delay(&loop, &delay, &fault);
        unlink(loop.sound);
        remove_take(&loop);
    }
    if (e == ERR_OK)
        report_delay(doctor, &loop, delay);
    else
        doctor_finding(doctor, BAD, "round trip", e == ERR_NOT_FOUND ? to_do : "try again", "%s", fault.what);
}
