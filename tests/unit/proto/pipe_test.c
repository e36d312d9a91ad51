#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/transport/pipe.h"
#include "schema_worker.h"
#include "tests/unit/claim.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, connect_ends, close_ends)

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

PREPARED_CLAIM(a_message_arrives_with_its_descriptor)
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

PREPARED_CLAIM(a_descriptor_nobody_asked_for_is_closed)
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

PREPARED_CLAIM(half_a_message_is_busy_until_the_rest_comes)
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

PREPARED_CLAIM(a_length_past_the_bound_is_refused_at_once)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\xFF\xFF\xFF\x7F", 4), 4);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_TOO_LARGE);
}

PREPARED_CLAIM(nonsense_is_a_bad_request)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\5\0\0\0hello", 9), 9);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_BAD_REQUEST);
}

PREPARED_CLAIM(an_end_that_hangs_up_is_offline_for_both_directions)
{
    struct ends *ends = *state;
    struct job job;
    assert_int_equal(write(ends->here.fd, "\5\0\0", 3), 3);
    pipe_close(&ends->here);
    assert_int_equal(receive_job(ends, PIPE_WAIT, &job, NULL), ERR_OFFLINE);
    assert_int_equal(pipe_send(&ends->there, &job_shape, &some_job, -1, NULL), ERR_OFFLINE);
}

PREPARED_CLAIM(a_full_socket_that_does_not_block_is_busy)
{
    struct ends *ends = *state;
    enum err e = ERR_OK;
    fcntl(ends->here.fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 1000000 && e == ERR_OK; i++)
        e = pipe_send(&ends->here, &job_shape, &some_job, -1, NULL);
    assert_int_equal(e, ERR_BUSY);
}
