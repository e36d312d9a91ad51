#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process/proc.h"
#include "tests/unit/claim.h"

/* time() may still give the second before: it reads the clock of the last tick. */
static usec_t read_realtime(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    return (usec_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

CLAIM(now_is_microseconds_since_1970)
{
    usec_t before = read_realtime(), now = clock_now();

    assert_in_range(now, before, read_realtime());
}

CLAIM(the_steady_clock_never_goes_back)
{
    usec_t last = clock_steady();

    for (int i = 0; i < 10000; i++) {
        usec_t now = clock_steady();
        assert_true(now >= last);
        last = now;
    }
}

CLAIM(a_sleep_lasts_at_least_as_long_as_asked)
{
    usec_t start = clock_steady();

    clock_sleep(2000);
    clock_sleep(0);
    clock_sleep(-5);
    assert_true(clock_steady() - start >= 2000);
}

CLAIM(a_process_is_known_by_what_proc_says)
{
    struct proc proc;

    assert_true(proc_read(getpid(), &proc));
    assert_int_equal(proc.state, 'R');
    assert_true(proc.start_ticks > 0);
    assert_true(proc_age(proc.start_ticks) >= 0);
    assert_false(proc_read(0, &proc));
    assert_false(proc_read(-1, &proc));
    assert_false(proc_read(INT32_MAX, &proc));
}
