/* ear: the cost of analysis, beside the least that any analysis must do, and beside aubio's objects.
 *
 *   ear make FOLDER SHOTS     makes the sounds (sounds.h)
 *   ear cost FOLDER ROUNDS    analyses each sound in three ways in turn, ROUNDS times, and prints the processor time of
 *                             the best round: the floor (decode, one windowed FFT pass), aubio's MFCC, onset, tempo and
 *                             pitch objects one after another (decode, each its own pass), and the complete analysis
 *   ear decode FOLDER THREADS decodes all sounds on THREADS threads; prints the elapsed seconds */
#include <aubio/aubio.h>
#include <fcntl.h>
#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/ear/sounds.h"
#include "services/worker/analysis/sound_analysis.h"
#include "services/worker/decode/decode.h"

enum {
    WINDOW = 1024,
    HOP = 512,
    PITCH_WINDOW = 2048,
    MFCC_FILTERS = 40,
    MFCC_COEFFICIENTS = 13,
    CHUNK = 4096,
    THREADS_MOST = 64
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void end_with(const char *what, const char *path)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

/* ---- decoding, mixed to one channel ---- */

struct mono {
    double rate;
    size_t frames;
    float *at;
};

static struct mono decode_mono(const char *path)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    float *all = file ? malloc((size_t)info.frames * (size_t)info.channels * sizeof(*all)) : NULL;
    struct mono mono = { info.samplerate, (size_t)info.frames, all };

    if (!all || sf_readf_float(file, all, info.frames) != info.frames)
        end_with("cannot be decoded", path);
    for (size_t i = 0; i < mono.frames; i++) {
        float sum = 0;
        for (int channel = 0; channel < info.channels; channel++)
            sum += all[i * (size_t)info.channels + (size_t)channel];
        all[i] = sum / (float)info.channels;
    }
    sf_close(file);
    return mono;
}

/* ---- three ways to analyse ---- */

static void analyse_floor(const char *path)
{
    static float *in, window[WINDOW];
    static fftwf_complex *out;
    static fftwf_plan plan;
    struct mono mono = decode_mono(path);

    if (!plan) {
        in = fftwf_alloc_real(WINDOW), out = fftwf_alloc_complex(WINDOW / 2 + 1);
        plan = fftwf_plan_dft_r2c_1d(WINDOW, in, out, FFTW_MEASURE);
        for (int i = 0; i < WINDOW; i++)
            window[i] = 0.5f - 0.5f * cosf(6.2831853f * (float)i / WINDOW);
    }
    for (size_t at = 0; at + WINDOW <= mono.frames; at += HOP) {
        for (int i = 0; i < WINDOW; i++)
            in[i] = window[i] * mono.at[at + (size_t)i];
        fftwf_execute(plan);
    }
    free(mono.at);
}

static void analyse_mfcc(const struct mono *mono)
{
    aubio_pvoc_t *vocoder = new_aubio_pvoc(WINDOW, HOP);
    aubio_mfcc_t *mfcc = new_aubio_mfcc(WINDOW, MFCC_FILTERS, MFCC_COEFFICIENTS, (uint_t)mono->rate);
    fvec_t in = { HOP, NULL }, *out = new_fvec(MFCC_COEFFICIENTS);
    cvec_t *spectrum = new_cvec(WINDOW);

    for (size_t at = 0; at + HOP <= mono->frames; at += HOP) {
        in.data = mono->at + at;
        aubio_pvoc_do(vocoder, &in, spectrum);
        aubio_mfcc_do(mfcc, spectrum, out);
    }
    del_cvec(spectrum), del_fvec(out), del_aubio_mfcc(mfcc), del_aubio_pvoc(vocoder);
}

static void analyse_onsets(const struct mono *mono)
{
    aubio_onset_t *onset = new_aubio_onset("default", WINDOW, HOP, (uint_t)mono->rate);
    fvec_t in = { HOP, NULL }, *out = new_fvec(1);

    for (size_t at = 0; at + HOP <= mono->frames; at += HOP)
        in.data = mono->at + at, aubio_onset_do(onset, &in, out);
    del_fvec(out), del_aubio_onset(onset);
}

static void analyse_tempo(const struct mono *mono)
{
    aubio_tempo_t *tempo = new_aubio_tempo("default", WINDOW, HOP, (uint_t)mono->rate);
    fvec_t in = { HOP, NULL }, *out = new_fvec(1);

    for (size_t at = 0; at + HOP <= mono->frames; at += HOP)
        in.data = mono->at + at, aubio_tempo_do(tempo, &in, out);
    del_fvec(out), del_aubio_tempo(tempo);
}

static void analyse_pitch(const struct mono *mono)
{
    aubio_pitch_t *pitch = new_aubio_pitch("yinfft", PITCH_WINDOW, HOP, (uint_t)mono->rate);
    fvec_t in = { HOP, NULL }, *out = new_fvec(1);

    for (size_t at = 0; at + HOP <= mono->frames; at += HOP)
        in.data = mono->at + at, aubio_pitch_do(pitch, &in, out);
    del_fvec(out), del_aubio_pitch(pitch);
}

