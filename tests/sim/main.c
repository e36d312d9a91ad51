/* sim [STEPS]: simulates this number of steps, in worlds of a few thousand each, and compares each world's store with
 * the asks and answers. SEED=n: only that world, TRACE=1: each step. MOST_SECONDS=n: no new world after n seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/deed.h"
#include "tests/sim/journal.h"

enum { STEPS = 1000000, WORLD = 5000, SECONDS = 1000000 };

/* In a build with AddressSanitizer: a process that dies frees nothing, which is not a leak. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static uint64_t number_in(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && text[0] ? strtoull(text, NULL, 10) : otherwise;
}

static void empty_the_store(void)
{
    static const char *const files[] = { "store/data.mdb", "store/lock.mdb", "store/state",
                                         "store/doubt",    "store/lineage",  "store" };
    char path[PATH_MAX + 32];

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "%s/%s", sim.paths.data, files[i]);
        remove(path);
    }
}

static void run_world(uint64_t seed)
{
    empty_the_store();
    sim_begin(seed, WORLD);
    network_begin();
    deed_begin();
    journal_begin();
    client_begin_all();
    if (sim.is_once)
        once_begin();
    while (sim.steps < sim.steps_end)
        server_live();
    if (sim.is_once)
        once_check();
    else
        history_check();
    client_end_all();
    network_end();
    deed_end();
    journal_end();
}

static void print_figures(uint64_t first, uint64_t worlds, uint64_t steps)
{
    const struct sim_counts *n = &sim.counts;

    printf("figure: %llu steps in %llu worlds, seeds %llu to %llu\n", (unsigned long long)steps,
           (unsigned long long)worlds, (unsigned long long)first, (unsigned long long)(first + worlds - 1));
    printf("figure: %llu requests, %llu of them asked for again by hand; %llu acked, %llu refused, %llu "
           "answers that "
           "say nothing; %llu changes\n",
           (unsigned long long)n->deeds, (unsigned long long)n->repeated, (unsigned long long)n->acked,
           (unsigned long long)n->refused, (unsigned long long)n->unknown, (unsigned long long)n->changes);
    printf("figure: %llu messages delivered, %llu lost, %llu doubled; %llu commits, %llu of them failed; "
           "%llu deaths of "
           "persist, %llu of clients\n",
           (unsigned long long)n->delivered, (unsigned long long)n->lost, (unsigned long long)n->doubled,
           (unsigned long long)n->commits, (unsigned long long)n->failed_commits, (unsigned long long)n->deaths,
           (unsigned long long)n->client_deaths);
    printf("figure: %llu rows and %llu answers trimmed, %llu requests done again after that; %llu clock steps; "
           "%llu parts of batches; %llu analyses; removals of libraries interrupted %llu times; "
           "%llu deeds that are done once; %llu items forgotten or brought back in %llu pieces of work, %llu emptied; "
           "%llu steps continued; %llu relinks, done or taken back; %llu undos back to a step; "
           "%llu packs that followed a moved folder; %llu applies continued, %llu new steps of them; "
           "%llu parts of steps taken back or done again\n",
           (unsigned long long)n->trimmed, (unsigned long long)n->forgotten, (unsigned long long)n->done_again,
           (unsigned long long)n->clock_steps, (unsigned long long)n->parts, (unsigned long long)n->heard,
           (unsigned long long)n->interrupted, (unsigned long long)n->once, (unsigned long long)n->flipped,
           (unsigned long long)n->works, (unsigned long long)n->emptied, (unsigned long long)n->continued,
           (unsigned long long)n->relinks, (unsigned long long)n->ways_back, (unsigned long long)n->repacked,
           (unsigned long long)n->goings, (unsigned long long)n->new_steps, (unsigned long long)n->pieces);
    printf("figure: %llu were refused, and done when a late copy of the request came; %llu under a used id\n",
           (unsigned long long)n->refused_then_done, (unsigned long long)n->rivals);
}

int main(int argc, char **argv)
{
    uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : STEPS, steps = 0, worlds = 0;
    uint64_t only = number_in("SEED", 0), first = only ? only : number_in("FIRST", 1);
    time_t end = time(NULL) + (time_t)number_in("MOST_SECONDS", SECONDS);
    struct fault fault = { 0 };
    char digest[ID_TEXT_SIZE];

    sim.trace = number_in("TRACE", 0) > 0;
    sim.broken = getenv("BROKEN");
    if (paths_find(&sim.paths, &fault) != ERR_OK) {
        fprintf(stderr, "%s\n", fault.what);
        return 2;
    }
    do {
        run_world(first + worlds++);
        steps += sim.steps;
    } while (!only && steps < wanted && time(NULL) < end);
    print_figures(first, worlds, steps);
    printf("digest of seed %llu: %s\n", (unsigned long long)sim.seed, id_write(sim.digest, digest));
    return 0;
}
