#include "common/crash.h"
#include "common/err.h"
#include "supervisor/death.h"
#include "tests/unit/claim.h"

static void expect_description(int code, int status, const char *wanted)
{
    const siginfo_t info = { .si_code = code, .si_status = status };
    char to[DEATH_SIZE];

    assert_string_equal(death_describe(&info, to), wanted);
    assert_int_equal(death_by_signal(&info), code != CLD_EXITED);
}

CLAIM(a_signal_has_its_number_and_its_name)
{
    expect_description(CLD_KILLED, SIGKILL, "signal 9 (SIGKILL)");
    expect_description(CLD_DUMPED, SIGSEGV, "signal 11 (SIGSEGV)");
    expect_description(CLD_KILLED, SIGRTMIN + 1, "signal 35");
}

CLAIM(an_exit_code_of_ours_has_the_name_of_its_error)
{
    expect_description(CLD_EXITED, err_exit_code(ERR_DENIED), "exit code 21 (denied)");
    expect_description(CLD_EXITED, err_exit_code(ERR_EXISTS), "exit code 13 (exists)");
    expect_description(CLD_EXITED, CRASH_EXIT_NO_MEMORY, "exit code 40 (no_memory)");
    expect_description(CLD_EXITED, 0, "exit code 0");
    expect_description(CLD_EXITED, 1, "exit code 1");
    expect_description(CLD_EXITED, 127, "exit code 127");
}
