#include "proto/wire/frame.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/stand_in.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, engine_tear_down)
#define ALONE_CLAIM(name)    CLAIM_WITH(name, engine_set_up, engine_tear_down)

/* A second service, on the schema of indexer: `progress` publishes an event, `rescan` passes its path on to
 * search.query and answers with the result. */
struct indexer {
    struct service *service;
    uint32_t begun, ended;
};

struct relay {
    struct indexer *indexer;
    struct ticket ticket;
};

static void take_relayed(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct relay *relay = state;
    const struct found *found = answer;
    struct progress progress = { 0 };

    relay->indexer->ended++;
    if (error == ERR_OK) {
        progress.files = found->total;
        ticket_answer(relay->indexer->service, relay->ticket, &progress);
    } else {
        ticket_fail(relay->indexer->service, relay->ticket, fault);
    }
    free(relay);
}

static enum err pass_on(struct indexer *indexer, struct text word, struct ticket ticket, uint32_t budget_ms,
                        struct fault *fault)
{
    struct search_query request = { .query = word };
    struct relay *relay = malloc(sizeof(*relay));
    enum err e;

    *relay = (struct relay){ indexer, ticket };
    e = service_ask(indexer->service, "search.query", &request, budget_ms, NULL, take_relayed, relay, fault);
    if (e != ERR_OK)
        free(relay);
    indexer->begun += e == ERR_OK;
    return e;
}

/* More at once than a service may have in progress: the answer says how many were refused. */
static enum err pass_on_flood(struct indexer *indexer, struct progress *answer)
{
    for (uint32_t i = 0; i < LIMIT_SERVICE_ASKS + 50; i++) {
        enum err e = pass_on(indexer, TEXT("never"), (struct ticket){ 0 }, LIMIT_BUDGET_MS, NULL);

        answer->failed += e == ERR_BUSY;
    }
    return ERR_OK;
}

static enum err handle_rescan(struct indexer *indexer, struct call *call, const struct indexer_rescan *ask,
                              struct progress *answer)
{
    struct text word = { ask->path.len, (const char *)ask->path.at };
    uint32_t budget_ms = ask->retry_failed ? 300 : PATIENCE_MS;

    if (text_is(word, "flood"))
        return pass_on_flood(indexer, answer);
    return pass_on(indexer, word, call_defer(call), budget_ms, call_fault(call));
}

static enum err handle_progress(struct indexer *indexer, struct call *call, const struct indexer_progress *ask,
                                struct progress *answer)
{
    struct indexer_progressed event = { .progress = { .known = 4711 } };

    (void)call, (void)ask, (void)answer;
    service_publish(indexer->service, "progressed", &event);
    return ERR_OK;
}

static const struct indexer_handlers RELAY = { .rescan = handle_rescan, .progress = handle_progress };

static int relay_serve(void)
{
    char name[] = "loophole-indexer", *argv[] = { name, NULL };
    struct indexer indexer = { 0 };
    int exit_code;

    indexer.service = service_start(1, argv, &schema_indexer);
    service_answer(indexer.service, &RELAY, &indexer);
    service_ready(indexer.service);
    service_loop(indexer.service);
    exit_code = service_end(indexer.service);
    return exit_code ? exit_code : indexer.begun != indexer.ended;
}

enum { SEARCH, INDEXER };

static int set_up(void **state)
{
    engine_set_up(state);
    engine_run(*state, SEARCH, stand_in_serve, "search.ping");
    engine_run(*state, INDEXER, relay_serve, "indexer.ping");
    return 0;
}

static enum err relay_word(struct engine *engine, const char *word, bool hurried, struct progress *answer,
                           struct fault *fault)
{
    struct indexer_rescan request = { .path = bytes_of(word, strlen(word)), .retry_failed = hurried };

    return ask(engine->asker, "indexer.rescan", &request, PATIENCE_MS, NULL, answer, fault);
}

