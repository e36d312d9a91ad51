/* What remains of the attacks of stretched drums: the peak of each beat, and the energy of the 30 ms before it against
 * the 30 ms after it. The loop has a click of 0.8 on each beat and one of 0.35 between two.
 *
 * bench_attacks loop FILE: writes the loop, 16 beats of 100 BPM
 * bench_attacks ours BPM: the stretcher of the streamer, each grade
 * bench_attacks other NAME FILE BPM: a file that another program made of the loop */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "services/streamer/play/stretch.h"

enum { RATE = 48000, BEATS = 16, BEAT = RATE * 60 / 100, LOOP = BEATS * BEAT, CLICK = 600 };
enum { MOST = 4 * LOOP, REACH = RATE * 30 / 1000, EDGE = 60, PORTION = 1024 };

static float loop[LOOP], made[MOST];

static void make_loop(void)
{
    for (int b = 0; b < 2 * BEATS; b++)
        for (int k = 0; k < CLICK; k++)
            loop[b * BEAT / 2 + k] =
                (float)((b % 2 ? 0.35 : 0.8) * exp(-k / 120.0) * sin(6.283185307179586 * 2000 * k / RATE));
}

static double sum_energy(int from, int until)
{
    double sum = 0;

    for (int i = from; i < until; i++)
        sum += (double)made[i] * (double)made[i];
    return sum;
}

/* The first and the last beats are left out: there a stretcher begins and ends. */
static void print_attacks(const char *name, double bpm, int frames)
{
    const double beat = RATE * 60 / bpm;
    double lowest = 1e9, highest = 0, sum = 0, worst = -1e9;
    int count = 0;

    for (int b = 2; (b + 1) * beat + REACH < frames && b < BEATS - 1; b++, count++) {
        const int at = (int)(b * beat + 0.5);
        double peak = 0,
               before = 10 * log10((sum_energy(at - REACH, at - EDGE) + 1e-12) / sum_energy(at - EDGE, at + REACH));

        for (int i = at - REACH; i < at + REACH; i++)
            peak = fmax(peak, fabs((double)made[i]));
        lowest = fmin(lowest, peak);
        highest = fmax(highest, peak);
        worst = fmax(worst, before);
        sum += before;
    }
    printf("100 to %-5g %-28s peaks %.2f to %.2f of 0.80, before the beat %6.1f dB on average, %6.1f dB at worst\n",
           bpm, name, lowest, highest, sum / count, worst);
}

/* Makes the whole loop. Returns the frames. */
static int stretch_loop(double tempo, enum stretch_grade grade)
{
    struct stretch *stretch = NULL;
    struct fault fault = { 0 };
    float in[2 * PORTION], out[2 * PORTION];
    int fed = 0, frames = 0;

    if (stretch_new(RATE, tempo, 0, grade, &stretch, &fault) != ERR_OK)
        exit((fprintf(stderr, "bench_attacks: %s\n", fault.what), 1));
    while (!stretch_is_done(stretch)) {
        uint32_t n = LOOP - fed < PORTION ? (uint32_t)(LOOP - fed) : PORTION, got;
        if (n > 0 && stretch_room(stretch) >= n) {
            for (uint32_t i = 0; i < n; i++)
                in[2 * i] = in[2 * i + 1] = loop[fed + (int)i];
            fed += (int)n;
            stretch_feed(stretch, in, n, fed == LOOP);
        }
        while ((got = stretch_take(stretch, out, PORTION)) > 0)
            for (uint32_t i = 0; i < got && frames < MOST; i++)
                made[frames++] = out[2 * i];
        clock_sleep(1000);
    }
    stretch_free(stretch);
    return frames;
}

static void measure_ours(double bpm)
{
    static const char *const grades[] = {
        [STRETCH_QUICK] = "streamer, quick", [STRETCH_FINE] = "streamer, fine", [STRETCH_DRUMS] = "streamer, drums"
    };

    make_loop();
    for (int i = 0; i < 3; i++)
        print_attacks(grades[i], bpm, stretch_loop(bpm / 100, (enum stretch_grade)i));
}

static void measure_file(const char *name, const char *path, double bpm)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);

    if (!file || info.channels != 1)
        exit((fprintf(stderr, "bench_attacks: %s is not a mono sound\n", path), 1));
    print_attacks(name, bpm, (int)sf_readf_float(file, made, MOST));
    sf_close(file);
}

static void write_loop(const char *path)
{
    SF_INFO info = { .samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);

    make_loop();
    if (!file || sf_writef_float(file, loop, LOOP) != LOOP || sf_close(file) != 0)
        exit((fprintf(stderr, "bench_attacks: cannot write %s\n", path), 1));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "loop") == 0)
        write_loop(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "ours") == 0)
        measure_ours(atof(argv[2]));
    else if (argc == 5 && strcmp(argv[1], "other") == 0)
        measure_file(argv[2], argv[3], atof(argv[4]));
    else
        return (fprintf(stderr, "usage: bench_attacks loop FILE | ours BPM | other NAME FILE BPM\n"), 2);
    return 0;
}
