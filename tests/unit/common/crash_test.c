#include <signal.h>
#include <sys/wait.h>

#include "common/crash.h"
#include "common/file.h"
#include "common/process/crash_directory.h"
#include "common/process/crash_list.h"
#include "common/sanitizer.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static void need_our_own_handler(void)
{
    if (!SANITIZED)
        return;
    print_message("SKIP: the sanitizer handles fatal signals\n");
    skip();
}

/* Dies of `how` in a child with the handler installed; returns the child's pid, and its status in `status`. */
static pid_t die_by(const struct home *home, void (*how)(void), int *status)
{
    pid_t child = fork();

    if (child == 0) {
        if (crash_open(&home->paths, "test", NULL) != ERR_OK)
            _exit(99);
        crash_in_hand("/music/bad\nkick.wav");
        how();
        _exit(98);
    }
    waitpid(child, status, 0);
    return child;
}

static int *volatile nowhere = (int *)0x40;

static void write_to_nowhere(void)
{
    *nowhere = 1;
}

static void give_up(void)
{
    abort();
}

static volatile int depth;

__attribute__((noinline)) static int fall(int level)
{
    volatile char frame[4096];

    frame[level % 4096] = (char)level;
    depth = level;
    return level < 1 << 30 ? fall(level + 1) + frame[0] : 0;
}

static void overflow_the_stack(void)
{
    (void)fall(0);
}

static struct crash_list list_in(const struct home *home, struct arena *arena)
{
    struct crash_list list;

    assert_int_equal(crash_list(&home->paths, arena, &list, NULL), ERR_OK);
    return list;
}

HOME_CLAIM(a_fatal_signal_leaves_a_record_and_kills_as_before)
{
    const struct home *home = *state;
    struct arena arena = { 0 };
    struct crash_list list;
    pid_t child;
    int status;

    need_our_own_handler();
    child = die_by(home, write_to_nowhere, &status);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    list = list_in(home, &arena);
    assert_int_equal(list.count, 1);
    assert_true(text_is(list.at[0].service, "test"));
    assert_int_equal(list.at[0].pid, child);
    assert_true(list.at[0].at > 0);
    assert_true(text_is(list.at[0].signal, "11 (SIGSEGV)"));
    assert_true(text_is(list.at[0].in_hand, "/music/bad?kick.wav"));
    assert_true(text_is(list.at[0].ended, ""));
    assert_non_null(strstr(list.at[0].whole.at, "\naddress: 0x40\n"));
    assert_true(strstr(list.at[0].whole.at, "backtrace:\n") && strstr(list.at[0].whole.at, "(+0x"));
    arena_free(&arena);
}

HOME_CLAIM(an_abort_leaves_a_record)
{
    struct arena arena = { 0 };
    int status;

    need_our_own_handler();
    die_by(*state, give_up, &status);
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_true(text_is(list_in(*state, &arena).at[0].signal, "6 (SIGABRT)"));
    arena_free(&arena);
}

HOME_CLAIM(a_stack_overflow_leaves_a_record)
{
    struct arena arena = { 0 };
    int status;

    need_our_own_handler();
    die_by(*state, overflow_the_stack, &status);
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_int_equal(list_in(*state, &arena).count, 1);
    arena_free(&arena);
}

HOME_CLAIM(the_supervisors_observation_joins_the_crash_record_of_that_process)
{
    const struct home *home = *state;
    struct arena arena = { 0 };
    struct death death = { "test", 0, false, "signal 11 (SIGSEGV)", 0 };
    struct crash_list list;
    int status;

    need_our_own_handler();
    death.pid = die_by(home, write_to_nowhere, &status);
    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    list = list_in(home, &arena);
    assert_int_equal(list.count, 1);
    assert_true(text_is(list.at[0].ended, "signal 11 (SIGSEGV)"));
    assert_false(list.at[0].hang);
    arena_free(&arena);
}

HOME_CLAIM(a_death_that_left_nothing_has_a_record_of_its_own)
{
    const struct home *home = *state;
    struct arena arena = { 0 };
    struct death death = { "search", 4242, true, "signal 9 (SIGKILL)", 0 };
    struct crash_list list;

    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    list = list_in(home, &arena);
    assert_int_equal(list.count, 1);
    assert_true(text_is(list.at[0].service, "search"));
    assert_int_equal(list.at[0].pid, 4242);
    assert_true(list.at[0].hang);
    assert_true(text_is(list.at[0].signal, ""));
    assert_true(text_is(list.at[0].ended, "signal 9 (SIGKILL)"));
    arena_free(&arena);
}

HOME_CLAIM(a_pid_that_comes_again_has_another_record)
{
    const struct home *home = *state;
    struct death death = { "search", 4242, false, "exit code 0", 0 };
    struct arena arena = { 0 };
    const char *closed = "service: search\npid: 4242\nat: 1\nended: exit code 0\n";

    assert_int_equal(file_make_dirs(home_file(home, "home/data/crash", NULL), 0700, NULL), ERR_OK);
    home_file(home, "home/data/crash/search-4242-1.txt", closed);
    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    assert_int_equal(list_in(home, &arena).count, 2);
    arena_free(&arena);
}

HOME_CLAIM(the_newest_comes_first_and_the_oldest_go)
{
    const struct home *home = *state;
    struct death death = { "search", 1, false, "exit code 0", 0 };
    struct arena arena = { 0 };
    struct crash_list list;
    char name[64], text[128];

    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    for (int i = 1; i <= CRASH_LIST_MAX + 20; i++) {
        (void)snprintf(name, sizeof(name), "home/data/crash/old-%d-%d.txt", i + 1, i);
        (void)snprintf(text, sizeof(text), "service: old\npid: %d\nat: %d\nended: exit code 0\n", i + 1, i);
        home_file(home, name, text);
    }
    death.pid = 2;
    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    list = list_in(home, &arena);
    assert_int_equal(list.count, CRASH_LIST_MAX);
    assert_true(text_is(list.at[0].service, "search"));
    assert_true(text_is(list.at[1].service, "search"));
    for (uint32_t i = 1; i < list.count; i++)
        assert_true(list.at[i - 1].at >= list.at[i].at);
    assert_int_equal(list.at[list.count - 1].at / 1000000, 23);
    arena_free(&arena);
}

HOME_CLAIM(a_time_that_no_clock_shows_is_none)
{
    const struct home *home = *state;
    char directory[CRASH_DIRECTORY_SIZE];
    struct arena arena = { 0 };

    assert_int_equal(crash_directory(&home->paths, directory, NULL), ERR_OK);
    home_file(home, "home/data/crash/late.txt", "service: s\npid: 7\nat: 17000000000000\n");
    assert_int_equal(list_in(home, &arena).count, 1);
    assert_int_equal(list_in(home, &arena).at[0].at, 0);
    arena_free(&arena);
}

HOME_CLAIM(files_that_are_not_crash_records_are_skipped)
{
    const struct home *home = *state;
    struct death death = { "search", 7, false, "exit code 0", 0 };
    struct arena arena = { 0 };

    assert_int_equal(crash_list_add(&home->paths, &death, NULL), ERR_OK);
    home_file(home, "home/data/crash/empty.txt", "");
    home_file(home, "home/data/crash/noise.txt", "\xFF\xFEpid: x\nservice\n\n");
    home_file(home, "home/data/crash/half.txt", "service: s");
    assert_int_equal(list_in(home, &arena).count, 1);
    arena_free(&arena);
}
