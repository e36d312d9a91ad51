#include <sys/resource.h>
#include <sys/wait.h>

#include "common/process/limits.h"
#include "common/sanitizer.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

/* Sets the limits in a child, because they cannot be undone. Returns the child's exit code, which is the result of
 * `look`. */
static int in_a_child(const struct home *home, const char *settings, int (*look)(void))
{
    struct config *config;
    int status;

    home_file(home, "home/config/loophole.conf", settings);
    assert_int_equal(config_load(&home->paths, &config, NULL), ERR_OK);
    if (fork() == 0)
        _exit(limits_set(config, NULL) == ERR_OK ? look() : 99);
    wait(&status);
    config_free(config);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static rlim_t soft_limit(__rlimit_resource_t which)
{
    struct rlimit limit;

    getrlimit(which, &limit);
    return limit.rlim_cur;
}

static int no_core(void)
{
    return soft_limit(RLIMIT_CORE) == 0;
}

static int files_are_up(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == (limit.rlim_max < 65536 ? limit.rlim_max : 65536);
}

/* The default is half of the memory, and at least 4 GiB. */
static int data_is_half_the_machine(void)
{
    rlim_t half = (rlim_t)sysconf(_SC_PHYS_PAGES) * (rlim_t)sysconf(_SC_PAGESIZE) / 2, least = (rlim_t)4 << 30;

    return soft_limit(RLIMIT_DATA) / (1 << 20) == (half > least ? half : least) / (1 << 20);
}

static int data_is_100_megabytes(void)
{
    return soft_limit(RLIMIT_DATA) == (rlim_t)100 << 20;
}

static int data_is_free(void)
{
    return soft_limit(RLIMIT_DATA) == RLIM_INFINITY;
}

static int room_ends_before_memory(void)
{
    return limits_leave(0) && limits_leave(1 << 20) && !limits_leave((size_t)95 << 20);
}

static int room_has_no_end(void)
{
    return limits_leave((size_t)1 << 50);
}

HOME_CLAIM(there_are_no_core_dumps)
{
    assert_int_equal(in_a_child(*state, "", no_core), 1);
}

HOME_CLAIM(as_many_files_as_allowed_may_be_open)
{
    assert_int_equal(in_a_child(*state, "", files_are_up), 1);
}

HOME_CLAIM(memory_is_limited_by_the_configuration)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    if (SANITIZED || limit.rlim_cur != RLIM_INFINITY) {
        print_message("SKIP: a sanitizer build, or memory is limited already\n");
        skip();
    }
    assert_int_equal(in_a_child(*state, "", data_is_half_the_machine), 1);
    assert_int_equal(in_a_child(*state, "[limits]\ndata_mb = 100\n", data_is_100_megabytes), 1);
    assert_int_equal(in_a_child(*state, "[limits]\ndata_mb = 0\n", data_is_free), 1);
}

HOME_CLAIM(growth_is_refused_before_memory_is_out)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    if (SANITIZED || limit.rlim_cur != RLIM_INFINITY) {
        print_message("SKIP: a sanitizer build, or memory is limited already\n");
        skip();
    }
    assert_int_equal(in_a_child(*state, "[limits]\ndata_mb = 100\n", room_ends_before_memory), 1);
    assert_int_equal(in_a_child(*state, "[limits]\ndata_mb = 0\n", room_has_no_end), 1);
}

HOME_CLAIM(a_refusal_names_the_work_and_the_setting)
{
    struct fault fault = { 0 };

    assert_int_equal(limits_refuse(&fault, "the result"), ERR_FULL);
    assert_string_equal(fault.what, "the result would need more memory than data_mb allows");
    assert_non_null(strstr(fault.hint, "raise data_mb in the section [limits]"));
    assert_int_equal(limits_refuse(NULL, "the result"), ERR_FULL);
}
