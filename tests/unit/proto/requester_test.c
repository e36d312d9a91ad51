#include <dlfcn.h>
#include <zmq.h>

#include "proto/wire/frame.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/stand_in.h"

/* ---- an answer that arrives between two sendings ---- */

enum { FIRST_TWO = 2, WITH_COPIES = 4 };

static struct engine *sender; /* NULL: sendings are not counted */
static int sendings;

static bool has_signal(struct requester *requester, int timeout_ms)
{
    struct pollfd fds[REQUESTER_FDS];

    return poll(fds, requester_wait_for(requester, fds, REQUESTER_FDS), timeout_ms) > 0;
}

/* The service runs until it has answered. After the pause ZeroMQ looks for messages during the next sending. */
static void let_answer_come(void)
{
    kill(sender->pids[0], SIGCONT);
    assert_true(has_signal(sender->several, PATIENCE_MS));
    kill(sender->pids[0], SIGSTOP);
    clock_sleep(50000);
}

/* Called by sockets.c instead of ZeroMQ's function. */
int zmq_msg_send(zmq_msg_t *message, void *socket, int flags)
{
    static int (*real)(zmq_msg_t *, void *, int);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "zmq_msg_send");
    if (sender && ++sendings == WITH_COPIES)
        let_answer_come();
    return real(message, socket, flags);
}

static struct id send_word(struct engine *engine, const char *word)
{
    const struct search_query request = { .query = text_of(word) };
    struct buffer body = { 0 };
    struct id id = id_new();

    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    assert_int_equal(engine_send(engine, "search.query", buffer_bytes(&body), PATIENCE_MS, id), ERR_OK);
    buffer_free(&body);
    return id;
}

static int set_up(void **state)
{
    engine_set_up(state);
    engine_run(*state, 0, stand_in_serve, "search.ping");
    return 0;
}

static int tear_down(void **state)
{
    sender = NULL;
    return engine_tear_down(state);
}

/* Of two asks, both are sent again; the first is answered before the second leaves, and then nothing more arrives. */
CLAIM_WITH(an_answer_that_arrives_while_asks_are_sent_again_is_read_before_the_next_wait, set_up, tear_down)
{
    struct engine *engine = *state;
    struct delivery answer;
    struct id answered;

    send_word(engine, "now"); /* connects */
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    kill(engine->pids[0], SIGSTOP);
    sender = engine;
    answered = send_word(engine, "now");
    send_word(engine, "never");
    assert_int_equal(sendings, FIRST_TWO);
    while (sendings < WITH_COPIES) {
        has_signal(engine->several, 10);
        assert_false(requester_take(engine->several, &answer));
    }
    assert_true(requester_due(engine->several) <= clock_steady() || has_signal(engine->several, 0));
    assert_true(requester_take(engine->several, &answer));
    assert_true(id_equal(answer.request, answered));
    assert_int_equal(answer.error, ERR_OK);
}

/* ---- a service that was killed and cannot end ---- */

/* A stopped process keeps its connections, like a killed one that waits in the kernel for a file system. Its successor
 * removes the name of its lock. */
static void replace_service(struct engine *engine, int (*serve)(void), const char *service)
{
    char path[PATH_MAX + 64];

    kill(engine->pids[0], SIGSTOP);
    snprintf(path, sizeof(path), "%s/%s.lock", engine->paths.run, service);
    assert_int_equal(unlink(path), 0);
    engine->pids[1] = process_start(serve);
}

CLAIM_WITH(a_client_follows_a_service_to_its_successor_though_its_connection_stays_open, set_up, tear_down)
{
    struct engine *engine = *state;
    struct delivery answer;
    struct id asked;

    send_word(engine, "now"); /* connects */
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    replace_service(engine, stand_in_serve, "search");
    asked = send_word(engine, "now");
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    assert_true(id_equal(answer.request, asked));
    assert_int_equal(answer.error, ERR_OK);
}

static void tell_progress(void *service)
{
    struct indexer_progressed event = { 0 };

    event.progress.known = (uint64_t)getpid();
    service_publish(service, "progressed", &event);
}

static int indexer_serve(void)
{
    char name[] = "loophole-indexer", *argv[] = { name, NULL };
    struct service *service = service_start(1, argv, &schema_indexer);

    service_every(service, 10000, tell_progress, service);
    service_ready(service);
    service_loop(service);
    return service_end(service);
}

static bool hear_from(struct engine *engine, pid_t from)
{
    struct indexer_progressed heard = { 0 };
    struct arena arena = { 0 };
    struct event_frame event;
    struct text topic;
    usec_t until = clock_steady() + PATIENCE_MS * 1000;

    while (heard.progress.known != (uint64_t)from && clock_steady() < until) {
        if (ask_next_event(engine->asker, 1000, &topic, &event, NULL) == ERR_OK)
            assert_int_equal(codec_decode(&indexer_progressed_shape, event.body, &arena, &heard, NULL), ERR_OK);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return heard.progress.known == (uint64_t)from;
}

CLAIM_WITH(a_subscriber_follows_a_service_to_its_successor_though_its_connection_stays_open, engine_set_up, tear_down)
{
    struct engine *engine = *state;

    engine_run(engine, 0, indexer_serve, "indexer.ping");
    assert_int_equal(ask_subscribe(engine->asker, "indexer.", NULL), ERR_OK);
    assert_true(hear_from(engine, engine->pids[0]));
    replace_service(engine, indexer_serve, "indexer");
    assert_true(hear_from(engine, engine->pids[1]));
}
