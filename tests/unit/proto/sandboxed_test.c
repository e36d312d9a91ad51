#include <sys/wait.h>

#include "proto/transport/sandboxed.h"
#include "schema_worker.h"
#include "tests/unit/claim.h"

CLAIM(a_program_that_is_not_there_is_an_error)
{
    struct sandboxed process;
    struct fault fault = { 0 };

    assert_int_equal(sandboxed_start(&process, "/no/such/loophole-worker", NULL, &fault), ERR_NOT_FOUND);
    assert_int_equal(process.pid, 0);
}

CLAIM(a_program_that_ends_at_once_is_lost_with_its_reason)
{
    struct sandboxed process;
    struct result result = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    char why[SANDBOXED_WHY_SIZE];
    enum err e = sandboxed_start(&process, "/bin/false", NULL, &fault);

    assert_int_equal(e, ERR_OK);
    while (e == ERR_OK || e == ERR_BUSY)
        e = pipe_receive(&process.pipe, PIPE_NOW, &result_shape, &arena, &result, NULL, &fault);
    assert_int_equal(e, ERR_OFFLINE);
    sandboxed_end(&process, why);
    assert_string_equal(why, "exit code 1");
    assert_int_equal(process.pid, 0);
    arena_free(&arena);
}

CLAIM(a_program_that_lives_is_killed_and_waited_for_by_the_caller)
{
    struct sandboxed process;
    struct fault fault = { 0 };
    char why[SANDBOXED_WHY_SIZE] = "not set";

    assert_int_equal(sandboxed_start(&process, "/usr/bin/sleep", "1000", &fault), ERR_OK);
    pid_t pid = process.pid, left = sandboxed_kill(&process, why);
    assert_string_equal(why, "");
    assert_int_equal(process.pid, 0);
    if (left != 0)
        assert_int_equal(waitpid(left, NULL, 0), pid);
    assert_int_equal(sandboxed_kill(&process, why), 0);
}
