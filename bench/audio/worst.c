/* Some states could make a period long: a sequencer whose step is far in the past, loops of a few frames at odd
 * pitches, hundreds of cues in one period. This bench puts the engine into each state and prints the processor time
 * of its periods, beside a harmless state in the same run. The median may be at most a tenth of a period. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/audio/rig.h"
#include "services/audio/rt/half.h"

enum { FRAMES = 256, LOOPS = SOUND_VOICES, AT_ONCE = 256, BOUND = 10 /* % of a period */ };

struct worst {
    const char *name;
    bool is_floor, sequencer;
    void (*start)(struct rig *rig);  /* once */
    void (*before)(struct rig *rig); /* before each period */
};

/* ---- the sequencer ---- */

static void start_transport(struct rig *rig)
{
    rig_cue(rig, (struct cue){ .frame = CUE_NOW, .verb = CUE_TRANSPORT_START });
}

/* Changes the half with which the next period begins. */
static void set_step_back(struct rig *rig)
{
    struct engine_memory *memory = (struct engine_memory *)studio_engine(rig->studio);

    memory->half[atomic_load(&memory->word) % CORE_HALVES].sequencer.step -= INT64_C(1) << 40;
}

/* ---- loops ---- */

static void start_loops(struct rig *rig, uint32_t shortest, float ratio)
{
    for (uint32_t i = 0; i < LOOPS; i++) {
        struct cue cue = rig_loop(i, ratio + 0.0013f * (float)i);
        cue.until = shortest ? shortest + i / 2 : 0;
        rig_cue(rig, cue);
    }
}

static void start_long_low(struct rig *rig)
{
    start_loops(rig, 0, 0.4f);
}

static void start_tiny_low(struct rig *rig)
{
    start_loops(rig, 1, 0.4f);
}

static void start_long_high(struct rig *rig)
{
    start_loops(rig, 0, 7.9f);
}

static void start_tiny_high(struct rig *rig)
{
    start_loops(rig, 1, 7.9f);
}

/* Before the end of its first lap, a loop has nothing before its first frame, and is not unrolled. */
static void begin_tiny_again(struct rig *rig)
{
    start_loops(rig, 1, 0.125f);
}

/* An envelope, a filter and both sends for each voice. */
static void start_shaped(struct rig *rig)
{
    start_loops(rig, 0, 0.4f);
    rig_cue(rig, (struct cue){ .frame = CUE_NOW,
                               .verb = CUE_SOUND_SHAPE,
                               .shape = { .attack = 0.1f,
                                          .decay = 0.1f,
                                          .sustain = 0.5f,
                                          .cutoff = 2000,
                                          .resonance = 2,
                                          .reverb = 0.3f,
                                          .delay = 0.3f } });
}

/* ---- inserts ---- */

static void start_with_inserts(struct rig *rig, uint32_t chains)
{
    rig->has_ports = true;
    rig->chains = chains;
}

static void start_without_inserts(struct rig *rig)
{
    start_with_inserts(rig, 0);
}

static void start_one_insert(struct rig *rig)
{
    start_with_inserts(rig, 1u << GROUP_SOUNDS);
}

/* Those of five channels and of the master; the preview has none. */
static void start_all_inserts(struct rig *rig)
{
    start_with_inserts(rig, ((1u << CHAINS) - 1) & ~(1u << CHAIN_PREVIEW));
}

/* ---- cues ---- */

static void cue_all(struct rig *rig, int64_t first, int64_t apart, enum cue_verb verb)
{
    for (uint32_t producer = 0; producer < CUES_RINGS; producer++) {
        struct ring cues = studio_cues(rig->studio, producer);
        for (uint32_t i = 0; i < AT_ONCE; i++) {
            struct cue cue = { .frame = first + i * apart, .verb = verb, .tag = i + 1, .voice = i % STREAMS };
            ring_write(&cues, &cue, 1);
        }
    }
}

static void cue_now(struct rig *rig)
{
    cue_all(rig, CUE_NOW, 0, CUE_STREAM_GAIN);
}

/* Each cue is later than the earlier ones, so each is inserted before all of them; a panic removes them. */
static void cue_later(struct rig *rig)
{
    rig_cue(rig, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    cue_all(rig, rig->frame + RATE, 1, CUE_PAD_HIT);
}

static void start_waiting(struct rig *rig)
{
    cue_all(rig, rig->frame + INT64_C(10000000000), 1, CUE_PAD_RELEASE);
}

/* Each cue searches all waiting cues and all voices. */
static void cue_stops(struct rig *rig)
{
    cue_all(rig, CUE_NOW, 0, CUE_SOUND_STOP);
}

/* ---- measurement ---- */

static const struct worst cases[] = {
    { "nothing sounds", true, false, NULL, NULL },
    { "16 rows and all effects", true, true, start_transport, NULL },
    { "  the step set 2^40 back before each period", false, true, start_transport, set_step_back },
    { "64 loops of a second, an octave down", true, false, start_long_low, NULL },
    { "  with envelopes, filters and sends", false, false, start_shaped, NULL },
    { "nothing sounds, at the ports of all channels", true, false, start_without_inserts, NULL },
    { "  with 1 insert", false, false, start_one_insert, NULL },
    { "  with all 6 inserts", false, false, start_all_inserts, NULL },
    { "64 loops of a second, an octave down", true, false, start_long_low, NULL },
    { "  64 loops of 1 to 32 frames", false, false, start_tiny_low, NULL },
    { "64 loops of a second, three octaves up", true, false, start_long_high, NULL },
    { "  64 loops of 1 to 32 frames", false, false, start_tiny_high, NULL },
    { "  64 of 1 to 32 frames begun in each period", false, false, NULL, begin_tiny_again },
    { "  512 cues for now in each period", false, false, NULL, cue_now },
    { "  512 cues for later, the latest last", false, false, NULL, cue_later },
    { "  512 stops beside 256 cues that wait", false, false, start_waiting, cue_stops },
};

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void begin_worst(struct rig *rig, const struct worst *worst)
{
    rig_cue(rig, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    rig_score(rig, worst->sequencer);
    rig->has_ports = false;
    rig->chains = 0;
    for (int i = 0; i < WARM; i++)
        rig_period(rig, FRAMES);
    if (worst->start)
        worst->start(rig);
    for (int i = 0; i < WARM / 10; i++)
        rig_period(rig, FRAMES);
}

static bool measure_worst(struct rig *rig, const struct worst *worst, uint32_t periods)
{
    const double length = FRAMES * 1e9 / RATE / 100;
    int64_t *took = malloc(periods * sizeof(*took));
    double median, most;

    begin_worst(rig, worst);
    for (uint32_t i = 0; i < periods; i++) {
        rig_drain(rig);
        if (worst->before)
            worst->before(rig);
        took[i] = rig_period(rig, FRAMES);
    }
    qsort(took, periods, sizeof(*took), by_length);
    median = (double)took[periods / 2] / length;
    most = (double)took[periods - 1 - periods / 100] / length;
    printf("%-46s p50 %6.2f %%   p99 %6.2f %% of a period of %u frames\n", worst->name, median, most, FRAMES);
    fflush(stdout);
    free(took);
    return worst->is_floor || median <= BOUND;
}

bool worst_run(struct rig *rig, uint32_t periods)
{
    bool is_bounded = true;

    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (!measure_worst(rig, &cases[i], periods < 100 ? 100 : periods))
            is_bounded = false;
    if (!is_bounded)
        printf("over its bound: more than %d %% of a period\n", BOUND);
    return is_bounded;
}
