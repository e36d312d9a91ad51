/* hear_file: what the ear makes of sounds, as JSON lines.
 *   hear_file --raw < STREAM     sounds as "RATE CHANNELS FRAMES\n" and interleaved floats, one after another
 *   … --row                      with the row of numbers that the model reads, and what tempo and key come from */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "services/worker/hear/describe.h"
#include "services/worker/hear/parts.h"

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_row(const struct hear *hear)
{
    static float row[DESCRIBE_COUNT];
    describe_sound(hear, row);
    fwrite(row, sizeof(float), DESCRIBE_COUNT, stdout);
}

int main(int argc, char **argv)
{
    struct hear *hear = hear_new();
    double rate, spent = 0, seconds = 0;
    long frames;
    int channels;
    const char *mode = argc > 1 ? argv[1] : "";

    while (scanf("%lf %d %ld", &rate, &channels, &frames) == 3) {
        static struct heard_sound out;
        float *x = malloc((size_t)frames * (size_t)channels * 4 + 4);
        double t;
        getchar();
        if (fread(x, 4 * (size_t)channels, (size_t)frames, stdin) != (size_t)frames)
            return 1;
        t = cpu_seconds();
        hear_begin(hear, rate, channels, frames);
        hear_feed(hear, x, (size_t)frames);
        hear_end(hear, &out);
        if (!strcmp(mode, "row"))
            print_row(hear);
        spent += cpu_seconds() - t;
        seconds += (double)frames / rate;
        if (!strcmp(mode, "flux")) {
            int n = (int)hear->onset.count;
            fwrite(&n, 4, 1, stdout);
            fwrite(hear->onset.flux, 4, (size_t)n, stdout);
            for (int r = 0; r < 3; r++)
                fwrite(hear->onset.part[r], 4, (size_t)n, stdout);
        }
        if (!strcmp(mode, "peaks")) {
            int n = (int)hear->tonal.count;
            fwrite(&n, 4, 1, stdout);
            for (int i = 0; i < n; i++) {
                const struct tonal_frame *f = &hear->tonal.frame[i];
                struct tonal_peak p[TONAL_PEAKS] = { 0 };
                memcpy(p, f->peak, f->count * sizeof(*p));
                fwrite(p, sizeof(p), 1, stdout);
                fwrite(&f->power, 4, 1, stdout);
                fwrite(&f->tonal, 4, 1, stdout);
            }
        }
        if (!strcmp(mode, "")) {
            double l = 0;
            int ok = loudness_integrated(&hear->loudness, &l);
            printf("lufs %d %g peak %g pitch %g %g onsets %zu\n", ok, l, hear->peak, 440 * exp2((hear->track.middle - 69) / 12), hear->track.agreement, hear->onset.peaks);
        }
        free(x);
    }
    fprintf(stderr, "%.4f ms of CPU for each second of audio (%.1f s)\n", spent * 1000 / seconds, seconds);
    hear_free(hear);
    return 0;
}
