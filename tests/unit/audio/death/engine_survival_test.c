/* Death and change of ownership: whatever sounds continues in time, whichever instruction was the last one. */
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/audio/death/route.h"
#include "tests/unit/audio/death/traced.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { TOLD = 200, PERIOD = 64, SHORT = 16, STREAM_LENGTH = 300000, KILLS = 80, STEPPED = 16, STOPS = 20 };
static const uint32_t COUNTER = 1 << 20;

static int64_t cue_frame(uint32_t number)
{
    return 400 + 29 * number;
}

/* Constant load: a counter, and a loop of it. The transport runs, a take is written, and cues without an effect are
 * done and answered all the time. */
static void start_stage(struct stage *stage)
{
    static float x[777];
    struct cue cue = stage_sound_start(0, 0);

    stage->period = PERIOD;
    for (uint32_t i = 0; i < 777; i++)
        x[i] = stage_count(i + 1);
    for (uint32_t i = 0; i < STAGE_MOST; i++)
        stage->in[0][i] = stage_count(i);
    stage_sound(stage, 0, x, 777);
    cue.flags = CUE_LOOP;
    stage_cue(stage, cue);
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, COUNTER, STREAM_LENGTH);
    stage_start_stream(stage, 0, 1, 0);
    stage_cue(stage, (struct cue){ .frame = 0, .verb = CUE_CAPTURE_START, .generation = 1 });
    stage_start_transport(stage, 0, 0);
    for (uint32_t i = 0; i < TOLD; i++)
        stage_cue(stage, (struct cue){
                             .frame = cue_frame(i), .verb = CUE_STREAM_GAIN, .generation = 1, .tag = i, .value = 1 });
}

/* The output of an engine that never died at a frame of the audio clock, after the fade. */
static float undisturbed_at(int64_t frame)
{
    return stage_count(COUNTER + (uint32_t)frame) + stage_count((uint32_t)(frame % 777) + 1);
}

static void assert_undisturbed(const struct stage *stage, uint32_t at, int64_t frame, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        if (stage->main[0][at + i] != undisturbed_at(frame + i))
            fail_msg("frame %u of the clock has %.9g, not %.9g", (unsigned)(frame + i), stage->main[0][at + i],
                     undisturbed_at(frame + i));
}

/* ---- in one process ---- */

