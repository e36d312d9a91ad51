#include <sys/socket.h>
#include <sys/un.h>

#include "proto/transport/sockets.h"
#include "proto/wire/frame.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/no_threads.h"
#include "tests/unit/proto/stand_in.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, engine_tear_down)

/* A stranger: one connection that sends arbitrary bytes. */
struct stranger {
    struct sockets *sockets;
    struct socket *socket;
    struct received received;
};

static int set_up(void **state)
{
    engine_set_up(state);
    engine_run(*state, 0, stand_in_serve, "search.ping");
    return 0;
}

static void stranger_come(struct stranger *stranger, const struct engine *engine)
{
    char address[PATH_MAX];

    memset(stranger, 0, sizeof(*stranger));
    stranger->sockets = sockets_new(NULL);
    assert_int_equal(sockets_open(stranger->sockets, SOCKET_CLIENT, paths_ask_socket(&engine->paths, "search", address),
                                  &stranger->socket, NULL),
                     ERR_OK);
}

static void stranger_go(struct stranger *stranger)
{
    sockets_drop(&stranger->received);
    sockets_free(stranger->sockets);
}

static void stranger_say(struct stranger *stranger, const struct route *route, struct bytes body)
{
    usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;

    while (sockets_send(stranger->socket, route, body) == ERR_BUSY) {
        assert_true(clock_steady() < until);
        clock_sleep(1000);
    }
}

static struct answer_frame stranger_receive(struct stranger *stranger)
{
    usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;
    struct answer_frame answer;

    sockets_drop(&stranger->received);
    while (sockets_receive(stranger->socket, &stranger->received) != ERR_OK) {
        assert_true(clock_steady() < until);
        clock_sleep(1000);
    }
    assert_int_equal(frame_read_answer(stranger->received.body, &answer, NULL), ERR_OK);
    return answer;
}

static void ask_frame_into(struct buffer *buffer, const char *name, struct id id, uint32_t budget_ms, struct bytes body)
{
    const struct ask_frame frame = { text_of(name), id, budget_ms, body, 0, { 0 } };

    buffer_reset(buffer);
    frame_write_ask(buffer, &frame);
}

static const struct bytes EMPTY = { 1, (const uint8_t *)"\x80" };

static void still_well(struct engine *engine)
{
    struct pong answer;

    ask_engine(engine, "search.ping", NULL, &answer, ERR_OK);
    assert_int_equal(answer.pid, engine->pids[0]); /* the same process */
}

PREPARED_CLAIM(the_frames_before_the_last_come_back_as_they_were)
{
    struct buffer frame = { 0 };
    struct stranger stranger;
    const struct route routes[] = { { 0 }, { 1, 1, { 0 }, -1 }, { 3, 8, { 0, 2, 'a', 'b', 3, 1, 2, 3 }, -1 } };

    stranger_come(&stranger, *state);
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        ask_frame_into(&frame, "search.ping", id_new(), 60000, EMPTY);
        stranger_say(&stranger, &routes[i], buffer_bytes(&frame));
        assert_int_equal(stranger_receive(&stranger).error, ERR_OK);
        assert_int_equal(stranger.received.route.frames, routes[i].frames);
        assert_memory_equal(stranger.received.route.at, routes[i].at, routes[i].len);
    }
    buffer_free(&frame);
    stranger_go(&stranger);
}

PREPARED_CLAIM(a_hundred_frames_are_refused)
{
    struct route route = { .frames = 100, .len = 100 };
    struct buffer frame = { 0 };
    struct stranger stranger;

    stranger_come(&stranger, *state);
    ask_frame_into(&frame, "search.ping", id_new(), 60000, EMPTY);
    stranger_say(&stranger, &route, buffer_bytes(&frame));
    assert_int_equal(stranger_receive(&stranger).error, ERR_BAD_REQUEST);
    buffer_free(&frame);
    stranger_go(&stranger);
    still_well(*state);
}

