#include "common/shared/board.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/stand_in.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, engine_tear_down)

static int set_up(void **state)
{
    engine_set_up(state);
    engine_run(*state, 0, stand_in_serve, "search.ping");
    return 0;
}

PREPARED_CLAIM(a_ping_comes_back_with_its_payload)
{
    struct engine *engine = *state;
    struct service_ping request = { .payload = bytes_of("hello", 5) };
    struct pong answer;

    ask_engine(engine, "search.ping", &request, &answer, ERR_OK);
    assert_true(text_is(answer.service, "search"));
    assert_true(bytes_equal(answer.payload, request.payload));
    assert_int_equal(answer.pid, engine->pids[0]);
    assert_true(answer.epoch != 0);
}

PREPARED_CLAIM(a_service_describes_itself)
{
    struct description answer;

    ask_engine(*state, "search.describe", NULL, &answer, ERR_OK);
    assert_true(text_is(answer.schema, schema_search.text));
    assert_int_equal(answer.version, schema_search.version);
    assert_true(text_is(answer.program, LOOPHOLE_VERSION));
}

PREPARED_CLAIM(a_service_that_is_ready_says_so)
{
    struct service_status answer;

    ask_engine(*state, "search.status", NULL, &answer, ERR_OK);
    assert_int_equal(answer.state.value, RUN_STATE_READY);
    assert_true(answer.uptime > 0);
}

static const struct ask_stats *stats_named(const struct service_stats *stats, const char *name)
{
    for (uint32_t i = 0; i < stats->asks.count; i++)
        if (text_is(stats->asks.at[i].name, name))
            return &stats->asks.at[i];
    fail_msg("no stats of %s", name);
    return NULL;
}

PREPARED_CLAIM(stats_of_a_service_with_500_asks_fit_in_an_answer)
{
    enum { MANY = 500 };
    struct ask_stats each[MANY] = { 0 };
    struct service_stats stats = { .service = TEXT("large"), .asks = { MANY, each } }, got = { 0 };
    struct arena arena = { 0 };
    struct buffer body = { 0 };

    for (int i = 0; i < MANY; i++)
        each[i].name = TEXT("an_ask");
    assert_int_equal(codec_encode(&service_stats_shape, &stats, &body, NULL), ERR_OK);
    assert_int_equal(codec_decode(&service_stats_shape, buffer_bytes(&body), &arena, &got, NULL), ERR_OK);
    assert_int_equal(got.asks.count, MANY);
    arena_free(&arena);
    buffer_free(&body);
}

PREPARED_CLAIM(stats_count_asks_and_errors_of_each_name)
{
    struct service_stats stats;

    for (int i = 0; i < 10; i++)
        total_of(*state, "now");
    refusal_of(*state, "refused", PATIENCE_MS);
    ask_engine(*state, "search.stats", NULL, &stats, ERR_OK);
    /* an ask may be sent again on a busy machine */
    assert_in_range(stats_named(&stats, "query")->count, 11, 22);
    assert_in_range(stats_named(&stats, "query")->errors, 1, 2);
    assert_true(stats_named(&stats, "query")->p50_us > 0);
    assert_true(stats_named(&stats, "query")->max_us >= stats_named(&stats, "query")->p50_us);
    assert_int_equal(stats_named(&stats, "get")->count, 0);
    assert_true(stats_named(&stats, "ping")->count >= 1);
    assert_true(stats.memory > 100000);
}

PREPARED_CLAIM(a_refusal_says_what_and_what_to_do)
{
    struct fault fault = refusal_of(*state, "refused", PATIENCE_MS);

    assert_int_equal(fault.code, ERR_CONFLICT);
    assert_string_equal(fault.what, "it is taken");
    assert_string_equal(fault.hint, "take another");
}

PREPARED_CLAIM(an_error_without_words_still_has_its_name)
{
    struct fault fault = refusal_of(*state, "io", PATIENCE_MS);

    assert_int_equal(fault.code, ERR_IO);
    assert_string_equal(fault.what, "io");
}

PREPARED_CLAIM(an_answer_that_breaks_its_schema_is_internal)
{
    assert_int_equal(refusal_of(*state, "broken", PATIENCE_MS).code, ERR_INTERNAL);
    assert_int_equal(total_of(*state, "within"), 77);
}

PREPARED_CLAIM(a_deferred_answer_comes_later)
{
    assert_int_equal(total_of(*state, "later"), 42);
    assert_int_equal(total_of(*state, "later"), 42);
}

PREPARED_CLAIM(an_answer_given_within_its_handler_counts)
{
    assert_int_equal(total_of(*state, "within"), 77);
}

PREPARED_CLAIM(a_watched_descriptor_wakes_the_service)
{
    assert_int_equal(total_of(*state, "piped"), 88);
}

PREPARED_CLAIM(an_ask_without_an_answer_ends_with_its_budget)
{
    assert_int_equal(refusal_of(*state, "never", 50).code, ERR_TIMEOUT);
    assert_int_equal(total_of(*state, "within"), 77);
}

