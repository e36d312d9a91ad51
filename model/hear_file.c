/* hear_file: prints the results of the analysis, for training and for scores.
 *   hear_file FILE…        for each file a JSON line: path, seconds, facts, measures (measure.h), embedding
 *   hear_file --row        raw sounds from stdin; for each the row of numbers that the model reads (floats)
 *   hear_file --key        raw sounds from stdin; for each the key, and the harmony it depends on (floats)
 *   hear_file --tempo      raw sounds from stdin; for each u32 count, then bpm, beats, features of each candidate
 *   hear_file --time       raw sounds from stdin; CPU for each second of audio
 * A raw sound: "RATE CHANNELS FRAMES\n" and interleaved floats. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/worker/analysis/hear.h"
#include "services/worker/analysis/measure.h"
#include "services/worker/analysis/parts.h"
#include "services/worker/decode/decode.h"

enum { CHUNK_FRAMES = 4096 };

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- files ---- */

static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        printf((unsigned char)*text < ' ' || *text == '"' || *text == '\\' ? "\\u%04x" : "%c", (unsigned char)*text);
    putchar('"');
}

static void print_facts(const struct heard_sound *heard)
{
    for (size_t i = 0; i < heard->fact_count; i++) {
        const struct heard_fact *f = &heard->fact[i];
        printf(", \"%s\": ", f->attribute);
        if (f->is_number)
            printf("%.9g", f->number);
        else
            print_text(f->text);
        printf(", \"%s_confidence\": %.4f", f->attribute, f->confidence);
    }
}

static void print_measures(const struct hear *hear)
{
    printf(", \"measures\": {");
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        printf("%s\"%s\": %.5g", i ? ", " : "", measure_names[i], (double)hear->measure[i]);
    printf("}");
}

static void print_heard(const struct hear *hear, const char *path, const struct heard_sound *heard)
{
    const float *at = (const float *)(const void *)&heard->embedding;

    printf("{\"path\": ");
    print_text(path);
    printf(", \"seconds\": %.6f", (double)hear->frames / hear->rate);
    print_facts(heard);
    print_measures(hear);
    printf(", \"embedding\": [");
    for (size_t i = 0; i < sizeof(heard->embedding) / sizeof(float); i++)
        printf("%s%.5g", i ? ", " : "", (double)at[i]);
    printf("]}\n");
}

static enum err hear_decoded(struct hear *hear, struct decode *decode, const struct decode_format *format,
                             struct heard_sound *heard)
{
    static float chunk[CHUNK_FRAMES * DECODE_CHANNELS_MAX];
    size_t got;
    enum err e = hear_begin(hear, format->rate, (int)format->channels);

    while (e == ERR_OK && (got = decode_read(decode, chunk, CHUNK_FRAMES)) > 0)
        hear_feed(hear, chunk, got);
    return e == ERR_OK ? hear_end(hear, heard) : e;
}

static enum err hear_path(struct hear *hear, const char *path, struct fault *fault)
{
    static struct heard_sound heard;
    struct decode_format format;
    struct decode *decode = NULL;
    struct input input;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err e = fd < 0 ? fault_set(fault, ERR_IO, "cannot open it") : input_open(&input, fd, fault);

    if (e == ERR_OK)
        e = decode_open(&decode, &input, 0, &format, fault);
    if (e == ERR_OK)
        e = hear_decoded(hear, decode, &format, &heard);
    if (e == ERR_OK)
        print_heard(hear, path, &heard);
    decode_close(decode);
    if (fd >= 0)
        close(fd);
    return e;
}

static int hear_paths(struct hear *hear, char **paths)
{
    int failed = 0;

    for (; *paths; paths++) {
        struct fault fault = { 0 };
        if (hear_path(hear, *paths, &fault) == ERR_OK)
            continue;
        fprintf(stderr, "%s: %s\n", *paths, fault.what);
        failed = 1;
    }
    return failed;
}

/* ---- raw sounds ---- */

static void write_row(struct hear *hear)
{
    fwrite(hear->row, sizeof(float), DESCRIBE_COUNT, stdout);
}

static void write_key(struct hear *hear)
{
    float key = (float)hear->tonality.key;

    fwrite(&key, sizeof(key), 1, stdout);
    fwrite(&hear->tonality.harmony, sizeof(hear->tonality.harmony), 1, stdout);
}

static void write_tempo(struct hear *hear)
{
    const struct tempo *t = &hear->tempo;
    uint32_t count = (uint32_t)t->candidates;

    fwrite(&count, sizeof(count), 1, stdout);
    for (size_t i = 0; i < t->candidates; i++) {
        float out[2 + TEMPO_FEATURES] = { (float)t->candidate[i].bpm, (float)t->candidate[i].beats };
        tempo_describe(t, &hear->onset, (double)hear->frames / hear->rate, i, out + 2);
        fwrite(out, sizeof(out), 1, stdout);
    }
}

static void write_nothing(struct hear *hear)
{
    (void)hear;
}

static int hear_raw(struct hear *hear, void (*write)(struct hear *hear))
{
    static struct heard_sound heard;
    double rate, spent = 0, seconds = 0;
    size_t channels, frames;

    while (scanf("%lf %zu %zu", &rate, &channels, &frames) == 3 && getchar() == '\n') {
        float *samples = calloc(frames * channels + 1, sizeof(*samples));
        double from;
        if (!samples || fread(samples, sizeof(*samples) * channels, frames, stdin) != frames)
            return 1;
        from = cpu_seconds();
        if (hear_begin(hear, rate, (int)channels) != ERR_OK)
            return 1;
        hear_feed(hear, samples, frames);
        if (hear_end(hear, &heard) != ERR_OK)
            return 1;
        spent += cpu_seconds() - from;
        seconds += (double)frames / rate;
        write(hear);
        free(samples);
    }
    fprintf(stderr, "%.3f ms of CPU for each of %.0f seconds of audio\n", spent / seconds * 1000, seconds);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *option;
        void (*write)(struct hear *hear);
    } RAW[] = {
        { "--row", write_row }, { "--key", write_key }, { "--tempo", write_tempo }, { "--time", write_nothing }
    };
    struct hear *hear = hear_new();
    int failed = -1;

    if (!hear) {
        fprintf(stderr, "hear_file: no memory, or model/weights.bin is of another layout\n");
        return 1;
    }
    for (size_t i = 0; argc == 2 && i < sizeof(RAW) / sizeof(*RAW); i++)
        if (!strcmp(argv[1], RAW[i].option))
            failed = hear_raw(hear, RAW[i].write);
    if (failed < 0)
        failed = hear_paths(hear, argv + 1);
    hear_free(hear);
    return failed;
}