PREPARED_CLAIM(an_empty_frame_is_refused)
{
    struct stranger stranger;

    stranger_come(&stranger, *state);
    stranger_say(&stranger, NULL, (struct bytes){ 0 });
    assert_int_equal(stranger_receive(&stranger).error, ERR_BAD_REQUEST);
    stranger_go(&stranger);
}

PREPARED_CLAIM(another_version_of_the_frame_is_refused)
{
    struct buffer frame = { 0 };
    struct stranger stranger;

    stranger_come(&stranger, *state);
    ask_frame_into(&frame, "search.ping", id_new(), 60000, EMPTY);
    assert_int_equal(frame.at[1], FRAME_VERSION);
    frame.at[1] = 9;
    stranger_say(&stranger, NULL, buffer_bytes(&frame));
    assert_int_equal(stranger_receive(&stranger).error, ERR_VERSION);
    buffer_free(&frame);
    stranger_go(&stranger);
}

PREPARED_CLAIM(random_bytes_are_refused_one_by_one)
{
    uint8_t bytes[300];
    struct stranger stranger;
    uint32_t seed = 12345;

    stranger_come(&stranger, *state);
    for (uint32_t i = 0; i < 500; i++) {
        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
        stranger_say(&stranger, NULL, bytes_of(bytes, i % sizeof(bytes)));
        assert_int_not_equal(stranger_receive(&stranger).error, ERR_OK);
    }
    stranger_go(&stranger);
    still_well(*state);
}

PREPARED_CLAIM(an_ask_cut_at_any_byte_is_refused)
{
    struct buffer frame = { 0 };
    struct stranger stranger;

    stranger_come(&stranger, *state);
    ask_frame_into(&frame, "search.ping", id_new(), 60000, EMPTY);
    for (size_t len = 0; len < frame.len; len++) {
        stranger_say(&stranger, NULL, bytes_of(frame.at, len));
        assert_int_not_equal(stranger_receive(&stranger).error, ERR_OK);
    }
    buffer_free(&frame);
    stranger_go(&stranger);
}

PREPARED_CLAIM(an_ask_for_another_service_is_refused)
{
    struct buffer frame = { 0 };
    struct stranger stranger;

    stranger_come(&stranger, *state);
    ask_frame_into(&frame, "persist.ping", id_new(), 60000, EMPTY);
    stranger_say(&stranger, NULL, buffer_bytes(&frame));
    assert_int_equal(stranger_receive(&stranger).error, ERR_NOT_FOUND);
    buffer_free(&frame);
    stranger_go(&stranger);
}

PREPARED_CLAIM(a_message_past_the_limit_disturbs_nobody_else)
{
    struct bytes body = bytes_of(calloc(1, CODEC_MESSAGE_MAX + 10000), CODEC_MESSAGE_MAX + 10000);
    struct stranger stranger;

    stranger_come(&stranger, *state);
    assert_non_null(body.at);
    stranger_say(&stranger, NULL, body);
    still_well(*state);
    stranger_go(&stranger);
    free((void *)(uintptr_t)body.at);
    still_well(*state);
}

PREPARED_CLAIM(the_budget_holds_for_a_client_that_does_not_watch_it)
{
    struct search_query request = { .query = TEXT("never") };
    struct buffer frame = { 0 }, body = { 0 };
    struct stranger stranger;

    stranger_come(&stranger, *state);
    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    ask_frame_into(&frame, "search.query", id_new(), 30, buffer_bytes(&body));
    stranger_say(&stranger, NULL, buffer_bytes(&frame));
    assert_int_equal(stranger_receive(&stranger).error, ERR_TIMEOUT);
    ask_frame_into(&frame, "search.query", id_new(), 600001, buffer_bytes(&body));
    stranger_say(&stranger, NULL, buffer_bytes(&frame));
    assert_int_equal(stranger_receive(&stranger).error, ERR_BAD_REQUEST);
    buffer_free(&body);
    buffer_free(&frame);
    stranger_go(&stranger);
}

