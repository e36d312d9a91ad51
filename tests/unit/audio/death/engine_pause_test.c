/* An owner is paused at any instruction of a period, its standby takes over and continues, and the owner is resumed. A
 * reader must find the rings of captures and notes as if the owner had ended there. The owner pauses within a signal
 * handler, at an instruction that the processor's single-step flag counts from a breakpoint near it; the handler plays
 * the standby and the reader. LONG=1: every instruction, and a thousand random ones of the period. SEED=N draws the
 * random ones. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "common/sanitizer.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "tests/unit/audio/death/route.h"
#include "tests/unit/audio/stage.h"

enum { FRAMES = 64, CUES = 3, LOW_BITS = 20 };
enum { LAP_FRAMES = 8192, LAP_CUES = 250, UNREAD = 4, LAP = CAPTURE_FRAMES / LAP_FRAMES + 4 };
enum { PUBLICATION = 1000 }; /* more than the number of its instructions */
static const long FLAG_STEP = 0x100;

typedef void (*place)(void); /* the address of a function's first instruction */

struct breakpoint {
    uint8_t *at; /* NULL: none is set */
    uint8_t was;
};

/* The state of the handler. */
static struct {
    struct stage *stage;
    struct breakpoint begin, near, after_repeat;
    struct way way;           /* to an instruction near the pause; at 0: from `begin` */
    uint64_t steps, pause_at; /* instructions since `begin`; the one at which the owner pauses */
    bool is_on, is_near, records, has_paused, laps;
} owner;

static struct route route; /* of one period, from `begin` */

/* The state of the reader. */
static struct {
    int64_t frame;      /* the last one of the take; -1: none */
    uint64_t lost;      /* frames between those that it has read */
    uint32_t sent, tag; /* number of cues sent; the tag of the next answer */
    bool may_lose_notes;
} reader;

/* ---- the server, the standby, the reader ---- */

static void fill_input(struct stage *stage, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        uint64_t number = (uint64_t)stage->server + i;
        stage->in[0][i] = stage_count((uint32_t)(number & ((1u << LOW_BITS) - 1)));
        stage->in[1][i] = stage_count((uint32_t)(number >> LOW_BITS));
    }
}

static void send_cues(struct stage *stage, uint32_t count)
{
    struct ring cues = studio_cues(stage->studio, CUES_CONTROL);

    for (uint32_t i = 0; i < count; i++) {
        struct cue cue = { .frame = CUE_NOW, .verb = CUE_TRANSPORT_LOCATE, .tag = reader.sent };
        if (ring_write(&cues, &cue, 1) == 0)
            return;
        reader.sent++;
    }
}

static void run_period(struct stage *stage, uint32_t instance, uint32_t frames)
{
    stage->recorded = 0;
    fill_input(stage, frames);
    stage_period(stage, instance, frames, true);
}

static void read_take(const struct stage *stage)
{
    struct ring ring;
    const struct capture_memory *capture = studio_capture(stage->studio, CAPTURE_TAKE, &ring);
    float frame[2];

    while (ring_read(&ring, frame, 1)) {
        int64_t number = (int64_t)(frame[0] * 0x1p24f) + ((int64_t)(frame[1] * 0x1p24f) << LOW_BITS);
        if (number <= reader.frame)
            fail_msg("frame %lld was captured after frame %lld", (long long)number, (long long)reader.frame);
        reader.lost += reader.frame < 0 ? 0 : (uint64_t)(number - reader.frame - 1);
        reader.frame = number;
    }
    /* All frames before the server's current one are read or lost. */
    assert_int_equal(capture_header_get(capture).generation, 1);
    assert_true(capture_header_get(capture).end == UINT64_MAX);
    assert_int_equal(capture_header_get(capture).lost, reader.lost + (uint64_t)(stage->server - 1 - reader.frame));
}

static void read_notes(const struct stage *stage)
{
    struct note note;

    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++) {
        struct ring notes = studio_notes(stage->studio, consumer);
        while (ring_read(&notes, &note, 1)) {
            if (note.kind != NOTE_CUE_DONE || note.value != (float)CUE_TRANSPORT_LOCATE)
                continue;
            if (reader.may_lose_notes ? note.tag < reader.tag : note.tag != reader.tag)
                fail_msg("the answer is to cue %u, expected cue %u", note.tag, reader.tag);
            reader.tag = note.tag + 1;
        }
    }
}

static void read_all(const struct stage *stage)
{
    read_take(stage);
    read_notes(stage);
}