PREPARED_CLAIM(a_service_asks_another)
{
    struct progress answer;

    assert_int_equal(relay_word(*state, "within", false, &answer, NULL), ERR_OK);
    assert_int_equal(answer.files, 77);
    assert_int_equal(relay_word(*state, "later", false, &answer, NULL), ERR_OK);
    assert_int_equal(answer.files, 42);
}

PREPARED_CLAIM(a_refusal_passes_through)
{
    struct fault fault = { 0 };

    assert_int_equal(relay_word(*state, "refused", false, NULL, &fault), ERR_CONFLICT);
    assert_string_equal(fault.what, "it is taken");
}

PREPARED_CLAIM(a_service_that_is_away_is_offline_when_the_budget_is_used_up)
{
    struct engine *engine = *state;
    struct fault fault = { 0 };

    process_end(engine->pids[SEARCH], SIGKILL);
    engine->pids[SEARCH] = 0;
    assert_int_equal(relay_word(engine, "within", true, NULL, &fault), ERR_OFFLINE);
    assert_string_equal(fault.what, "search is not running");
}

PREPARED_CLAIM(a_service_that_never_answers_is_a_timeout)
{
    assert_int_equal(relay_word(*state, "never", true, NULL, NULL), ERR_TIMEOUT);
}

/* Sends an ask that kills search, starts search again, and returns the answer's error. */
static enum err expect_survival(struct engine *engine, const char *name, const struct shape *shape, const void *request)
{
    struct buffer body = { 0 };
    struct delivery answer;
    int status;

    assert_int_equal(codec_encode(shape, request, &body, NULL), ERR_OK);
    assert_int_equal(engine_send(engine, name, buffer_bytes(&body), PATIENCE_MS, id_new()), ERR_OK);
    assert_int_equal(engine_take(engine, 0, &answer), ERR_TIMEOUT);
    while (waitpid(engine->pids[SEARCH], &status, WNOHANG) == 0) /* it is sent when answers are taken */
        assert_int_equal(engine_take(engine, 10, &answer), ERR_TIMEOUT);
    assert_true(WIFSIGNALED(status));
    engine->pids[SEARCH] = process_start(stand_in_serve);
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    buffer_free(&body);
    return answer.error;
}

PREPARED_CLAIM(a_service_may_die_and_return_under_a_client_s_ask)
{
    struct search_query request = { .query = TEXT("die once") };

    assert_int_equal(expect_survival(*state, "search.query", &search_query_shape, &request), ERR_OK);
}

PREPARED_CLAIM(a_service_may_die_and_return_under_a_service_s_ask)
{
    struct indexer_rescan request = { .path = bytes_of("die once", 8) };

    assert_int_equal(expect_survival(*state, "indexer.rescan", &indexer_rescan_shape, &request), ERR_OK);
}

PREPARED_CLAIM(past_the_limit_of_asks_under_way_a_service_s_ask_is_busy)
{
    struct progress answer;

    assert_int_equal(relay_word(*state, "flood", false, &answer, NULL), ERR_OK);
    assert_int_equal(answer.failed, 50);
    ask_engine(*state, "indexer.ping", NULL, NULL, ERR_OK);
}

PREPARED_CLAIM(a_service_that_stops_ends_every_ask_it_has_under_way)
{
    struct engine *engine = *state;
    struct progress answer;

    assert_int_equal(relay_word(engine, "flood", false, &answer, NULL), ERR_OK);
    assert_int_equal(process_end(engine->pids[INDEXER], SIGTERM), 0);
    engine->pids[INDEXER] = 0;
}

/* ---- events ---- */

static void publish_until(struct engine *engine, uint64_t heard)
{
    usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;

    while (total_of(engine, "heard") < heard) {
        assert_true(clock_steady() < until);
        ask_engine(engine, "indexer.progress", NULL, NULL, ERR_OK);
        clock_sleep(2000);
    }
}

