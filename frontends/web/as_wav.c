#include "frontends/web/as_wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/little.h"
#include "common/process/closing.h"
#include "frontends/web/making.h"
#include "proto/transport/foreign.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

enum {
    FRAMES = 4096, /* of one pull */
    CHANNELS_MAX = 64,
    RATE_MIN = 1000,
    RATE_MAX = 768000,
    HEAD = 58,  /* bytes of a WAV before its samples */
    STARTS = 5, /* of workers, until one answers */
};

struct wav_making {
    struct made_file making;
    int from; /* the item's file */
    char extension[TEXT_EXTENSION_SIZE];
    char program[PATH_MAX + 32];
    const char *programs, *folder; /* of the gateway's paths */
    struct sandboxed worker;
    struct arena arena; /* of the worker's last answer */
    uint64_t number, rate, channels;
};

/* ---- in a thread: the worker ---- */

static enum err ask_to_decode(struct wav_making *conversion, struct pull *pull, int fd, struct pulled *pulled,
                              struct fault *fault)
{
    enum err e;

    pull->number = ++conversion->number;
    arena_reset(&conversion->arena);
    *pulled = (struct pulled){ 0 };
    e = pipe_send(&conversion->worker.pipe, &pull_shape, pull, fd, fault);
    if (e == ERR_OK)
        e = sandboxed_wait(&conversion->worker, &pulled_shape, &conversion->arena, pulled, (usec_t)WEB_DECODE_MS * 1000,
                           &conversion->making.errand, fault);
    if (e == ERR_OFFLINE)
        fault->code = e = ERR_BAD_REQUEST; /* of the file, for the browser */
    if (e == ERR_OK && pulled->failure.len > 0)
        e = fault_set(fault, ERR_BAD_REQUEST, "it cannot be decoded: %.*s", TEXT_ARG(pulled->failure));
    if (e == ERR_OK && pulled->number != pull->number)
        e = fault_set(fault, ERR_BAD_REQUEST, "its decoder sent an invalid answer");
    return e;
}

/* A worker that does not answer its first message has not seen the file: another one is started. */
static enum err start_worker(struct wav_making *conversion, struct fault *fault)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_CLOSE } };
    struct pulled pulled;
    char why[SANDBOXED_WHY_SIZE];
    enum err e = ERR_IO;

    for (int i = 0; i < STARTS && e != ERR_OK && errand_goes_on(&conversion->making.errand); i++) {
        e = sandboxed_start(&conversion->worker, conversion->program, "stream", fault);
        if (e == ERR_OK)
            e = ask_to_decode(conversion, &pull, -1, &pulled, fault);
        if (e != ERR_OK && conversion->worker.pid)
            sandboxed_end(&conversion->worker, why);
    }
    return e == ERR_OK ? ERR_OK : fault_set(fault, ERR_IO, "no decoder can be started: try again");
}

/* What our own decoders do not know, ffmpeg decodes first. */
static enum err open_foreign(struct wav_making *conversion, struct pulled *pulled, struct fault *fault)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_OPEN }, .extension = TEXT("wav") };
    const struct foreign_plan plan = { conversion->programs, conversion->folder, conversion->from };
    int sound;
    enum err e = foreign_decode(&plan, &conversion->making.errand, &sound, fault);

    if (e != ERR_OK)
        return e;
    e = ask_to_decode(conversion, &pull, sound, pulled, fault);
    close(sound);
    return e;
}

static enum err open_sound(struct wav_making *conversion, struct fault *fault)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_OPEN }, .extension = text_of(conversion->extension) };
    struct pulled pulled;
    enum err e = ask_to_decode(conversion, &pull, conversion->from, &pulled, fault);

    if (e == ERR_BAD_REQUEST && pulled.foreign)
        e = open_foreign(conversion, &pulled, fault);
    if (e != ERR_OK)
        return e;
    conversion->rate = pulled.rate;
    conversion->channels = pulled.channels;
    if (pulled.rate < RATE_MIN || pulled.rate > RATE_MAX || pulled.channels < 1 || pulled.channels > CHANNELS_MAX)
        return fault_set(fault, ERR_BAD_REQUEST, "its decoder sent an invalid answer");
    return ERR_OK;
}