/* The standby takes over with its second period, because its first is the one that the owner does not end. When the
 * rings wrap around, the reader leaves the last periods for later: they contain the cells that the owner was
 * copying. */
static void stand_in(void)
{
    struct stage *stage = owner.stage;
    uint32_t periods = owner.laps ? LAP : 4;

    stage->server += FRAMES;
    for (uint32_t i = 0; i < periods; i++) {
        uint32_t frames = owner.laps && i > 1 ? LAP_FRAMES : FRAMES;
        send_cues(stage, frames == FRAMES ? CUES : LAP_CUES);
        run_period(stage, 1, frames);
        stage->server += frames;
        if (i > 1 && (!owner.laps || i < periods - UNREAD))
            read_all(stage);
    }
    assert_true(engine_owns(stage->engine[1]));
}

/* ---- the pause ---- */

static void set_break(struct breakpoint *breakpoint, uint8_t *at)
{
    uintptr_t page = (uintptr_t)at & ~(uintptr_t)4095;

    assert_int_equal(mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
    *breakpoint = (struct breakpoint){ at, *at };
    *at = ROUTE_BREAK;
}

static void clear_break(struct breakpoint *breakpoint)
{
    if (breakpoint->at)
        *breakpoint->at = breakpoint->was;
    breakpoint->at = NULL;
}

static bool take_break(struct breakpoint *breakpoint, greg_t *ip)
{
    if (!breakpoint->at || (uintptr_t)*ip != (uintptr_t)breakpoint->at + 1)
        return false;
    *ip = (greg_t)(uintptr_t)breakpoint->at;
    clear_break(breakpoint);
    return true;
}

/* A copy by `rep movs` counts as one instruction, although stepping would stop at each of its bytes. Returns its
 * length; 0: another instruction. */
static uint32_t find_repeated(const uint8_t *at)
{
    if (at[0] != 0xf3)
        return 0;
    if (at[1] >= 0x40 && at[1] <= 0x4f)
        return at[2] == 0xa4 || at[2] == 0xa5 || at[2] == 0xaa || at[2] == 0xab ? 3 : 0;
    return at[1] == 0xa4 || at[1] == 0xa5 || at[1] == 0xaa || at[1] == 0xab ? 2 : 0;
}

/* False: the owner runs on to the breakpoint near its pause, or past it once more. */
static bool is_near(uint8_t *at, greg_t *flags)
{
    uint8_t *goal = (uint8_t *)owner.way.at;

    if (!goal || (at == goal && owner.way.visits-- == 0))
        return true;
    if (at == goal)
        *flags |= FLAG_STEP;
    else
        set_break(&owner.near, goal);
    return false;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    greg_t *ip = &registers[REG_RIP], *flags = &registers[REG_EFL];
    uint32_t length;

    (void)number, (void)info;
    if (!take_break(&owner.begin, ip) && !take_break(&owner.near, ip))
        (void)take_break(&owner.after_repeat, ip);
    *flags &= ~FLAG_STEP;
    if (!owner.is_on || !(owner.is_near = owner.is_near || is_near((uint8_t *)(uintptr_t)*ip, flags)))
        return;
    length = find_repeated((const uint8_t *)(uintptr_t)*ip);
    if (owner.records)
        route_add(&route, length ? 0 : (uintptr_t)*ip);
    if (owner.steps++ == owner.pause_at) {
        owner.has_paused = true;
        owner.is_on = false;
        stand_in();
        return;
    }
    if (length)
        set_break(&owner.after_repeat, (uint8_t *)(uintptr_t)*ip + length);
    else
        *flags |= FLAG_STEP;
}

static void catch_traps(void)
{
    struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER };

    sigaction(SIGTRAP, &action, NULL);
}

/* Instance 0 is the owner and has played for a while; the other one is the standby. */
static void settle_stage(struct stage *stage)
{
    while (!engine_owns(stage->engine[0]))
        assert_true(engine_claim(stage->engine[0], true));
    for (int i = 0; i < 4; i++) {
        send_cues(stage, CUES);
        run_period(stage, 0, FRAMES);
        run_period(stage, 1, FRAMES);
        stage->server += FRAMES;
        read_all(stage);
    }
}

