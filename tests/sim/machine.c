#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "tests/sim/sim.h"

static const usec_t first_day = (usec_t)1700000000 * 1000000, clock_step = 10000000;
enum { CLOCK_STEPS = 10 /* of a thousand waits */ };

struct sim sim;

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
static uint64_t next_number(void)
{
    uint64_t z = sim.chance += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t sim_random(uint64_t below)
{
    return next_number() % below;
}

bool sim_chance(uint32_t of_thousand)
{
    return sim_random(1000) < of_thousand;
}

void sim_begin(uint64_t seed, uint64_t steps)
{
    sim.seed = sim.chance = seed;
    sim.steps = 0;
    sim.steps_end = steps;
    sim.now = 1000000;
    sim.wall_offset = sim.clock_set = 0;
    sim.clock_steps = sim_chance(500);
    sim.is_slow = sim_chance(400);
    sim.is_once = seed % 6 == 5;
    sim.ids = 0;
    sim.digest = (struct id){ { 0 } };
}

void sim_digest(const void *bytes, size_t len)
{
    struct hash hash = hash_of(bytes, len);
    struct id both[2] = { sim.digest };

    memcpy(both[1].b, hash.b, sizeof(both[1].b));
    sim.digest = id_of_bytes(both, sizeof(both));
}

void sim_step(const char *what, uint64_t number)
{
    char line[160];
    int len = snprintf(line, sizeof(line), "%lld %s %llu", (long long)sim.now, what, (unsigned long long)number);

    sim.steps++;
    sim_digest(line, (size_t)len);
    if (sim.trace)
        fprintf(stderr, "# %llu: %s\n", (unsigned long long)sim.steps, line);
}

void sim_fail(const char *format, ...)
{
    va_list args;

    fprintf(stderr, "SEED=%llu step %llu: ", (unsigned long long)sim.seed, (unsigned long long)sim.steps);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    exit(1);
}

/* Sets the wall clock, sometimes to an earlier moment; the steady clock is not affected. */
void sim_set_clock(void)
{
    if (!sim.clock_steps || !sim_chance(CLOCK_STEPS))
        return;
    sim.wall_offset += (usec_t)sim_random(2 * (uint64_t)clock_step) - clock_step;
    sim.clock_set = sim.now;
    sim.counts.clock_steps++;
    sim_step("clock set", (uint64_t)(sim.wall_offset + sim.now));
}

usec_t sim_wall(void)
{
    return first_day + sim.wall_offset + sim.now;
}

/* ---- the world's clocks and ids (linked instead of those of common/) ---- */

usec_t __wrap_clock_now(void);
usec_t __wrap_clock_steady(void);
uint64_t __wrap_latency_clock(void);
struct id __wrap_id_new(void);
bool __wrap_lock_is_held(const struct paths *paths, const char *service);
void __wrap_log_info(const char *format, ...);
void __wrap_log_warn(const char *format, ...);
void __wrap_log_error(const char *format, ...);
void __wrap_log_fault(const char *doing, const struct fault *fault);

/* Each reading takes time. */
usec_t __wrap_clock_now(void)
{
    sim.now++;
    return sim_wall();
}

usec_t __wrap_clock_steady(void)
{
    return sim.now;
}

uint64_t __wrap_latency_clock(void)
{
    return (uint64_t)sim.now * 1000;
}

struct id __wrap_id_new(void)
{
    struct id id = { { 1 } };
    uint64_t number = ++sim.ids;

    for (int i = 15; i > 7; i--, number >>= 8)
        id.b[i] = (uint8_t)number;
    return id;
}

/* The engine runs: a service that has died will come back. */
bool __wrap_lock_is_held(const struct paths *paths, const char *service)
{
    (void)paths, (void)service;
    return true;
}

void __wrap_log_info(const char *format, ...)
{
    (void)format;
}

void __wrap_log_warn(const char *format, ...)
{
    (void)format;
}

void __wrap_log_error(const char *format, ...)
{
    (void)format;
}

void __wrap_log_fault(const char *doing, const struct fault *fault)
{
    if (fault->code == ERR_INTERNAL)
        sim_fail("%s: %s", doing, fault->what);
}
