#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "common/process/hang.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/process/busy.h"

enum { LOOK = 100000, LIMIT = 2000000 };
enum { THREAD_LIMIT = 500000, MOST_LOOKS = 600, AFTER_LIMIT = 10 };

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

CLAIM(a_stopped_or_sleeping_process_is_found_after_its_limit)
{
    assert_int_equal(looks_until_found('T', 0, 100), 22);
    assert_int_equal(looks_until_found('S', 0, 100), 22);
}

CLAIM(a_process_that_spins_is_found)
{
    assert_int_equal(looks_until_found('R', LOOK, 100), 22);
}

CLAIM(a_process_that_spins_on_a_quarter_of_a_processor_is_found_as_soon)
{
    assert_int_equal(looks_until_found('R', LOOK / 4, 100), 22);
    assert_int_equal(looks_until_found('R', LOOK / 8, 100), 42);
}

CLAIM(a_process_that_gets_no_processor_is_no_hang)
{
    assert_int_equal(looks_until_found('R', 0, 10000), 0);
}

CLAIM(a_turn_of_less_than_a_quarter_of_the_limit_is_no_hang)
{
    for (int looks = 5; looks < 1000; looks += 7) /* however long the machine keeps it from running */
        assert_int_equal(looks_until_found('R', LIMIT / 4 / looks, looks), 0);
}

CLAIM(a_process_that_waits_for_a_disk_or_a_debugger_is_no_hang)
{
    assert_int_equal(looks_until_found('D', 0, 10000), 0);
    assert_int_equal(looks_until_found('t', 0, 10000), 0);
}

CLAIM(a_heartbeat_clears_the_observations)
{
    const struct proc sleeping = { .state = 'S' };
    struct hang hang = { 0 };

    for (uint64_t look = 0; look < 1000; look++)
        assert_false(hang_found(&hang, look / 15, &sleeping, LOOK, LIMIT));
}

CLAIM(a_process_with_a_heartbeat_needs_no_sample)
{
    const struct proc spins = { .state = 'R', .cpu = LIMIT }, later = { .state = 'R', .cpu = 2 * LIMIT };
    struct hang hang = { 0 };

    assert_false(hang_has_ended(&hang, 0));
    assert_false(hang_found(&hang, 0, &spins, LIMIT + 1, LIMIT));
    assert_true(hang_has_ended(&hang, 1));
    assert_false(hang_has_ended(&hang, 1));
    assert_false(hang_found(&hang, 1, &later, LIMIT + 1, LIMIT)); /* some of it was before the heartbeat */
    assert_int_equal(hang.silent, 0);
}

CLAIM(one_look_alone_reports_no_hang)
{
    const struct proc sleeping = { .state = 'S' };
    struct hang hang = { 0 };

    assert_false(hang_found(&hang, 0, &sleeping, 10 * LIMIT, LIMIT));
    assert_false(hang_found(&hang, 1, &sleeping, 10 * LIMIT, LIMIT));
    assert_false(hang_found(&hang, 1, &sleeping, 10 * LIMIT, LIMIT));
    assert_true(hang_found(&hang, 1, &sleeping, 1, LIMIT));
}

CLAIM(a_process_whose_time_decreased_is_no_hang)
{
    const struct proc before = { .state = 'R', .cpu = 5000000 }, after = { .state = 'R', .cpu = 0 };
    struct hang hang = { 0 };

    assert_false(hang_found(&hang, 0, &before, LOOK, LIMIT));
    assert_false(hang_found(&hang, 0, &after, LOOK, LIMIT));
    assert_in_range(hang.silent, 0, LOOK);
}

CLAIM(a_pause_of_the_watcher_counts_as_two_looks_at_most)
{
    usec_t looked = 0;

    assert_int_equal(hang_passed(&looked, LOOK), LOOK);
    assert_int_equal(hang_passed(&looked, 100 * LIMIT), HANG_LOOKS_US);
    assert_int_equal(looked, 100 * LIMIT);
}

/* ---- real threads of this process ---- */

static struct hang_watch begin_watch(void)
{
    return (struct hang_watch){ .looked = clock_steady() };
}

static bool look_at(struct hang_watch *watch, struct busy *busy)
{
    return hang_watch_found(watch, atomic_load(&busy->task), atomic_load(&busy->beats), THREAD_LIMIT, "the thread");
}

/* However little processor time the thread gets: then there are more looks. */
static bool is_found(struct hang_watch *watch, struct busy *busy)
{
    bool found = false;

    for (int i = 0; i < MOST_LOOKS && !found; i++) {
        clock_sleep(LOOK);
        found = look_at(watch, busy);
    }
    return found;
}

CLAIM(a_thread_that_sleeps_or_computes_without_progress_hangs_until_its_next_progress)
{
    enum busy_kind kinds[] = { BUSY_SLEEPS, BUSY_COMPUTES };

    for (int i = 0; i < 2; i++) {
        struct busy busy = { .kind = kinds[i] };
        struct hang_watch watch = begin_watch();
        busy_begin(&busy);
        assert_true(is_found(&watch, &busy));
        assert_true(watch.hang.silent > THREAD_LIMIT);
        assert_true(look_at(&watch, &busy)); /* also between two looks */
        atomic_fetch_add(&busy.beats, 1);
        assert_false(look_at(&watch, &busy));
        busy_end(&busy);
    }
}

CLAIM(a_thread_that_the_kernel_holds_does_not_hang)
{
    struct busy busy = { .kind = BUSY_IN_KERNEL };
    struct hang_watch watch = begin_watch();

    busy_begin(&busy);
    busy_await_kernel(&busy);
    watch.looked = clock_steady();
    for (int i = 0; i < THREAD_LIMIT / LOOK + AFTER_LIMIT; i++) {
        clock_sleep(LOOK);
        assert_false(look_at(&watch, &busy));
    }
    busy_end(&busy);
}

CLAIM(a_pause_of_the_watcher_makes_no_thread_hang)
{
    struct busy busy = { .kind = BUSY_SLEEPS };
    struct hang_watch watch;

    busy_begin(&busy);
    watch = begin_watch();
    for (int pauses = 0; pauses < 2; pauses++) {
        clock_sleep(THREAD_LIMIT + LOOK);
        assert_false(look_at(&watch, &busy));
    }
    busy_end(&busy);
}

CLAIM(a_thread_that_has_not_run_yet_does_not_hang)
{
    struct hang_watch watch = { 0 };

    for (int i = 0; i < 3; i++)
        assert_false(hang_watch_found(&watch, 0, 0, 0, "the thread"));
}

/* Without an open log, lines go to standard error. */
CLAIM(the_log_says_what_a_thread_does_that_hangs)
{
    struct busy busy = { .kind = BUSY_SLEEPS };
    struct hang_watch watch = begin_watch();
    char line[1000];
    int ends[2], error = dup(2);

    busy_begin(&busy);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 2);
    bool found = is_found(&watch, &busy) && look_at(&watch, &busy);
    dup2(error, 2);
    close(ends[1]);
    ssize_t got = read(ends[0], line, sizeof(line) - 1);
    line[got > 0 ? got : 0] = '\0';
    assert_true(found);
    assert_non_null(strstr(line, "the thread hangs: no progress for "));
    assert_non_null(strstr(line, "ms (state S, system call "));
    assert_non_null(strstr(line, " ms of processor time)\n"));
    assert_ptr_equal(strchr(line, '\n'), line + got - 1); /* once */
    close(ends[0]);
    close(error);
    busy_end(&busy);
}