static void stranger_query(struct stranger *stranger, const char *word, struct id id)
{
    struct search_query request = { .query = text_of(word) };
    struct buffer frame = { 0 }, body = { 0 };

    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    ask_frame_into(&frame, "search.query", id, 60000, buffer_bytes(&body));
    stranger_say(stranger, NULL, buffer_bytes(&frame));
    buffer_free(&body);
    buffer_free(&frame);
}

static uint64_t stranger_receive_total(struct stranger *stranger)
{
    struct answer_frame answer = stranger_receive(stranger);
    struct arena arena = { 0 };
    struct found found = { 0 };

    assert_int_equal(codec_decode(&found_shape, answer.body, &arena, &found, NULL), ERR_OK);
    arena_free(&arena);
    return found.total;
}

PREPARED_CLAIM(an_ask_sent_again_while_under_way_is_handled_once)
{
    struct stranger stranger;
    struct id id = id_new();
    uint64_t handled;

    stranger_come(&stranger, *state);
    stranger_query(&stranger, "now", id_new());
    handled = stranger_receive_total(&stranger);
    stranger_query(&stranger, "never", id);
    stranger_query(&stranger, "never", id);
    stranger_query(&stranger, "now", id_new());
    assert_int_equal(stranger_receive_total(&stranger), handled + 2);
    stranger_go(&stranger);
}

PREPARED_CLAIM(beyond_the_limit_of_deferred_asks_the_answer_is_busy)
{
    enum { PAST = 100 };
    struct engine *engine = *state;
    struct search_query request = { .query = TEXT("never") };
    struct buffer body = { 0 };
    struct delivery answer;

    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    for (int i = 0; i < LIMIT_DEFERRED + PAST; i++)
        assert_int_equal(engine_send(engine, "search.query", buffer_bytes(&body), LIMIT_BUDGET_MS, id_new()), ERR_OK);
    for (int i = 0; i < PAST; i++) {
        assert_int_equal(engine_take(engine, PATIENCE_MS, &answer), ERR_OK);
        assert_int_equal(answer.error, ERR_BUSY);
    }
    buffer_free(&body);
    still_well(engine);
}

static int set_up_without_threads(void **state)
{
    engine_set_up(state);
    no_threads = true;
    engine_run(*state, 0, stand_in_serve, "search.ping");
    no_threads = false;
    return 0;
}

CLAIM_WITH(large_asks_are_answered_by_a_service_that_can_start_no_thread_for_them, set_up_without_threads,
           engine_tear_down)
{
    static uint8_t large[LIMIT_ASIDE_LEAST];
    const struct service_ping request = { .payload = bytes_of(large, sizeof(large)) };
    struct pong answer;

    for (int i = 0; i <= LIMIT_ASIDE; i++)
        ask_engine(*state, "search.ping", &request, &answer, ERR_OK);
    assert_int_equal(answer.payload.len, sizeof(large));
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && text_copy(address.sun_path, sizeof(address.sun_path), text_of(path)));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Half of them send nothing, a quarter garbage, a quarter the beginning of a ZMTP greeting. */
PREPARED_CLAIM(a_flood_of_2000_connections_leaves_others_alone)
{
    enum { FLOOD = 2000 };
    static int fds[FLOOD];
    struct engine *engine = *state;
    struct rlimit files;
    char path[PATH_MAX];

    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < FLOOD + 500) {
        print_message("only %u files may be open\n", (unsigned)files.rlim_cur);
        skip();
    }
    paths_ask_socket(&engine->paths, "search", path);
    for (int i = 0; i < FLOOD; i++) {
        fds[i] = connect_to(path + strlen("ipc://"));
        if (i % 4 == 0)
            (void)!write(fds[i], "GET / HTTP/1.1\r\n\r\n", 18);
        if (i % 4 == 1)
            (void)!write(fds[i], "\xff\0\0\0\0\0\0\0\1\x7f\3", 11);
        if (i % 200 == 0)
            still_well(engine);
    }
    still_well(engine);
    for (int i = 0; i < FLOOD; i++)
        close(fds[i]);
    still_well(engine);
}
