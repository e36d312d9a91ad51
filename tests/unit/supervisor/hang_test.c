#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/hang.h"

enum { LOOK = 100000, LIMIT = 2000000 };

/* Checks ten times a second a process that sends no heartbeat, in `state`, using `cpu` between two checks. Returns the
 * number of checks until the process counts as hanging, 0 if that takes more than `most`. */
static int looks_until_found(char state, usec_t cpu, int most)
{
    struct hang hang = { 0 };
    struct proc proc = { .state = state };

    for (int look = 1; look <= most; look++) {
        proc.cpu += cpu;
        if (hang_found(&hang, 0, &proc, LOOK, LIMIT))
            return look;
    }
    return 0;
}

static void a_stopped_or_sleeping_process_is_found_after_its_limit(void **state)
{
    (void)state;
    assert_int_equal(looks_until_found('T', 0, 100), 22);
    assert_int_equal(looks_until_found('S', 0, 100), 22);
}

static void a_process_that_spins_is_found(void **state)
{
    (void)state;
    assert_int_equal(looks_until_found('R', LOOK, 100), 22);
}

static void a_process_that_spins_on_a_quarter_of_a_processor_is_found_as_soon(void **state)
{
    (void)state;
    assert_int_equal(looks_until_found('R', LOOK / 4, 100), 22);
    assert_int_equal(looks_until_found('R', LOOK / 8, 100), 42);
}

static void a_process_that_gets_no_processor_is_no_hang(void **state)
{
    (void)state;
    assert_int_equal(looks_until_found('R', 0, 10000), 0);
}

static void a_turn_of_less_than_a_quarter_of_the_limit_is_no_hang(void **state)
{
    (void)state;
    for (int looks = 5; looks < 1000; looks += 7) /* however long the machine keeps it from running */
        assert_int_equal(looks_until_found('R', LIMIT / 4 / looks, looks), 0);
}

static void a_process_that_waits_for_a_disk_or_a_debugger_is_no_hang(void **state)
{
    (void)state;
    assert_int_equal(looks_until_found('D', 0, 10000), 0);
    assert_int_equal(looks_until_found('t', 0, 10000), 0);
}

static void a_heartbeat_clears_the_observations(void **state)
{
    const struct proc sleeping = { .state = 'S' };
    struct hang hang = { 0 };

    (void)state;
    for (uint64_t look = 0; look < 1000; look++)
        assert_false(hang_found(&hang, look / 15, &sleeping, LOOK, LIMIT));
}

static void a_process_with_a_heartbeat_needs_no_sample(void **state)
{
    const struct proc spins = { .state = 'R', .cpu = LIMIT }, later = { .state = 'R', .cpu = 2 * LIMIT };
    struct hang hang = { 0 };

    (void)state;
    assert_false(hang_has_ended(&hang, 0));
    assert_false(hang_found(&hang, 0, &spins, LIMIT + 1, LIMIT));
    assert_true(hang_has_ended(&hang, 1));
    assert_false(hang_has_ended(&hang, 1));
    assert_false(hang_found(&hang, 1, &later, LIMIT + 1, LIMIT)); /* some of it was before the heartbeat */
    assert_int_equal(hang.silent, 0);
}

static void one_look_alone_reports_no_hang(void **state)
{
    const struct proc sleeping = { .state = 'S' };
    struct hang hang = { 0 };

    (void)state;
    assert_false(hang_found(&hang, 0, &sleeping, 10 * LIMIT, LIMIT));
    assert_false(hang_found(&hang, 1, &sleeping, 10 * LIMIT, LIMIT));
    assert_false(hang_found(&hang, 1, &sleeping, 10 * LIMIT, LIMIT));
    assert_true(hang_found(&hang, 1, &sleeping, 1, LIMIT));
}

static void a_process_whose_time_decreased_is_no_hang(void **state)
{
    const struct proc before = { .state = 'R', .cpu = 5000000 }, after = { .state = 'R', .cpu = 0 };
    struct hang hang = { 0 };

    (void)state;
    assert_false(hang_found(&hang, 0, &before, LOOK, LIMIT));
    assert_false(hang_found(&hang, 0, &after, LOOK, LIMIT));
    assert_in_range(hang.silent, 0, LOOK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_or_sleeping_process_is_found_after_its_limit),
        cmocka_unit_test(a_process_that_spins_is_found),
        cmocka_unit_test(a_process_that_spins_on_a_quarter_of_a_processor_is_found_as_soon),
        cmocka_unit_test(a_process_that_gets_no_processor_is_no_hang),
        cmocka_unit_test(a_turn_of_less_than_a_quarter_of_the_limit_is_no_hang),
        cmocka_unit_test(a_process_that_waits_for_a_disk_or_a_debugger_is_no_hang),
        cmocka_unit_test(a_heartbeat_clears_the_observations),
        cmocka_unit_test(a_process_with_a_heartbeat_needs_no_sample),
        cmocka_unit_test(one_look_alone_reports_no_hang),
        cmocka_unit_test(a_process_whose_time_decreased_is_no_hang),
    };
    return cmocka_run_group_tests_name("supervisor/hang", tests, NULL, NULL);
}