static void analyse_by_aubio(const char *path)
{
    struct mono mono = decode_mono(path);

    analyse_mfcc(&mono), analyse_onsets(&mono), analyse_tempo(&mono), analyse_pitch(&mono);
    free(mono.at);
}

static void analyse_all(const char *path)
{
    static struct sound_analysis *analysis;
    static struct sound_findings findings;
    static float chunk[CHUNK * DECODE_CHANNELS_MAX];
    struct decode_format format;
    struct decode *decode;
    struct input input;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (!analysis)
        analysis = sound_analysis_new();
    if (!analysis || fd < 0 || input_open(&input, fd, NULL) != ERR_OK ||
        decode_open(&decode, &input, 0, &format, NULL) != ERR_OK ||
        sound_analysis_begin(analysis, format.rate, (int)format.channels) != ERR_OK)
        end_with("cannot be heard", path);
    for (size_t got; (got = decode_read(decode, chunk, CHUNK)) > 0;)
        sound_analysis_feed(analysis, chunk, got);
    if (sound_analysis_end(analysis, &findings) != ERR_OK)
        end_with("cannot be heard", path);
    decode_close(decode);
    close(fd);
}

/* ---- comparison ---- */

enum way { FLOOR, AUBIO, EAR, WAYS };

static void (*const analyse_by[WAYS])(const char *path) = { analyse_floor, analyse_by_aubio, analyse_all };

static double length_of(const struct sounds *sounds)
{
    double length = 0;

    for (size_t i = 0; i < sounds->count; i++) {
        struct mono mono = decode_mono(sounds->path[i]);
        length += (double)mono.frames / mono.rate;
        free(mono.at);
    }
    return length;
}

static double time_of(const struct sounds *sounds, enum way way)
{
    double began = seconds_of(CLOCK_PROCESS_CPUTIME_ID);

    for (size_t i = 0; i < sounds->count; i++)
        analyse_by[way](sounds->path[i]);
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - began;
}

/* `each`: the unit of the cost of one. */
static void print_cost(const char *what, const double best[WAYS], double each, const char *unit)
{
    printf("%-10s %7.3f %7.3f %7.3f ms of CPU for each %s: %5.1f times as fast as aubio, %4.1f times the floor\n", what,
           1e3 * best[FLOOR] / each, 1e3 * best[AUBIO] / each, 1e3 * best[EAR] / each, unit, best[AUBIO] / best[EAR],
           best[EAR] / best[FLOOR]);
}

static void compare_ways(const char *folder, const char *kind, size_t most, int rounds)
{
    static struct sounds sounds;
    double best[WAYS] = { INFINITY, INFINITY, INFINITY }, length;
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, kind);
    sounds_below(path, &sounds);
    sounds.count = sounds.count < most ? sounds.count : most;
    length = length_of(&sounds);
    for (int round = 0; round < rounds; round++)
        for (enum way way = 0; way < WAYS; way++)
            best[way] = fmin(best[way], time_of(&sounds, way));
    print_cost(kind, best, length, "second of sound");
    print_cost("", best, (double)sounds.count, "file           ");
}

/* ---- decoding on several threads ---- */

struct decoding {
    struct sounds *sounds;
    atomic_size_t next;
};

static void *decode_some(void *state)
{
    struct decoding *decoding = state;

    for (size_t i; (i = atomic_fetch_add(&decoding->next, 1)) < decoding->sounds->count;)
        free(decode_mono(decoding->sounds->path[i]).at);
    return NULL;
}

static void decode_all(const char *folder, int threads)
{
    static struct sounds sounds;
    struct decoding decoding = { .sounds = &sounds };
    pthread_t thread[THREADS_MOST];
    double began;

    sounds_below(folder, &sounds);
    began = seconds_of(CLOCK_MONOTONIC);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, decode_some, &decoding) != 0)
            end_with("no thread", folder);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    printf("{\"files\":%zu,\"clock\":%.6f}\n", sounds.count, seconds_of(CLOCK_MONOTONIC) - began);
}

int main(int argc, char **argv)
{
    int number = argc == 4 ? atoi(argv[3]) : 0;

    if (number > 0 && strcmp(argv[1], "make") == 0) {
        sounds_make(argv[2], (size_t)number);
    } else if (number > 0 && strcmp(argv[1], "cost") == 0) {
        printf("%-10s %7s %7s %7s\n", "", "floor", "aubio", "ear");
        compare_ways(argv[2], "loops", SOUNDS_MOST, number);
        compare_ways(argv[2], "shots", 500, number);
    } else if (number > 0 && number <= THREADS_MOST && strcmp(argv[1], "decode") == 0) {
        decode_all(argv[2], number);
    } else {
        fprintf(stderr, "usage: ear make FOLDER SHOTS | cost FOLDER ROUNDS | decode FOLDER THREADS\n");
        return 2;
    }
    return 0;
}
