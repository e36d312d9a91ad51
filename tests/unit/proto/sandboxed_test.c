#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

static void a_program_that_is_not_there_is_an_error(void **state)
{
    struct sandboxed process;
    struct fault fault = { 0 };

    (void)state;
    assert_int_equal(sandboxed_start(&process, "/no/such/loophole-worker", NULL, &fault), ERR_NOT_FOUND);
    assert_int_equal(process.pid, 0);
}

static void a_program_that_ends_at_once_is_lost_with_its_reason(void **state)
{
    struct sandboxed process;
    struct result result = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    char why[SANDBOXED_WHY_SIZE];
    enum err e = sandboxed_start(&process, "/bin/false", NULL, &fault);

    (void)state;
    assert_int_equal(e, ERR_OK);
    while (e == ERR_OK || e == ERR_BUSY)
        e = pipe_receive(&process.pipe, PIPE_NOW, &result_shape, &arena, &result, NULL, &fault);
    assert_int_equal(e, ERR_OFFLINE);
    sandboxed_end(&process, why);
    assert_string_equal(why, "exit code 1");
    assert_int_equal(process.pid, 0);
    arena_free(&arena);
}

static void a_program_that_lives_is_killed_and_waited_for_by_the_caller(void **state)
{
    struct sandboxed process;
    struct fault fault = { 0 };
    char why[SANDBOXED_WHY_SIZE] = "not set";

    (void)state;
    assert_int_equal(sandboxed_start(&process, "/usr/bin/sleep", "1000", &fault), ERR_OK);
    pid_t pid = process.pid, left = sandboxed_kill(&process, why);
    assert_string_equal(why, "");
    assert_int_equal(process.pid, 0);
    if (left != 0)
        assert_int_equal(waitpid(left, NULL, 0), pid);
    assert_int_equal(sandboxed_kill(&process, why), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
        cmocka_unit_test(a_program_that_ends_at_once_is_lost_with_its_reason),
        cmocka_unit_test(a_program_that_lives_is_killed_and_waited_for_by_the_caller),
    };

    return cmocka_run_group_tests_name("proto/sandboxed", tests, NULL, NULL);
}
