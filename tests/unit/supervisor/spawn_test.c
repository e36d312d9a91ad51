#include <fcntl.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/file.h"
#include "supervisor/spawn.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

enum { LONG_ENOUGH = 60 * 1000000 };

static const struct spawn_command program = { .service = "test", .program = "program" };
static const struct spawn_command missing = { .service = "test", .program = "no-such-program" };

/* Writes a program with that text into the programs' directory. */
static void put_program(struct home *home, const char *text)
{
    strcpy(home->paths.programs, home->root);
    assert_int_equal(chmod(home_file(home, "program", text), 0700), 0);
}

static struct spawn start_process(struct home *home, const char *text)
{
    struct spawn spawn;

    put_program(home, text);
    assert_int_equal(spawn_start(&home->paths, &program, &spawn, NULL), ERR_OK);
    assert_true(spawn.pid > 1);
    assert_true(spawn.start_ticks > 0);
    return spawn;
}

static siginfo_t end_of(struct spawn *spawn)
{
    siginfo_t info;

    assert_true(spawn_is_dead(spawn, LONG_ENOUGH));
    assert_true(spawn_bury(spawn, &info));
    assert_int_equal(spawn->pid, 0);
    return info;
}

static void kill_and_bury(struct spawn *spawn)
{
    spawn_signal(spawn, SIGKILL);
    (void)end_of(spawn);
}

HOME_CLAIM(an_exit_code_comes_back)
{
    struct spawn spawn = start_process(*state, "#!/bin/sh\nexit 7\n");
    siginfo_t info = end_of(&spawn);

    assert_int_equal(info.si_code, CLD_EXITED);
    assert_int_equal(info.si_status, 7);
}

HOME_CLAIM(a_signal_comes_back)
{
    struct spawn spawn = start_process(*state, "#!/bin/sh\nexec sleep 600\n");
    siginfo_t info;

    assert_false(spawn_is_dead(&spawn, 0));
    spawn_signal(&spawn, SIGKILL);
    info = end_of(&spawn);
    assert_int_equal(info.si_code, CLD_KILLED);
    assert_int_equal(info.si_status, SIGKILL);
}

HOME_CLAIM(a_program_that_is_not_there_is_reported)
{
    struct home *home = *state;
    struct spawn spawn;
    struct fault fault;

    assert_int_equal(spawn_start(&home->paths, &missing, &spawn, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.what, "no-such-program"));
    assert_int_equal(spawn.pid, 0);
}

/* Its process group, its descriptors and its blocked signals, as the process sees them itself. */
HOME_CLAIM(a_service_inherits_nothing)
{
    struct home *home = *state;
    struct buffer seen = { 0 };
    char end[64], *ignored;
    sigset_t term;
    struct spawn spawn;
    int leak = open("/dev/null", O_RDONLY);

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    signal(SIGPIPE, SIG_IGN);
    put_program(home, "#!/bin/sh\n( readlink /proc/$$/fd/0 /proc/$$/fd/1; [ -e /proc/$$/fd/200 ] && echo leak\n"
                      "grep -E 'SigBlk|SigIgn' /proc/$$/status; cut -d' ' -f5 /proc/$$/stat ) "
                      ">\"$LOOPHOLE_HOME\"/../seen\n");
    assert_int_equal(dup2(leak, 200), 200);
    assert_int_equal(spawn_start(&home->paths, &program, &spawn, NULL), ERR_OK);
    (void)snprintf(end, sizeof(end), "\n%d\n", (int)spawn.pid);
    (void)end_of(&spawn);
    close(leak);
    close(200);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    assert_int_equal(file_read_all(home_file(home, "seen", NULL), 4096, &seen, NULL), ERR_OK);
    assert_int_equal(strncmp(buffer_c(&seen), "/dev/null\n/dev/null\n", 20), 0);
    assert_null(strstr(buffer_c(&seen), "leak"));
    assert_non_null(strstr(buffer_c(&seen), "SigBlk:\t0000000000000000"));
    assert_non_null(ignored = strstr(buffer_c(&seen), "SigIgn:\t"));
    assert_false(strtoull(ignored + 8, NULL, 16) >> (SIGPIPE - 1) & 1);
    assert_non_null(strstr(buffer_c(&seen), end));
    buffer_free(&seen);
}

