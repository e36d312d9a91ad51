#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/transport/pipe.h"
#include "schema_worker.h"

struct ends {
    struct pipe here, there;
    struct arena arena;
};

static int connect_ends(void **state)
{
    static struct ends ends;
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return -1;
    pipe_open(&ends.here, sockets[0]);
    pipe_open(&ends.there, sockets[1]);
    ends.arena = (struct arena){ 0 };
    *state = &ends;
    return 0;
}

static int close_ends(void **state)
{
    struct ends *ends = *state;

    pipe_close(&ends->here), pipe_close(&ends->there);
    arena_free(&ends->arena);
    return 0;
}

static const struct job some_job = {
    .number = 9, .mode = { .value = WORKER_MODE_HASH }, .size = 100, .extension = { 3, "wav" }
};

static enum err receive_job(struct ends *ends, enum pipe_wait wait, struct job *job, int *passed)
{
    memset(job, 0, sizeof(*job));
    return pipe_receive(&ends->there, wait, &job_shape, &ends->arena, job, passed, NULL);
}

static void a_message_arrives_with_its_descriptor(void **state)
{
    struct ends *ends = *state;
    struct job job;
    char word[6] = { 0 };
    int file = memfd_create("passed", 0), passed = -1;
    assert_int_equal(write(file, "hello", 5), 5);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pipe_send(&ends->here, &job_shape, &some_job, i == 1 ? file : -1, NULL), ERR_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(receive_job(ends, PIPE_WAIT, &job, &passed), ERR_OK);
        assert_int_equal(job.number, 9);
        assert_int_equal(job.mode.value, WORKER_MODE_HASH);
        assert_true(text_is(job.extension, "wav"));
        assert_int_equal(passed >= 0, i == 1);
        if (passed < 0)
            continue;
        assert_int_equal(pread(passed, word, 5, 0), 5);
        assert_string_equal(word, "hello");
        assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
        close(passed);
    }
    close(file);
}

static void a_descriptor_nobody_asked_for_is_closed(void **state)
{
    struct ends *ends = *state;
    struct job job;
    int before = dup(0), after;
    close(before);
    assert_int_equal(pipe_send(&ends->here, &job_shape, &some_job, 0, NULL), ERR_OK);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_OK);
    after = dup(0);
    assert_int_equal(before, after);
    close(after);
}

static void half_a_message_is_busy_until_the_rest_comes(void **state)
{
    struct ends *ends = *state;
    struct job job;
    struct buffer bytes = { 0 };
    assert_int_equal(receive_job(ends, PIPE_NOW, &job, NULL), ERR_BUSY);
    assert_int_equal(codec_encode(&job_shape, &some_job, &bytes, NULL), ERR_OK);
    uint8_t length[4] = { (uint8_t)bytes.len };
    for (size_t i = 0; i < 4 + bytes.len; i++) {
        const uint8_t *at = i < 4 ? length + i : bytes.at + i - 4;
        assert_int_equal(receive_job(ends, PIPE_NOW, &job, NULL), ERR_BUSY);
        assert_int_equal(write(ends->here.fd, at, 1), 1);
    }
    assert_int_equal(receive_job(ends, PIPE_NOW, &job, NULL), ERR_OK);
    assert_int_equal(job.size, 100);
    buffer_free(&bytes);
}

static void a_length_past_the_bound_is_refused_at_once(void **state)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\xFF\xFF\xFF\x7F", 4), 4);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_TOO_LARGE);
}

static void nonsense_is_a_bad_request(void **state)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\5\0\0\0hello", 9), 9);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_BAD_REQUEST);
}

static void an_end_that_hangs_up_is_offline_for_both_directions(void **state)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\5\0\0", 3), 3);
    pipe_close(&ends->here);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_OFFLINE);
    assert_int_equal(pipe_send(&ends->there, &job_shape, &some_job, -1, NULL), ERR_OFFLINE);
}

static void a_full_socket_that_does_not_block_is_busy(void **state)
{
    struct ends *ends = *state;
    enum err e = ERR_OK;
    fcntl(ends->here.fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 1000000 && e == ERR_OK; i++)
        e = pipe_send(&ends->here, &job_shape, &some_job, -1, NULL);
    assert_int_equal(e, ERR_BUSY);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, connect_ends, close_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(a_message_arrives_with_its_descriptor),
        claim(a_descriptor_nobody_asked_for_is_closed),
        claim(half_a_message_is_busy_until_the_rest_comes),
        claim(a_length_past_the_bound_is_refused_at_once),
        claim(nonsense_is_a_bad_request),
        claim(an_end_that_hangs_up_is_offline_for_both_directions),
        claim(a_full_socket_that_does_not_block_is_busy),
    };

    signal(SIGPIPE, SIG_IGN); /* as every service does: peers disconnect */
    return cmocka_run_group_tests_name("pipe", tests, NULL, NULL);
}