PREPARED_CLAIM(a_budget_out_of_range_is_refused)
{
    assert_int_equal(refusal_of(*state, "now", 0).code, ERR_BAD_REQUEST);
    assert_int_equal(refusal_of(*state, "now", 600001).code, ERR_BAD_REQUEST);
}

PREPARED_CLAIM(held_answers_leave_at_the_end_of_the_turn)
{
    assert_true(total_of(*state, "held") >= 1000);
}

PREPARED_CLAIM(a_held_refusal_stays_a_refusal)
{
    assert_int_equal(refusal_of(*state, "held refused", PATIENCE_MS).code, ERR_EXISTS);
}

PREPARED_CLAIM(held_answers_can_fail_together)
{
    struct fault fault = refusal_of(*state, "held failed", PATIENCE_MS);

    assert_int_equal(fault.code, ERR_FULL);
    assert_string_equal(fault.what, "the disk is full");
    assert_true(total_of(*state, "held") >= 1000);
}

PREPARED_CLAIM(an_answer_that_was_kept_is_given_again)
{
    struct engine *engine = *state;
    struct search_query request = { .query = TEXT("held") };
    struct found first, again;
    struct id id = id_new();

    assert_int_equal(ask(engine->asker, "search.query", &request, PATIENCE_MS, &id, &first, NULL), ERR_OK);
    request.query = TEXT("again");
    assert_int_equal(ask(engine->asker, "search.query", &request, PATIENCE_MS, &id, &again, NULL), ERR_OK);
    assert_in_range(again.total, first.total, UINT64_MAX); /* a late copy of the first ask was held again */
    assert_int_equal(refusal_of(engine, "again", PATIENCE_MS).code, ERR_NOT_FOUND);
    assert_int_equal(refusal_of(engine, "again too large", PATIENCE_MS).code,
                     ERR_TOO_LARGE); /* and not an empty answer */
}

PREPARED_CLAIM(an_unknown_ask_names_the_nearest)
{
    struct engine *engine = *state;
    struct fault fault = { 0 };
    struct bytes answer;

    assert_int_equal(ask_raw(engine->asker, "search.qeury", bytes_of("\x80", 1), PATIENCE_MS, NULL, &answer, &fault),
                     ERR_NOT_FOUND);
    assert_string_equal(fault.hint, "did you mean search.query?");
}

PREPARED_CLAIM(a_body_that_is_no_map_is_refused)
{
    struct engine *engine = *state;
    struct bytes answer;

    assert_int_equal(ask_raw(engine->asker, "search.query", bytes_of("\x93\x01\x02\x03", 4), PATIENCE_MS, NULL, &answer,
                             NULL),
                     ERR_BAD_REQUEST);
}

PREPARED_CLAIM(an_answer_of_four_megabytes_arrives_whole)
{
    struct search_get_artefact request = { .type = TEXT("waveform") };
    struct artefact_found answer;

    for (int times = 0; times < 5; times++) {
        ask_engine(*state, "search.get_artefact", &request, &answer, ERR_OK);
        assert_int_equal(answer.artefact.data.len, 4 << 20);
        for (uint32_t i = 0; i < answer.artefact.data.len; i += 4093)
            assert_int_equal(answer.artefact.data.at[i], (uint8_t)(i * 7));
    }
}

PREPARED_CLAIM(a_task_that_is_not_there_cannot_be_cancelled)
{
    struct service_cancel request = { .task = id_new() };

    ask_engine(*state, "search.cancel", &request, NULL, ERR_NOT_FOUND);
}

PREPARED_CLAIM(many_asks_of_one_client_are_all_answered_once)
{
    enum { MANY = 8000 };
    struct engine *engine = *state;
    struct delivery answer;

    for (int i = 0; i < MANY; i++)
        assert_int_equal(engine_send(engine, "search.ping", bytes_of("\x80", 1), PATIENCE_MS, id_new()), ERR_OK);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
        assert_int_equal(answer.error, ERR_OK);
    }
    assert_int_equal(engine_take(engine, 0, &answer), ERR_TIMEOUT);
}

static void send_query(struct engine *engine, const char *word)
{
    const struct search_query request = { .query = text_of(word) };
    struct buffer body = { 0 };

    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    assert_int_equal(engine_send(engine, "search.query", buffer_bytes(&body), PATIENCE_MS, id_new()), ERR_OK);
    buffer_free(&body);
}

/* A timer sends the postponed answer; it ticks between two turns. */
PREPARED_CLAIM(timers_and_beats_go_on_among_any_number_of_slow_asks)
{
    enum { MANY = 300 };
    struct engine *engine = *state;
    struct delivery answer;
    int before = 0;

    send_query(engine, "now"); /* after this one is connected, asks arrive in the order in which they are sent */
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    send_query(engine, "later");
    for (int i = 0; i < MANY; i++)
        send_query(engine, "slow");
    for (int i = 0, later = 0; i <= MANY; i++) {
        struct arena arena = { 0 };
        struct found found;
        assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
        assert_int_equal(answer.error, ERR_OK);
        assert_int_equal(codec_decode(&found_shape, answer.body, &arena, &found, NULL), ERR_OK);
        later = later || found.total == 42;
        before += !later;
        arena_free(&arena);
    }
    assert_in_range(before, 0, 2 * LIMIT_TURN_MS * 1000 / SLOW_US);
}

