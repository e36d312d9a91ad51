#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/latency/bench.h"

enum { WRITERS = 8, SEARCHERS = 8 };

struct load {
    pthread_t thread;
    const char *service;
    struct engine *engine;
    uint32_t clients;
    void (*frame)(void *state, struct buffer *to);
    volatile bool stop;
    struct latency *to;
};

static void *run_load(void *state)
{
    struct load *load = state;
    char address[PATH_MAX];
    struct swarm *swarm = swarm_begin(paths_ask_socket(&load->engine->paths, load->service, address), load->clients);

    swarm_run(swarm, 0, &load->stop, true, load->frame, load->engine, load->to);
    swarm_end(swarm);
    return NULL;
}

static void begin_load(struct load *load)
{
    if (pthread_create(&load->thread, NULL, run_load, load) != 0)
        bench_fail("no thread for a load");
}

static void end_load(struct load *load)
{
    load->stop = true;
    pthread_join(load->thread, NULL);
}

/* Runs the whole index command: from the scan of the folder to the last analysed file. */
static void index_library(const char *library)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execlp("loophole", "loophole", "index", library, "--wait", (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
        bench_fail("loophole index %s failed", library);
}

bool load_run(struct engine *engine, const char *library, struct latency *puts, struct latency *searches,
              double *seconds)
{
    struct engine searching = *engine;
    struct load writers = {
        .service = "persist", .engine = engine, .clients = WRITERS, .frame = engine_put_frame, .to = puts
    };
    struct load searchers = {
        .service = "search", .engine = &searching, .clients = SEARCHERS, .frame = engine_search_frame, .to = searches
    };
    uint64_t from = latency_clock();

    if (!library || access(library, R_OK) != 0 || !engine_answers(engine, "search") ||
        !engine_answers(engine, "indexer"))
        return false;
    begin_load(&writers);
    begin_load(&searchers);
    index_library(library);
    end_load(&writers);
    end_load(&searchers);
    *seconds = (double)(latency_clock() - from) / 1e9;
    return true;
}
