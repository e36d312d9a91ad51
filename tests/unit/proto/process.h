/* process.h: for tests of the skeleton: a home for each test, and services as child processes that die with the
 * test. */
#ifndef LOOPHOLE_TESTS_PROTO_PROCESS_H
#define LOOPHOLE_TESTS_PROTO_PROCESS_H

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/limits.h"
#include "proto/service/service.h"
#include "proto/transport/ask.h"
#include "proto/transport/lock.h"
#include "proto/transport/requester.h"
#include "schema_indexer.h"
#include "schema_search.h"
#include "schema_service.h"

enum { PATIENCE_MS = 60000 };

/* An engine without a supervisor, for one test: the test has its lock, so that clients wait for services. */
struct engine {
    char home[64];
    struct paths paths;
    int lock;
    struct asker *asker;
    struct sockets *sockets;   /* of the requester */
    struct requester *several; /* for engine_send and engine_take */
    pid_t pids[4];
};

static inline int engine_set_up(void **state)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    struct rlimit files;

    assert_non_null(engine);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    snprintf(engine->home, sizeof(engine->home), "/tmp/loophole-test.XXXXXX");
    assert_non_null(mkdtemp(engine->home));
    setenv("LOOPHOLE_HOME", engine->home, 1);
    assert_int_equal(paths_find(&engine->paths, NULL), ERR_OK);
    assert_int_equal(lock_take(&engine->paths, "supervisor", &engine->lock, NULL), ERR_OK);
    engine->asker = asker_new(&engine->paths, NULL);
    assert_non_null(engine->asker);
    engine->sockets = sockets_new(NULL);
    assert_non_null(engine->sockets);
    engine->several = requester_new(engine->sockets, &engine->paths, LIMIT_CLIENT_ASKS);
    *state = engine;
    return 0;
}

static inline int engine_remove_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static inline int process_end(pid_t pid, int signal)
{
    int status = -1;

    kill(pid, signal);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static inline int engine_tear_down(void **state)
{
    struct engine *engine = *state;

    asker_free(engine->asker);
    requester_free(engine->several);
    sockets_free(engine->sockets);
    for (size_t i = 0; i < sizeof(engine->pids) / sizeof(*engine->pids); i++)
        if (engine->pids[i] > 0)
            process_end(engine->pids[i], SIGKILL);
    close(engine->lock);
    nftw(engine->home, engine_remove_file, 16, FTW_DEPTH | FTW_PHYS);
    free(engine);
    return 0;
}

/* A child that runs `serve` and ends with its exit code. */
static inline pid_t process_start(int (*serve)(void))
{
    pid_t parent = getpid(), pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    close_range(3, ~0U, 0); /* the parent's sockets */
    _exit(serve());
}

/* Asks with a long budget. If the result is not the expected one, the message contains the fault's text. */
static inline void ask_engine(struct engine *engine, const char *name, const void *request, void *answer,
                              enum err wanted)
{
    struct fault fault = { 0 };
    enum err e = ask(engine->asker, name, request, PATIENCE_MS, NULL, answer, &fault);

    if (e != wanted)
        fail_msg("%s: %s, not %s: %s (%s) %s", name, err_name(e), err_name(wanted), fault.what, fault.field,
                 fault.hint);
}

/* Several asks at a time: engine_send sends one, engine_take waits for the next answer to any of them. */
static inline enum err engine_send(struct engine *engine, const char *name, struct bytes body, uint32_t budget_ms,
                                   struct id request)
{
    return requester_send(engine->several, text_of(name), body, budget_ms, request, 0, (struct text){ 0 }, NULL, NULL);
}

static inline enum err engine_take(struct engine *engine, int timeout_ms, struct delivery *answer)
{
    usec_t until = clock_steady() + (usec_t)timeout_ms * 1000;
    struct pollfd fds[REQUESTER_FDS];

    while (!requester_take(engine->several, answer)) {
        usec_t now = clock_steady(), due = requester_due(engine->several);
        if (now > until)
            return ERR_TIMEOUT;
        due = due < until ? due : until;
        poll(fds, requester_wait_for(engine->several, fds, REQUESTER_FDS),
             due < now ? 0 : (int)((due - now) / 1000) + 1);
    }
    return ERR_OK;
}

static inline void engine_run(struct engine *engine, int place, int (*serve)(void), const char *ping)
{
    engine->pids[place] = process_start(serve);
    ask_engine(engine, ping, NULL, NULL, ERR_OK);
}

#endif