STAGE_CLAIM(the_standby_takes_over_one_period_after_the_last_beat)
{
    struct stage *stage = *state;
    uint32_t died;

    start_stage(stage);
    for (uint32_t i = 0; i < 100; i++) { /* either may be first in a cycle */
        stage_period(stage, i % 2, PERIOD, i % 2 == 0);
        stage_period(stage, 1 - i % 2, PERIOD, i % 2 != 0);
        stage_pass(stage, PERIOD);
    }
    assert_true(engine_owns(stage->engine[0]) && !engine_owns(stage->engine[1]));
    died = stage->recorded;
    for (int i = 0; i < 100; i++) {
        stage_period(stage, 1, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    assert_undisturbed(stage, 240, 240, died - 240);
    assert_true(stage_is_silent(stage, died, died + PERIOD));
    assert_undisturbed(stage, died + PERIOD, died + PERIOD, 99 * PERIOD);
    assert_int_equal(stage_state(stage).lost, PERIOD);
    assert_int_equal(stage_state(stage).instance, 1);

    stage_period(stage, 0, PERIOD, true); /* the first instance is back: it is no longer the owner */
    assert_true(stage_is_silent(stage, stage->recorded, stage->recorded + PERIOD) && engine_owns(stage->engine[1]));
}

/* It was stopped after it had read the clock, and continues in a period that ended long ago. */
STAGE_CLAIM(an_owner_that_slept_with_the_time_in_hand_takes_nothing)
{
    struct stage *stage = *state;
    int64_t slept;

    start_stage(stage);
    for (int i = 0; i < 20; i++) {
        stage_period(stage, 1, PERIOD, false);
        stage_period(stage, 0, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    slept = stage->server;
    for (int i = 0; i < 20; i++) {
        stage_period(stage, 1, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    assert_true(engine_owns(stage->engine[1]));
    for (int periods = 20; periods > 0; periods--) { /* the other one plays this period, or has played it */
        int64_t server = stage->server;
        stage->server = slept;
        stage_period(stage, 0, PERIOD, false);
        stage->server = server;
        stage_period(stage, 1, PERIOD, true);
        assert_undisturbed(stage, stage->recorded, stage->recorded, PERIOD);
        stage_pass(stage, PERIOD);
        slept += PERIOD;
    }
    assert_true(engine_owns(stage->engine[1]));
}

STAGE_CLAIM(who_resigns_hands_over_without_a_gap)
{
    struct stage *stage = *state;
    uint32_t resigned;

    start_stage(stage);
    stage_run(stage, 100 * PERIOD);
    resigned = stage->recorded;
    engine_resign(stage->engine[0]);
    stage_period(stage, 0, PERIOD, true);
    assert_true(stage_is_silent(stage, resigned, resigned + PERIOD));
    for (int i = 0; i < 50; i++) {
        stage_period(stage, 1, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    assert_undisturbed(stage, 240, 240, stage->recorded - 240);
    assert_int_equal(stage_state(stage).lost, 0);
    assert_false(engine_claim(stage->engine[0], false));
    assert_true(engine_claim(stage->engine[0], true));
}

STAGE_CLAIM(a_gap_in_the_clock_is_skipped_and_the_beat_stays_in_time)
{
    struct stage *stage = *state;
    struct state seen;

    start_stage(stage);
    stage_run(stage, 100 * PERIOD);
    stage->server += 5000; /* the server lost these frames */
    stage_run(stage, 200 * PERIOD);
    seen = stage_state(stage);
    assert_undisturbed(stage, 100 * PERIOD, 100 * PERIOD + 5000, 100 * PERIOD);
    assert_int_equal(seen.frame, 200 * PERIOD + 5000);
    assert_int_equal(seen.lost, 5000);
    assert_int_equal(seen.xruns, 1);
    stage_near((double)seen.step + seen.step_phase, (200.0 * PERIOD + 5000) / 6000, 1e-6);
    assert_int_equal(stage_note(stage, NOTE_CAPTURE_LOST, 0)->index, 5000);
}

STAGE_CLAIM(a_long_absence_is_a_pause)
{
    struct stage *stage = *state;
    struct state seen;

    start_stage(stage);
    stage_run(stage, 100 * PERIOD);
    stage->server += 3 * STAGE_RATE;
    stage_run(stage, 200 * PERIOD);
    seen = stage_state(stage);
    assert_int_equal(seen.lost, 3 * STAGE_RATE);
    assert_undisturbed(stage, 100 * PERIOD, 100 * PERIOD, 100 * PERIOD);
    stage_near((double)seen.step + seen.step_phase, 200.0 * PERIOD / 6000, 1e-6);
}

STAGE_CLAIM(a_server_whose_clock_begins_anew_is_followed)
{
    struct stage *stage = *state;

    start_stage(stage);
    stage_run(stage, 100 * PERIOD);
    stage->server = 64;
    stage_run(stage, 200 * PERIOD);
    assert_undisturbed(stage, 100 * PERIOD, 100 * PERIOD, 100 * PERIOD);
}

/* ---- in two ---- */

struct shared {
    _Atomic int64_t server; /* the cycle that the other process must run; 0: none */
    _Atomic uint32_t ran, sounded;
};

static struct shared *share_memory(void)
{
    struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(shared != MAP_FAILED);
    return shared;
}

/* Runs instance 0, period after period, until it is killed. */
static pid_t fork_owner(struct stage *stage, uint32_t period, bool traced)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(2);
    for (uint32_t i = 0; i < 3000; i++) {
        if (traced && i == 30) /* after the fade */
            raise(SIGSTOP);
        stage_period(stage, 0, period, true);
        stage_pass(stage, period);
    }
    pause();
    _exit(0);
}

/* The captured frames are the input, frame by frame, except for lost ones, which are counted. */
static void assert_captured(const struct stage *stage)
{
    struct ring ring;
    const struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);
    uint64_t lost = 0;
    uint32_t at = 0;
    float frame[2];

    while (ring_read(&ring, frame, 1)) {
        uint32_t number = (uint32_t)(frame[0] * 0x1p24f);
        if (number < at)
            fail_msg("frame %u was captured after frame %u", number, at);
        lost += number - at;
        at = number + 1;
    }
    assert_int_equal(lost, capture_header_get(capture).lost);
    assert_int_equal(capture_header_get(capture).first, 0);
}

/* Each cue was answered once, and in order. */
static void assert_reported(const struct stage *stage, int64_t until)
{
    struct ring notes = studio_notes(stage->studio, CUES_CONTROL);
    struct note note;
    uint32_t next = 0;

    while (ring_read(&notes, &note, 1))
        if (note.kind == NOTE_CUE_DONE && note.value == (float)CUE_STREAM_GAIN)
            assert_int_equal(note.tag, next++);
    assert_true(next == TOLD || cue_frame(next) >= until);
}

/* Instance 1 continues from the last valid half. Its first period is the one after the dead instance's. */
static void go_on(struct stage *stage)
{
    const struct state before = stage_state(stage);
    struct state state;

    stage->recorded = (uint32_t)before.frame + 2 * PERIOD;
    stage->server = 1000 + stage->recorded;
    assert_true(engine_claim(stage->engine[1], true));
    for (int i = 0; i < 20; i++) {
        stage_period(stage, 1, PERIOD, true);
        state = stage_state(stage);
        assert_int_equal(state.frame, stage->recorded + PERIOD);
        assert_undisturbed(stage, stage->recorded, stage->recorded, PERIOD);
        stage_pass(stage, PERIOD);
    }
    assert_in_range(state.lost, PERIOD, 2 * PERIOD);
    assert_captured(stage);
    assert_reported(stage, state.frame);
}

static void end_process(pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

STAGE_CLAIM(killed_at_any_time_its_successor_goes_on)
{
    struct stage *stage = *state;
    uint32_t seed = 1;

    for (int i = 0; i < KILLS; i++) {
        pid_t pid;
        stage_again(stage);
        start_stage(stage);
        pid = fork_owner(stage, PERIOD, false);
        struct slots slots = studio_state(stage->studio);
        struct state seen = { 0 };
        while (!slots_get(&slots, &seen, NULL) || seen.periods < 20)
            ;
        seed = seed * 1664525u + 1013904223u;
        for (volatile uint32_t spin = seed >> 16; spin > 0; spin--)
            ;
        end_process(pid);
        go_on(stage);
    }
}

static pid_t fork_traced(struct stage *stage)
{
    int status;
    pid_t pid;

    stage_again(stage);
    start_stage(stage);
    pid = fork_owner(stage, SHORT, true);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
    return pid;
}

/* Records the instructions until the period is published. */
static void record_period(struct stage *stage, struct route *route)
{
    pid_t pid = fork_traced(stage);
    uint64_t periods = stage_state(stage).periods;

    while (stage_state(stage).periods == periods) {
        route_add(route, traced_address(pid));
        traced_step(pid);
    }
    end_process(pid);
    assert_true(route->count < ROUTE_MOST);
}

/* Half of the kills hit the last part, where the results are published. */
STAGE_CLAIM(killed_at_any_instruction_its_successor_goes_on)
{
    struct stage *stage = *state;
    static struct route route;
    uint32_t seed = 7, all;

    record_period(stage, &route);
    all = route.count;
    for (uint32_t i = 0; i < STEPPED; i++) {
        pid_t pid = fork_traced(stage);
        seed = seed * 1664525u + 1013904223u;
        traced_lead(pid, &route, i % 2 ? (seed >> 8) % all : all - (seed >> 8) % 3000 + 500);
        end_process(pid);
        go_on(stage);
    }
}

/* Runs alone for a while, later in step with the other. */
static pid_t fork_sleeper(struct stage *stage, struct shared *shared)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    for (;;) {
        int64_t server = atomic_load(&shared->server);
        uint32_t at = stage->recorded;
        if (server == -1 || (server == 0 && at >= 3000 * PERIOD))
            continue;
        if (server > 0)
            stage->server = server;
        stage_period(stage, 0, PERIOD, true);
        if (server > 0) {
            atomic_fetch_add(&shared->sounded, !(fabsf(stage->main[0][at + 9]) <= 0));
            atomic_store(&shared->server, -1);
            atomic_fetch_add(&shared->ran, 1);
        }
        stage_pass(stage, PERIOD);
    }
}

static void wait_stopped(pid_t pid)
{
    int status;

    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

/* The stopped instance continues where it stopped, which may be anywhere. Its next cycle does not follow its last. */
STAGE_CLAIM(an_owner_that_slept_finds_that_it_is_none)
{
    struct stage *stage = *state;

    for (int i = 0; i < STOPS; i++) {
        struct shared *shared = share_memory();
        struct state seen = { 0 };
        pid_t pid;
        stage_again(stage);
        start_stage(stage);
        pid = fork_sleeper(stage, shared);
        struct slots slots = studio_state(stage->studio);
        while (!slots_get(&slots, &seen, NULL) || seen.periods < 20 + (uint32_t)i)
            ;
        wait_stopped(pid);
        go_on(stage);
        atomic_store(&shared->server, -1);
        kill(pid, SIGCONT);
        for (uint32_t cycle = 1; cycle <= 20; cycle++) {
            stage_period(stage, 1, PERIOD, true);
            assert_undisturbed(stage, stage->recorded, stage->recorded, PERIOD);
            atomic_store(&shared->server, stage->server);
            while (atomic_load(&shared->ran) < cycle)
                ;
            stage_pass(stage, PERIOD);
        }
        assert_int_equal(atomic_load(&shared->sounded), 0);
        assert_true(engine_owns(stage->engine[1]));
        end_process(pid);
        munmap(shared, sizeof(*shared));
    }
}