PREPARED_CLAIM(a_listener_sees_a_gap_when_the_publisher_was_restarted)
{
    struct engine *engine = *state;
    uint64_t heard;

    publish_until(engine, 1); /* the first event is a gap: earlier ones are unknown */
    publish_until(engine, total_of(engine, "heard") + 5);
    assert_int_equal(total_of(engine, "gaps"), 1);
    process_end(engine->pids[INDEXER], SIGKILL);
    engine_run(engine, INDEXER, relay_serve, "indexer.ping");
    heard = total_of(engine, "heard");
    publish_until(engine, heard + 5);
    assert_int_equal(total_of(engine, "gaps"), 2);
}

static struct event_frame next_event(struct engine *engine, struct text *topic)
{
    usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;
    struct event_frame event;

    do {
        assert_true(clock_steady() < until);
        ask_engine(engine, "indexer.progress", NULL, NULL, ERR_OK);
    } while (ask_next_event(engine->asker, 20, topic, &event, NULL) != ERR_OK);
    return event;
}

PREPARED_CLAIM(a_client_hears_the_topics_it_subscribed_to)
{
    struct engine *engine = *state;
    struct event_frame first, second;
    struct pong pong;
    struct text topic;

    assert_int_equal(ask_subscribe(engine->asker, "indexer.", NULL), ERR_OK);
    ask_engine(engine, "indexer.ping", NULL, &pong, ERR_OK);
    first = next_event(engine, &topic);
    assert_true(text_is(topic, "indexer.progressed"));
    assert_int_equal(first.epoch, pong.epoch);
    second = next_event(engine, &topic);
    assert_int_equal(second.epoch, first.epoch);
    assert_true(second.sequence > first.sequence);
}

/* ---- no engine ---- */

ALONE_CLAIM(without_an_engine_an_ask_is_offline_at_once)
{
    struct engine *engine = *state;
    struct fault fault = { 0 };

    close(engine->lock); /* no supervisor, no service */
    engine->lock = -1;
    assert_int_equal(ask(engine->asker, "search.ping", NULL, LIMIT_BUDGET_MS, NULL, NULL, &fault), ERR_OFFLINE);
    assert_string_equal(fault.what, "the engine is not running");
    assert_string_equal(fault.hint, "start it with `loophole up`");
}

ALONE_CLAIM(sockets_and_locks_of_a_dead_engine_are_no_engine)
{
    struct engine *engine = *state;

    engine_run(engine, SEARCH, stand_in_serve, "search.ping");
    process_end(engine->pids[SEARCH], SIGKILL); /* its socket and its lock file stay */
    engine->pids[SEARCH] = 0;
    asker_free(engine->asker);
    engine->asker = asker_new(&engine->paths, NULL);
    without_an_engine_an_ask_is_offline_at_once(state);
}

ALONE_CLAIM(an_engine_that_ends_under_an_ask_ends_the_ask)
{
    struct engine *engine = *state;
    struct search_query request = { .query = TEXT("never") };
    struct buffer body = { 0 };
    struct delivery answer;

    engine_run(engine, SEARCH, stand_in_serve, "search.ping");
    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    assert_int_equal(engine_send(engine, "search.query", buffer_bytes(&body), LIMIT_BUDGET_MS, id_new()), ERR_OK);
    buffer_free(&body);
    process_end(engine->pids[SEARCH], SIGKILL);
    engine->pids[SEARCH] = 0;
    close(engine->lock);
    engine->lock = -1;
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    assert_int_equal(answer.error, ERR_OFFLINE);
}

ALONE_CLAIM(an_unknown_service_is_not_waited_for)
{
    struct engine *engine = *state;
    struct fault fault = { 0 };
    struct bytes answer;

    assert_int_equal(ask_raw(engine->asker, "serach.ping", bytes_of("\x80", 1), LIMIT_BUDGET_MS, NULL, &answer, &fault),
                     ERR_NOT_FOUND);
    assert_string_equal(fault.hint, "did you mean search?");
    assert_int_equal(ask_raw(engine->asker, "../x.ping", bytes_of("\x80", 1), LIMIT_BUDGET_MS, NULL, &answer, NULL),
                     ERR_BAD_REQUEST);
}
