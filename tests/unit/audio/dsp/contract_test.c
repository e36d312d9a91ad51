/* The contract of all units that work in place on a block of stereo: the cutting of audio into blocks changes nothing,
 * damage does not last, and a unit with lines can repeat a period after a death. */
#include "services/audio/dsp/acid.h"
#include "services/audio/dsp/delay.h"
#include "services/audio/dsp/limiter.h"
#include "services/audio/dsp/reverb.h"
#include "services/audio/dsp/svf.h"
#include "tests/unit/audio/measure.h"

enum { RATE = 48000, DELAY_SIZE = 262144, REVERB_SIZE = 16384 };

struct delay_rig {
    struct delay delay;
    float lines[DELAY_LINES * DELAY_SIZE];
};

struct reverb_rig {
    struct reverb reverb;
    float lines[REVERB_LINES * REVERB_SIZE];
};

static void run_delay(void *made, float *left, float *right, uint32_t frames)
{
    static const struct delay_params PARAMS = {
        .time = 0.02f, .feedback = 0.6f, .mix = 1, .lowcut = 50, .highcut = 8000
    };
    struct delay_rig *rig = made;

    delay_run(&rig->delay, rig->lines, DELAY_SIZE, &PARAMS, RATE, left, right, left, right, frames);
}

static void run_delay_without_numbers(void *made, float *left, float *right, uint32_t frames)
{
    static const struct delay_params NONE = { NAN, NAN, NAN, NAN, NAN };
    struct delay_rig *rig = made;

    delay_run(&rig->delay, rig->lines, DELAY_SIZE, &NONE, 0, left, right, left, right, frames);
}

static void run_reverb(void *made, float *left, float *right, uint32_t frames)
{
    static const struct reverb_params PARAMS = { .mix = 1, .room = 0.1f, .damp = 0.5f };
    struct reverb_rig *rig = made;

    reverb_run(&rig->reverb, rig->lines, REVERB_SIZE, &PARAMS, RATE, left, right, left, right, frames);
}

static void run_reverb_without_numbers(void *made, float *left, float *right, uint32_t frames)
{
    static const struct reverb_params NONE = { NAN, NAN, NAN };
    struct reverb_rig *rig = made;

    reverb_run(&rig->reverb, rig->lines, REVERB_SIZE, &NONE, 0, left, right, left, right, frames);
}

static void run_acid(void *rig, float *left, float *right, uint32_t frames)
{
    static const struct acid_params PARAMS = ACID_DEFAULTS;

    acid_run(rig, &PARAMS, RATE, left, right, frames);
}

static void run_acid_without_numbers(void *rig, float *left, float *right, uint32_t frames)
{
    static const struct acid_params NONE = { NAN, NAN, NAN, NAN, NAN, NAN, NAN };

    acid_run(rig, &NONE, RATE, left, right, frames);
}

static void run_svf(void *rig, float *left, float *right, uint32_t frames)
{
    static const struct svf_params PARAMS = { 3000, 5 };

    svf_run(rig, &PARAMS, RATE, left, right, frames);
}

static void run_svf_without_numbers(void *rig, float *left, float *right, uint32_t frames)
{
    static const struct svf_params NONE = { NAN, NAN };

    svf_run(rig, &NONE, RATE, left, right, frames);
}

static void run_limiter(void *rig, float *left, float *right, uint32_t frames)
{
    limiter_repair(rig);
    limiter_run(rig, 0.5f, RATE, left, right, frames);
}

/* without_numbers: the same with parameters that are not numbers; NULL: it has no such parameter. quiet_s: seconds of
 * silence until it is quiet after damage. */
static const struct unit {
    const char *name;
    struct measure_rig rig;
    void (*without_numbers)(void *rig, float *left, float *right, uint32_t frames);
    uint32_t quiet_s;
    bool has_lines;
} UNITS[] = {
    { "delay", { sizeof(struct delay_rig), sizeof(struct delay), run_delay }, run_delay_without_numbers, 6, true },
    { "reverb", { sizeof(struct reverb_rig), sizeof(struct reverb), run_reverb }, run_reverb_without_numbers, 6, true },
    { "acid", { sizeof(struct acid), sizeof(struct acid), run_acid }, run_acid_without_numbers, 5, false },
    { "svf", { sizeof(struct svf), sizeof(struct svf), run_svf }, run_svf_without_numbers, 5, false },
    { "limiter", { sizeof(struct limiter), sizeof(struct limiter), run_limiter }, NULL, 2, false },
};
enum { UNIT_COUNT = sizeof(UNITS) / sizeof(*UNITS) };

/* Gives the unit of a test, and prints its name, for the output of a failure. */
static const struct unit *unit_of(void **state)
{
    const struct unit *unit = *state;

    printf("# %s\n", unit->name);
    return unit;
}

static void blocks_change_nothing(void **state)
{
    measure_blocks_change_nothing(&unit_of(state)->rig);
}

static void a_period_can_be_run_again(void **state)
{
    measure_a_period_can_be_run_again(&unit_of(state)->rig);
}

static void a_damaged_state_recovers(void **state)
{
    const struct unit *unit = unit_of(state);

    measure_damage_does_not_stay(&unit->rig, unit->quiet_s);
    measure_any_state_recovers(&unit->rig, unit->quiet_s);
}

static void parameters_that_are_not_numbers_do_no_damage(void **state)
{
    const struct unit *unit = unit_of(state);
    struct measure_rig none = unit->rig;

    none.run = unit->without_numbers;
    measure_damage_does_not_stay(&none, unit->quiet_s);
}

enum { CONTRACTS = 4 };

int main(void)
{
    static char names[UNIT_COUNT * CONTRACTS][64];
    struct CMUnitTest tests[UNIT_COUNT * CONTRACTS];
    uint32_t count = 0;

    for (int u = 0; u < UNIT_COUNT; u++) {
        const struct {
            const char *name;
            CMUnitTestFunction run;
            bool applies;
        } each[CONTRACTS] = {
            { "blocks_change_nothing", blocks_change_nothing, true },
            { "a_damaged_state_recovers", a_damaged_state_recovers, true },
            { "parameters_that_are_not_numbers_do_no_damage", parameters_that_are_not_numbers_do_no_damage,
              UNITS[u].without_numbers },
            { "a_period_can_be_run_again", a_period_can_be_run_again, UNITS[u].has_lines },
        };
        for (int c = 0; c < CONTRACTS; c++) {
            if (!each[c].applies)
                continue;
            snprintf(names[count], sizeof(names[count]), "%s_%s", UNITS[u].name, each[c].name);
            tests[count] = (struct CMUnitTest){ .name = names[count], .test_func = each[c].run };
            tests[count++].initial_state = (void *)(uintptr_t)&UNITS[u];
        }
    }
    return _cmocka_run_group_tests("contract", tests, count, NULL, NULL);
}
