#include "supervisor/policy.h"
#include "tests/unit/claim.h"

enum { MS = 1000, S = 1000000 };

/* One death after another, and the reaction to each: waits in ms, -1 for quarantine. */
struct death_row {
    struct policy_life life;
    int wait_ms;
};

static const struct policy_life at_once = { .lived = 10 * MS };
static const struct policy_life before_ready = { .lived = 30 * S };
static const struct policy_life soon_after_ready = { .lived = 1 * S, .was_ready = true, .ready = 900 * MS };
static const struct policy_life slow_to_start = { .lived = 10 * S, .was_ready = true, .ready = 1 * S };
static const struct policy_life after_a_while = { .lived = 60 * S, .was_ready = true, .ready = 59 * S };

static void deaths_end_so(const struct death_row *rows, size_t count, bool never_quarantined)
{
    struct policy policy = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct policy_verdict verdict = policy_died(&policy, rows[i].life, never_quarantined);
        assert_int_equal(verdict.quarantine, rows[i].wait_ms < 0);
        if (!verdict.quarantine)
            assert_int_equal(verdict.wait, rows[i].wait_ms * MS);
    }
}

#define DEATHS(rows, never) deaths_end_so(rows, sizeof(rows) / sizeof(*(rows)), never)

CLAIM(each_quick_death_delays_the_restart_longer_and_the_fifth_leads_to_quarantine)
{
    const struct death_row rows[] = {
        { at_once, 0 }, { at_once, 100 }, { at_once, 500 }, { at_once, 2000 }, { at_once, -1 },
    };

    DEATHS(rows, false);
}

CLAIM(a_service_without_quarantine_restarts_every_five_seconds)
{
    const struct death_row rows[] = {
        { at_once, 0 },    { at_once, 100 },  { at_once, 500 },  { at_once, 2000 },
        { at_once, 5000 }, { at_once, 5000 }, { at_once, 5000 },
    };

    DEATHS(rows, true);
}

CLAIM(a_death_after_a_while_is_followed_by_a_restart_at_once)
{
    const struct death_row rows[] = {
        { after_a_while, 0 }, { after_a_while, 0 }, { after_a_while, 0 },
        { after_a_while, 0 }, { after_a_while, 0 }, { after_a_while, 0 },
    };

    DEATHS(rows, false);
}

CLAIM(a_death_before_ready_counts_as_quick_after_any_time)
{
    const struct death_row rows[] = {
        { before_ready, 0 }, { before_ready, 100 }, { before_ready, 500 }, { before_ready, 2000 }, { before_ready, -1 },
    };

    DEATHS(rows, false);
}

CLAIM(two_seconds_of_being_ready_reset_the_count)
{
    const struct death_row rows[] = {
        { at_once, 0 },       { at_once, 100 }, { at_once, 500 }, { at_once, 2000 },
        { after_a_while, 0 }, { at_once, 0 },   { at_once, 100 },
    };

    DEATHS(rows, false);
}

CLAIM(less_than_two_seconds_of_being_ready_do_not_reset_the_count)
{
    const struct death_row rows[] = {
        { soon_after_ready, 0 }, { soon_after_ready, 100 }, { slow_to_start, 0 }, { soon_after_ready, 500 },
        { slow_to_start, 0 },    { at_once, 2000 },         { at_once, -1 },
    };

    DEATHS(rows, false);
}

CLAIM(a_release_from_quarantine_restarts_the_count)
{
    struct policy policy = { 0 };

    for (int i = 0; i < 5; i++)
        policy_died(&policy, at_once, false);
    policy = (struct policy){ 0 };
    assert_false(policy_died(&policy, at_once, false).quarantine);
}
