/* analyse_file: prints the results of the analysis, for training and for scores.
 *   analyse_file FILE…        for each file a JSON line: path, seconds, facts, measures (measure.h), embedding
 *   analyse_file --row        raw sounds from stdin; for each the row of numbers that the model reads (floats)
 *   analyse_file --key        raw sounds from stdin; for each the key, and the harmony it depends on (floats)
 *   analyse_file --tempo      raw sounds from stdin; for each u32 count, then bpm, beats, features of each candidate
 *   analyse_file --time       raw sounds from stdin; CPU for each second of audio
 * A raw sound: "RATE CHANNELS FRAMES\n" and interleaved floats. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/worker/analysis/measure.h"
#include "services/worker/analysis/parts.h"
#include "services/worker/analysis/sound_analysis.h"
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

static void print_facts(const struct sound_findings *findings)
{
    for (size_t i = 0; i < findings->fact_count; i++) {
        const struct findings_fact *f = &findings->fact[i];
        printf(", \"%s\": ", f->attribute);
        if (f->is_number)
            printf("%.9g", f->number);
        else
            print_text(f->text);
        printf(", \"%s_confidence\": %.4f", f->attribute, f->confidence);
    }
}

static void print_measures(const struct sound_analysis *analysis)
{
    printf(", \"measures\": {");
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        printf("%s\"%s\": %.5g", i ? ", " : "", measure_names[i], (double)analysis->measure[i]);
    printf("}");
}

static void print_findings(const struct sound_analysis *analysis, const char *path,
                           const struct sound_findings *findings)
{
    const float *at = (const float *)(const void *)&findings->embedding;

    printf("{\"path\": ");
    print_text(path);
    printf(", \"seconds\": %.6f", (double)analysis->frames / analysis->rate);
    print_facts(findings);
    print_measures(analysis);
    printf(", \"embedding\": [");
    for (size_t i = 0; i < sizeof(findings->embedding) / sizeof(float); i++)
        printf("%s%.5g", i ? ", " : "", (double)at[i]);
    printf("]}\n");
}

static enum err analyse_decoded(struct sound_analysis *analysis, struct decode *decode,
                                const struct decode_format *format, struct sound_findings *findings)
{
    static float chunk[CHUNK_FRAMES * DECODE_CHANNELS_MAX];
    size_t got;
    enum err e = sound_analysis_begin(analysis, format->rate, (int)format->channels);

    while (e == ERR_OK && (got = decode_read(decode, chunk, CHUNK_FRAMES)) > 0)
        sound_analysis_feed(analysis, chunk, got);
    return e == ERR_OK ? sound_analysis_end(analysis, findings) : e;
}

static enum err analyse_path(struct sound_analysis *analysis, const char *path, struct fault *fault)
{
    static struct sound_findings findings;
    struct decode_format format;
    struct decode *decode = NULL;
    struct input input;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err e = fd < 0 ? fault_set(fault, ERR_IO, "cannot open it") : input_open(&input, fd, fault);

    if (e == ERR_OK)
        e = decode_open(&decode, &input, 0, &format, fault);
    if (e == ERR_OK)
        e = analyse_decoded(analysis, decode, &format, &findings);
    if (e == ERR_OK)
        print_findings(analysis, path, &findings);
    decode_close(decode);
    if (fd >= 0)
        close(fd);
    return e;
}

static int analyse_paths(struct sound_analysis *analysis, char **paths)
{
    int failed = 0;

    for (; *paths; paths++) {
        struct fault fault = { 0 };
        if (analyse_path(analysis, *paths, &fault) == ERR_OK)
            continue;
        fprintf(stderr, "%s: %s\n", *paths, fault.what);
        failed = 1;
    }
    return failed;
}

/* ---- raw sounds ---- */

static void write_row(struct sound_analysis *analysis)
{
    fwrite(analysis->row, sizeof(float), DESCRIBE_COUNT, stdout);
}

static void write_key(struct sound_analysis *analysis)
{
    float key = (float)analysis->tonality.key;

    fwrite(&key, sizeof(key), 1, stdout);
    fwrite(&analysis->tonality.harmony, sizeof(analysis->tonality.harmony), 1, stdout);
}

static void write_tempo(struct sound_analysis *analysis)
{
    const struct tempo *t = &analysis->tempo;
    uint32_t count = (uint32_t)t->candidates;

    fwrite(&count, sizeof(count), 1, stdout);
    for (size_t i = 0; i < t->candidates; i++) {
        float out[2 + TEMPO_FEATURES] = { (float)t->candidate[i].bpm, (float)t->candidate[i].beats };
        tempo_describe(t, &analysis->onset, (double)analysis->frames / analysis->rate, i, out + 2);
        fwrite(out, sizeof(out), 1, stdout);
    }
}

static void write_nothing(struct sound_analysis *analysis)
{
    (void)analysis;
}

static int analyse_raw(struct sound_analysis *analysis, void (*write)(struct sound_analysis *analysis))
{
    static struct sound_findings findings;
    double rate, spent = 0, seconds = 0;
    size_t channels, frames;

    while (scanf("%lf %zu %zu", &rate, &channels, &frames) == 3 && getchar() == '\n') {
        float *samples = calloc(frames * channels + 1, sizeof(*samples));
        double from;
        if (!samples || fread(samples, sizeof(*samples) * channels, frames, stdin) != frames)
            return 1;
        from = cpu_seconds();
        if (sound_analysis_begin(analysis, rate, (int)channels) != ERR_OK)
            return 1;
        sound_analysis_feed(analysis, samples, frames);
        if (sound_analysis_end(analysis, &findings) != ERR_OK)
            return 1;
        spent += cpu_seconds() - from;
        seconds += (double)frames / rate;
        write(analysis);
        free(samples);
    }
    fprintf(stderr, "%.3f ms of CPU for each of %.0f seconds of audio\n", spent / seconds * 1000, seconds);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *option;
        void (*write)(struct sound_analysis *analysis);
    } RAW[] = {
        { "--row", write_row }, { "--key", write_key }, { "--tempo", write_tempo }, { "--time", write_nothing }
    };
    struct sound_analysis *analysis = sound_analysis_new();
    int failed = -1;

    if (!analysis) {
        fprintf(stderr, "analyse_file: no memory, or model/weights.bin is of another layout\n");
        return 1;
    }
    for (size_t i = 0; argc == 2 && i < sizeof(RAW) / sizeof(*RAW); i++)
        if (!strcmp(argv[1], RAW[i].option))
            failed = analyse_raw(analysis, RAW[i].write);
    if (failed < 0)
        failed = analyse_paths(analysis, argv + 1);
    sound_analysis_free(analysis);
    return failed;
}