/* ---- fairness ---- */

enum { CROWD = 30, EACH = 16, OWN = 10, TRIES = 100 };

/* One client with many connections, each with several slow asks. To take an answer also sends the asks that wait. */
static int be_a_crowd(void)
{
    struct engine crowd[CROWD] = { 0 };
    struct delivery answer;

    for (int i = 0; i < CROWD; i++) {
        if (paths_find(&crowd[i].paths, NULL) != ERR_OK || !(crowd[i].sockets = sockets_new(NULL)))
            return 1;
        crowd[i].several = requester_new(crowd[i].sockets, &crowd[i].paths, LIMIT_CLIENT_ASKS);
    }
    for (int i = 0; i < CROWD * EACH; i++)
        send_query(&crowd[i % CROWD], "slow");
    for (int i = 0;; i++)
        (void)engine_take(&crowd[i % CROWD], 0, &answer);
}

/* How many asks were done while all of this client's were. */
static uint64_t count_beside_own(struct engine *engine)
{
    const uint64_t before = total_of(engine, "now");
    struct delivery answer;

    for (int i = 0; i < OWN; i++)
        send_query(engine, "slow");
    for (int i = 0; i < OWN; i++)
        assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    return total_of(engine, "now") - before;
}

/* Each connection alone costs less than all asks of the other client, which wait at once: else the crowd would also get
 * the time that this process needs between an answer and its next ask. On a busy machine they may not wait at once; but
 * if each connection counted by itself, the crowd would always have CROWD asks for each of these. */
PREPARED_CLAIM(many_connections_of_one_client_count_as_one)
{
    struct engine *engine = *state;
    struct delivery answer;
    uint64_t own = 1, beside = UINT64_MAX;

    send_query(engine, "now"); /* after this one is connected, asks arrive in the order in which they are sent */
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
    engine->pids[1] = process_start(be_a_crowd);
    while (total_of(engine, "now") - ++own < CROWD)
        usleep(SLOW_US);
    for (int tries = 1; beside > OWN + CROWD && tries < TRIES; tries++)
        beside = count_beside_own(engine);
    assert_in_range(beside, 1 + OWN, OWN + CROWD);
}

PREPARED_CLAIM(one_request_id_cannot_be_under_way_twice)
{
    struct engine *engine = *state;
    struct id id = id_new();
    struct delivery answer;

    assert_int_equal(engine_send(engine, "search.ping", bytes_of("\x80", 1), PATIENCE_MS, id), ERR_OK);
    assert_int_equal(engine_send(engine, "search.ping", bytes_of("\x80", 1), PATIENCE_MS, id), ERR_EXISTS);
    assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
}

PREPARED_CLAIM(a_second_service_of_the_same_name_is_refused)
{
    int status;

    assert_true(waitpid(process_start(stand_in_serve), &status, 0) > 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), err_exit_code(ERR_EXISTS));
}

PREPARED_CLAIM(a_service_told_to_stop_ends_with_zero_and_leaves_no_sockets)
{
    struct engine *engine = *state;
    char path[PATH_MAX];

    assert_int_equal(process_end(engine->pids[0], SIGTERM), 0);
    engine->pids[0] = 0;
    assert_int_equal(access(paths_ask_socket(&engine->paths, "search", path) + strlen("ipc://"), F_OK), -1);
    assert_false(lock_is_held(&engine->paths, "search"));
}

/* ---- the board ---- */

static int set_up_board(void **state)
{
    struct engine *engine;
    struct board *board;

    engine_set_up(state);
    engine = *state;
    assert_int_equal(board_make(&engine->paths, &board, NULL), ERR_OK);
    assert_non_null(board_entry(board, "search", true));
    board_close(board);
    engine_run(engine, 0, stand_in_serve, "search.ping");
    return 0;
}

static int tear_down_board(void **state)
{
    board_remove(&((struct engine *)*state)->paths);
    return engine_tear_down(state);
}

CLAIM_WITH(a_service_sends_heartbeats_in_its_board_entry, set_up_board, tear_down_board)
{
    struct engine *engine = *state;
    struct board_entry *entry;
    struct board *board;
    uint64_t beats;

    assert_int_equal(board_open(&engine->paths, &board, NULL), ERR_OK);
    entry = board_entry(board, "search", false);
    assert_int_equal(atomic_load(&entry->pid), engine->pids[0]);
    assert_int_equal(atomic_load(&entry->state), BOARD_READY);
    assert_int_equal(atomic_load(&entry->start_ticks), board_start_ticks(engine->pids[0]));
    beats = atomic_load(&entry->beats);
    while (atomic_load(&entry->beats) < beats + 3) /* also without any asks */
        clock_sleep(1000);
    assert_int_equal(process_end(engine->pids[0], SIGTERM), 0);
    engine->pids[0] = 0;
    assert_int_equal(atomic_load(&entry->state), BOARD_STOPPING);
    board_close(board);
}