/* ---- in a thread: the file ---- */

static uint8_t *put_word(uint8_t *to, const char word[4])
{
    memcpy(to, word, 4);
    return to + 4;
}

/* WAV of IEEE floats: its format has an extension of no bytes, and a fact chunk has the number of frames. */
static void write_head(const struct wav_making *conversion, uint64_t bytes, uint8_t to[HEAD])
{
    uint64_t frame = conversion->channels * sizeof(float);

    to = little_put(put_word(to, "RIFF"), HEAD - 8 + bytes, 4);
    to = little_put(put_word(put_word(to, "WAVE"), "fmt "), 18, 4);
    to = little_put(little_put(little_put(to, 3, 2), conversion->channels, 2), conversion->rate, 4);
    to = little_put(little_put(little_put(to, conversion->rate * frame, 4), frame, 2), 8 * sizeof(float), 2);
    to = little_put(little_put(put_word(little_put(to, 0, 2), "fact"), 4, 4), bytes / frame, 4);
    (void)little_put(put_word(to, "data"), bytes, 4);
}

/* Appends whole frames; samples that are not finite become zero. */
static enum err write_frames(struct wav_making *conversion, struct bytes pcm, struct fault *fault)
{
    size_t frame = conversion->channels * sizeof(float), count = pcm.len / frame * conversion->channels;
    float *samples = alloc_array(count + 1, sizeof(*samples));

    memcpy(samples, pcm.at ? pcm.at : (const uint8_t *)"", count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        if (!isfinite(samples[i]))
            samples[i] = 0.0f;
    enum err e = making_write(&conversion->making, samples, count * sizeof(float), fault);
    free(samples);
    return e;
}

static enum err write_sound(struct wav_making *conversion, struct fault *fault)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_READ }, .count = FRAMES };
    uint8_t head[HEAD] = { 0 };
    struct pulled pulled = { 0 };
    enum err e = making_write(&conversion->making, head, HEAD, fault);

    while (e == ERR_OK && !pulled.end) {
        e = ask_to_decode(conversion, &pull, -1, &pulled, fault);
        if (e == ERR_OK)
            e = write_frames(conversion, pulled.pcm, fault);
        pull.frame += FRAMES;
        if (pulled.pcm.len < FRAMES * conversion->channels * sizeof(float))
            break;
    }
    if (e != ERR_OK)
        return e;
    write_head(conversion, conversion->making.size - HEAD, head);
    return pwrite(conversion->making.to, head, HEAD, 0) == HEAD ? ERR_OK
                                                                : fault_set(fault, ERR_IO, "the file cannot be kept");
}

static enum err convert_sound(struct made_file *making, struct fault *fault)
{
    struct wav_making *conversion = (struct wav_making *)making;
    char why[SANDBOXED_WHY_SIZE];
    enum err e = start_worker(conversion, fault);

    if (e != ERR_OK)
        return e;
    e = open_sound(conversion, fault);
    if (e == ERR_OK)
        e = write_sound(conversion, fault);
    sandboxed_end(&conversion->worker, why);
    return e;
}

/* ---- the gateway's thread ---- */

static void drop_conversion(struct made_file *making)
{
    struct wav_making *conversion = (struct wav_making *)making;

    closing_start(conversion->from);
    arena_free(&conversion->arena);
    free(conversion);
}

bool as_wav_begin(struct visit *visit, int fd, const char extension[TEXT_EXTENSION_SIZE])
{
    struct wav_making *conversion = alloc_zeroed(1, sizeof(*conversion));

    conversion->making.make = convert_sound;
    conversion->making.drop = drop_conversion;
    conversion->making.type = "audio/wav";
    conversion->from = fd;
    (void)snprintf(conversion->extension, sizeof(conversion->extension), "%s", extension);
    conversion->programs = visit->web->paths->programs;
    conversion->folder = visit->web->paths->cache;
    (void)snprintf(conversion->program, sizeof(conversion->program), "%s/loophole-worker", visit->web->paths->programs);
    return making_begin(visit, &conversion->making);
}
