#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/process/proc.h"

/* time() may still give the second before: it reads the clock of the last tick. */
static usec_t read_realtime(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    return (usec_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void now_is_microseconds_since_1970(void **state)
{
    usec_t before = read_realtime(), now = clock_now();

    (void)state;
    assert_in_range(now, before, read_realtime());
}

static void the_steady_clock_never_goes_back(void **state)
{
    usec_t last = clock_steady();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        usec_t now = clock_steady();
        assert_true(now >= last);
        last = now;
    }
}

static void a_sleep_lasts_at_least_as_long_as_asked(void **state)
{
    usec_t start = clock_steady();

    (void)state;
    clock_sleep(2000);
    clock_sleep(0);
    clock_sleep(-5);
    assert_true(clock_steady() - start >= 2000);
}

static void a_process_is_known_by_what_proc_says(void **state)
{
    struct proc proc;

    (void)state;
    assert_true(proc_read(getpid(), &proc));
    assert_int_equal(proc.state, 'R');
    assert_true(proc.start_ticks > 0);
    assert_true(proc_age(proc.start_ticks) >= 0);
    assert_false(proc_read(0, &proc));
    assert_false(proc_read(-1, &proc));
    assert_false(proc_read(INT32_MAX, &proc));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_microseconds_since_1970),
        cmocka_unit_test(the_steady_clock_never_goes_back),
        cmocka_unit_test(a_sleep_lasts_at_least_as_long_as_asked),
        cmocka_unit_test(a_process_is_known_by_what_proc_says),
    };
    return cmocka_run_group_tests_name("common/clock", tests, NULL, NULL);
}
