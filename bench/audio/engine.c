/* The cost of the audio core without JACK: nanoseconds for each frame with 0, 16 and 96 voices (a third of them
 * streams, the others sounds at odd pitches), and with the sequencer's 16 rows and all effects in addition. Also the
 * longest period as a fraction of its time, and then the periods of special states (worst.c). CPU time of the thread,
 * so other programs do not count.
 *
 * bench_engine [PERIODS=100000] */
#include <stdio.h>
#include <stdlib.h>

#include "bench/audio/rig.h"

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void measure_load(struct rig *rig, uint32_t voices, bool sequencer, uint32_t frames, uint32_t periods)
{
    int64_t *took = malloc(periods * sizeof(*took)), sum = 0;
    double length = frames * 1e9 / RATE;

    rig_cue(rig, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    rig_score(rig, sequencer);
    for (int i = 0; i < WARM; i++)
        rig_period(rig, frames);
    rig_start(rig, voices);
    if (sequencer)
        rig_cue(rig, (struct cue){ .frame = CUE_NOW, .verb = CUE_TRANSPORT_START });
    for (uint32_t i = 0; i < periods + WARM; i++) {
        rig_feed(rig, voices);
        rig_drain(rig);
        took[i < WARM ? 0 : i - WARM] = rig_period(rig, frames);
    }
    for (uint32_t i = 0; i < periods; i++)
        sum += took[i];
    qsort(took, periods, sizeof(*took), by_length);
    printf("%4u voices%s %4u frames  %8.1f ns a frame  %5.2f %% of a core   p99.9 %5.1f %%   worst %5.1f %% "
           "of the period\n",
           voices, sequencer ? " + sequencer" : "            ", frames, (double)sum / periods / frames,
           (double)sum / periods / length * 100, (double)took[periods - 1 - periods / 1000] / length * 100,
           (double)took[periods - 1] / length * 100);
    fflush(stdout);
    free(took);
}

/* The cost of copying the survival state: an idle period does little else. */
static void run_all(struct rig *rig, uint32_t periods)
{
    static const uint32_t lengths[] = { 64, 128, 256 };

    for (uint32_t l = 0; l < 3; l++) {
        measure_load(rig, 0, false, lengths[l], periods);
        measure_load(rig, 16, false, lengths[l], periods);
        measure_load(rig, 96, false, lengths[l], periods);
        measure_load(rig, 96, true, lengths[l], periods);
    }
}

int main(int argc, char **argv)
{
    uint32_t periods = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    struct rig rig = { 0 };
    struct fault fault = { 0 };
    bool is_bounded;

    if (!rig_open(&rig, &fault)) {
        fprintf(stderr, "bench_engine: %s\n", fault.what);
        return 1;
    }
    run_all(&rig, periods);
    is_bounded = worst_run(&rig, periods / 50);
    rig_close(&rig);
    return !is_bounded;
}
