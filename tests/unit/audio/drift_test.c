/* The rate of JACK's clock, measured with the machine's clock. */
#include <math.h>

#include "services/audio/dsp/drift.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

enum { RATE = 48000, PERIOD = 1024 };

struct server {
    struct drift drift;
    int64_t frame;
    double at;
};

/* Cycles of a card that counts `hz` frames in a second, each up to `noise` µs late. */
static void run_server(struct server *server, double seconds, double hz, int noise)
{
    double end = server->at + seconds * 1e6;

    for (uint32_t i = 0; server->at < end; i++) {
        int64_t late = noise ? (int64_t)(i * 7919 % (uint32_t)noise) : 0;
        drift_period(&server->drift, server->frame, (int64_t)server->at + late, RATE);
        server->frame += PERIOD;
        server->at += PERIOD * 1e6 / hz;
    }
}

static void expect_near(const struct server *server, double wanted, double by)
{
    double rate = drift_rate(&server->drift, RATE);

    if (!(fabs(rate - wanted) <= by))
        fail_msg("%.6f Hz, not %.6f", rate, wanted);
}

CLAIM(an_exact_clock_has_its_nominal_rate_in_spite_of_late_wake_ups)
{
    struct server server = { .frame = 5000, .at = 1e9 };

    expect_near(&server, RATE, 0);
    for (int i = 0; i < 60; i++) {
        run_server(&server, 60, RATE, 300);
        expect_near(&server, RATE, 0);
    }
}

CLAIM(a_card_s_own_rate_is_found_in_a_minute)
{
    struct server server = { .frame = 1, .at = 7 };

    run_server(&server, 59, 48002.4, 100);
    expect_near(&server, RATE, 0);
    run_server(&server, 3, 48002.4, 100);
    expect_near(&server, 48002.4, 0.1); /* 2 ppm */
    run_server(&server, 3600, 48002.4, 100);
    expect_near(&server, 48002.4, 0.01);
    run_server(&server, 3600, 47997.6, 100); /* the card is warmer */
    expect_near(&server, 47997.6, 0.01);
}

CLAIM(another_server_begins_again)
{
    struct server server = { .frame = 1 << 30, .at = 1e9 };

    run_server(&server, 100, 48010, 0);
    expect_near(&server, 48010, 0.1);
    server.frame = 0;
    run_server(&server, 30, 47990, 0);
    expect_near(&server, RATE, 0);
    server.at += 5000; /* it paused */
    run_server(&server, 59, 47990, 0);
    expect_near(&server, RATE, 0);
    run_server(&server, 10, 47990, 0);
    expect_near(&server, 47990, 0.1);
}

CLAIM(anything_in_it_gives_a_rate)
{
    struct drift drift;

    memset(&drift, 0xff, sizeof(drift));
    drift.from.at = INT64_MIN;
    drift_period(&drift, INT64_MAX, INT64_MAX, RATE);
    assert_true(fabs(drift_rate(&drift, RATE) - RATE) <= RATE * 0.001);
    drift = (struct drift){ .from = { INT64_MIN, INT64_MIN }, .last = { INT64_MAX, INT64_MAX } };
    assert_true(fabs(drift_rate(&drift, RATE) - RATE) <= RATE * 0.001);
}
