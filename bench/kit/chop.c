/* chop: where three ways begin the slices of sounds: the builder's, a gate of the level 40 dB below full scale, and
 * aubio's onsets with their usual parameters. Usage: chop FILE… Each line: the file, the way, then seconds. */
#include <aubio/aubio.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/worker/decode/decode.h"
#include "services/worker/kits/chops.h"

enum { CHUNK = 4096, MOST = 128, WINDOW = 1024, HOP = 512, GATE_HOP = 441, SILENT_HOPS = 20 };

struct sound {
    float *mono;
    size_t count, room;
    unsigned rate;
};

static void read_sound(const char *path, struct sound *to, struct chop_levels *levels, struct chop_timbre *timbre)
{
    static float chunk[CHUNK * DECODE_CHANNELS_MAX];
    struct decode_format format;
    struct input input = { 0 };
    struct decode *decode;
    struct fault fault = { 0 };
    size_t got;

    *to = (struct sound){ 0 };
    if (input_open(&input, open(path, O_RDONLY | O_CLOEXEC), &fault) != ERR_OK ||
        decode_open(&decode, &input, 0, &format, &fault) != ERR_OK) {
        fprintf(stderr, "%s: %s\n", path, fault.what);
        exit(1);
    }
    to->rate = format.rate;
    chop_levels_begin(levels, format.rate, format.channels);
    chop_timbre_begin(timbre, format.rate, format.channels, levels->hop);
    while ((got = decode_read(decode, chunk, CHUNK)) > 0) {
        chop_levels_feed(levels, chunk, got);
        chop_timbre_feed(timbre, chunk, got);
        to->mono = realloc(to->mono, (to->count + got) * sizeof(float));
        for (size_t i = 0; to->mono && i < got; i++)
            to->mono[to->count++] = chunk[i * format.channels];
    }
    chop_timbre_end(timbre, levels->count);
    decode_close(decode);
    close(input.fd);
}

static void print_chops(const char *path, const struct sound *sound, const struct chop_levels *levels,
                        const struct chop_timbre *timbre)
{
    struct chop chops[MOST];
    const uint32_t count = chops_by_syllables(levels, timbre, MOST, chops);

    printf("%s loophole", path);
    for (uint32_t i = 0; i < count; i++)
        if (chops[i].phrase)
            printf(" %.4f", (double)chops[i].frame / sound->rate);
    printf("\n");
}

/* A slice begins where the level of 10 ms rises over the gate after 0.2 s below it. */
static void print_gate(const char *path, const struct sound *sound)
{
    size_t silent = SILENT_HOPS;

    printf("%s gate", path);
    for (size_t at = 0; at + GATE_HOP <= sound->count; at += GATE_HOP) {
        double sum = 0;
        for (size_t i = 0; i < GATE_HOP; i++)
            sum += (double)sound->mono[at + i] * (double)sound->mono[at + i];
        const int is_loud = sum / GATE_HOP > 1e-4;
        if (is_loud && silent >= SILENT_HOPS)
            printf(" %.4f", (double)at / sound->rate);
        silent = is_loud ? 0 : silent + 1;
    }
    printf("\n");
}

static void print_aubio(const char *path, const struct sound *sound)
{
    aubio_onset_t *onset = new_aubio_onset("default", WINDOW, HOP, sound->rate);
    fvec_t *in = new_fvec(HOP), *out = new_fvec(1);

    printf("%s aubio", path);
    for (size_t at = 0; at + HOP <= sound->count; at += HOP) {
        for (uint32_t i = 0; i < HOP; i++)
            in->data[i] = sound->mono[at + i];
        aubio_onset_do(onset, in, out);
        if (out->data[0] > 0)
            printf(" %.4f", (double)aubio_onset_get_last_s(onset));
    }
    printf("\n");
    del_fvec(in), del_fvec(out), del_aubio_onset(onset);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct chop_levels levels;
        struct chop_timbre timbre;
        struct sound sound;

        read_sound(argv[i], &sound, &levels, &timbre);
        print_chops(argv[i], &sound, &levels, &timbre);
        print_gate(argv[i], &sound);
        print_aubio(argv[i], &sound);
        chop_levels_free(&levels);
        chop_timbre_free(&timbre);
        free(sound.mono);
    }
    return 0;
}