HOME_CLAIM(last_words_go_to_the_log_of_the_service)
{
    struct home *home = *state;
    struct spawn spawn = start_process(home, "#!/bin/sh\necho 'free(): invalid pointer' >&2\n");
    struct buffer log = { 0 };

    (void)end_of(&spawn);
    assert_int_equal(file_read_all(home_file(home, "home/data/log/test.log", NULL), 4096, &log, NULL), ERR_OK);
    assert_string_equal(buffer_c(&log), "free(): invalid pointer\n");
    buffer_free(&log);
}

HOME_CLAIM(a_dead_services_helpers_die_with_it)
{
    struct home *home = *state;
    struct spawn spawn = start_process(home, "#!/bin/sh\nsleep 600 &\necho $! >\"$LOOPHOLE_HOME\"/../helper\nexit 0\n");
    struct buffer text = { 0 };
    usec_t end = clock_steady() + LONG_ENOUGH;
    int32_t helper;

    (void)end_of(&spawn);
    assert_int_equal(file_read_all(home_file(home, "helper", NULL), 64, &text, NULL), ERR_OK);
    helper = atoi(buffer_c(&text));
    buffer_free(&text);
    while (board_start_ticks(helper) != 0 && clock_steady() < end)
        clock_sleep(10000);
    assert_int_equal(board_start_ticks(helper), 0);
}

/* As for an adopted process that was reaped elsewhere, and whose pid another process got. */
HOME_CLAIM(a_process_that_got_the_pid_of_a_dead_one_lives_on)
{
    struct spawn stranger = start_process(*state, "#!/bin/sh\nexec sleep 600\n");
    struct spawn dead = { stranger.pid, pidfd_open(stranger.pid, 0), stranger.start_ticks - 1 };
    siginfo_t info;

    assert_false(spawn_bury(&dead, &info));
    assert_false(spawn_is_dead(&stranger, 100000));
    kill_and_bury(&stranger);
}

HOME_CLAIM(a_process_on_the_board_is_adopted)
{
    struct spawn spawn = start_process(*state, "#!/bin/sh\nexec sleep 600\n"), adopted;
    struct board_entry line = { .pid = spawn.pid, .start_ticks = spawn.start_ticks };

    assert_true(spawn_adopt(&line, &adopted));
    assert_int_equal(adopted.pid, spawn.pid);
    spawn_signal(&adopted, SIGKILL);
    assert_true(spawn_is_dead(&adopted, LONG_ENOUGH));
    close(adopted.pidfd);
    (void)end_of(&spawn);
}

HOME_CLAIM(a_pid_that_belongs_to_another_process_now_is_not_adopted)
{
    struct spawn spawn = start_process(*state, "#!/bin/sh\nexec sleep 600\n"), adopted;
    struct board_entry line = { .pid = spawn.pid, .start_ticks = spawn.start_ticks + 1 };

    assert_false(spawn_adopt(&line, &adopted));
    assert_int_equal(adopted.pid, 0);
    kill_and_bury(&spawn);
}

HOME_CLAIM(a_board_entry_of_nonsense_is_not_adopted)
{
    static const int32_t pids[] = { 0, 1, -1, INT32_MIN, INT32_MAX };
    struct spawn adopted;

    for (size_t i = 0; i < sizeof(pids) / sizeof(*pids); i++) {
        struct board_entry line = { .pid = pids[i], .start_ticks = 12345 };
        assert_false(spawn_adopt(&line, &adopted));
    }
}

HOME_CLAIM(a_dead_process_is_not_adopted)
{
    struct spawn spawn = start_process(*state, "#!/bin/sh\nexit 0\n"), adopted;
    struct board_entry line = { .pid = spawn.pid, .start_ticks = spawn.start_ticks };

    assert_true(spawn_is_dead(&spawn, LONG_ENOUGH));
    assert_false(spawn_adopt(&line, &adopted)); /* a zombie */
    (void)end_of(&spawn);
    assert_false(spawn_adopt(&line, &adopted));
}