/* Runs one period of the owner, paused `at` instructions after `begin`. False: the period ended before. */
static bool pause_by(struct stage *stage, place begin, uint64_t at, struct way way)
{
    settle_stage(stage);
    run_period(stage, 1, FRAMES); /* the standby is first in this cycle, so it was present in the previous one */
    owner.way = way;
    owner.steps = way.number;
    owner.pause_at = at;
    owner.has_paused = owner.is_near = false;
    owner.is_on = true;
    set_break(&owner.begin, (uint8_t *)(uintptr_t)begin);
    send_cues(stage, CUES);
    run_period(stage, 0, FRAMES);
    owner.is_on = false;
    clear_break(&owner.near);
    if (!owner.has_paused)
        stage->server += FRAMES;
    for (int i = 0; i < 3; i++) { /* together with the resumed one */
        uint32_t first = engine_owns(stage->engine[1]);
        send_cues(stage, CUES);
        run_period(stage, first, FRAMES);
        run_period(stage, 1 - first, FRAMES);
        stage->server += FRAMES;
        read_all(stage);
    }
    assert_int_equal(reader.frame, stage->server - 1); /* nothing more is lost, and every cue is answered */
    assert_int_equal(reader.tag, reader.sent);
    return owner.has_paused;
}

/* If the period differs from the recorded one, so that the way is not found, each instruction is stepped. */
static bool pause_at(struct stage *stage, place begin, uint64_t at)
{
    return pause_by(stage, begin, at, route_way(&route, at)) || pause_by(stage, begin, at, (struct way){ 0 });
}

static void record_route(struct stage *stage, place begin)
{
    route.count = 0;
    owner.records = true;
    assert_false(pause_by(stage, begin, UINT64_MAX, (struct way){ 0 }));
    owner.records = false;
    assert_true(route.count > 0 && route.count < ROUTE_MOST);
}

static void start_stage(struct stage *stage, place begin)
{
    memset(&reader, 0, sizeof(reader));
    reader.frame = -1;
    reader.may_lose_notes = owner.laps;
    owner.stage = stage;
    stage->server = 1000;
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_CAPTURE_START, .generation = 1 });
    catch_traps();
    record_route(stage, begin);
}

/* ---- the claims ---- */

static bool is_long(void)
{
    const char *word = getenv("LONG");

    return word && word[0];
}

/* One of `each` instructions, from `begin` to the end of the period. */
static void sweep_pauses(struct stage *stage, place begin, uint64_t most, uint64_t each)
{
    uint64_t at = 0, pauses = 0;

    start_stage(stage, begin);
    while (at < most && pause_at(stage, begin, at)) {
        at += each;
        pauses++;
    }
    assert_true(pauses > 20);
    print_message("%llu pauses in %llu instructions\n", (unsigned long long)pauses, (unsigned long long)at);
}

/* From the owner's last load of the owner word. */
static void paused_at_any_instruction_of_the_end_and_resumed_it_changes_nothing(void **made)
{
    owner.laps = false;
    sweep_pauses(*made, (place)(uintptr_t)notes_stage, UINT64_MAX, is_long() ? 1 : 17);
}

/* During the publication, when the rings wrap around: the cells that it was copying are in use again. */
static void paused_while_the_rings_come_round_it_changes_nothing(void **made)
{
    owner.laps = true;
    sweep_pauses(*made, (place)(uintptr_t)notes_show, PUBLICATION, is_long() ? 1 : 11);
}

static void paused_anywhere_in_a_period_and_resumed_it_changes_nothing(void **made)
{
    const char *word = getenv("SEED");
    uint32_t seed = word ? (uint32_t)strtoul(word, NULL, 10) : 1, pauses = is_long() ? 1000 : 60;

    owner.laps = false;
    print_message("seed %u\n", seed);
    start_stage(*made, (place)(uintptr_t)engine_holds);
    for (uint32_t i = 0; i < pauses; i++) {
        seed = seed * 1664525u + 1013904223u;
        (void)pause_at(*made, (place)(uintptr_t)engine_holds, (seed >> 8) % 30000);
    }
}

int main(void)
{
    if (SANITIZED) { /* its checks are instructions, too */
        printf("ok 1 - an_owner_pauses # SKIP a sanitizer build has too many instructions\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paused_at_any_instruction_of_the_end_and_resumed_it_changes_nothing, stage_new,
                                        stage_end),
        cmocka_unit_test_setup_teardown(paused_while_the_rings_come_round_it_changes_nothing, stage_new, stage_end),
        cmocka_unit_test_setup_teardown(paused_anywhere_in_a_period_and_resumed_it_changes_nothing, stage_new,
                                        stage_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
