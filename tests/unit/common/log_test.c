#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/process/log.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static char *log_path(const struct home *home, const char *end)
{
    static char path[PATH_MAX + 32];

    (void)snprintf(path, sizeof(path), "%s/test.log%s", home->paths.logs, end);
    return path;
}

static void open_log(const struct home *home)
{
    assert_int_equal(log_open(&home->paths, "test", false, NULL), ERR_OK);
}

static struct buffer read_log(const struct home *home)
{
    struct buffer text = { 0 };

    assert_int_equal(file_read_all(log_path(home, ""), 1 << 24, &text, NULL), ERR_OK);
    buffer_c(&text);
    return text;
}

static int lines_in(const struct buffer *text)
{
    int lines = 0;

    for (size_t i = 0; i < text->len; i++)
        lines += text->at[i] == '\n';
    return lines;
}

HOME_CLAIM(a_line_has_time_level_service_and_message)
{
    struct buffer text;
    char end[64];

    open_log(*state);
    log_info("hello %s", "world");
    log_close();
    text = read_log(*state);
    (void)snprintf(end, sizeof(end), "Z info test[%d] hello world\n", (int)getpid());
    assert_string_equal(buffer_c(&text) + strlen("2026-01-01T00:00:00.000000"), end);
    buffer_free(&text);
}

HOME_CLAIM(a_message_can_not_begin_a_line_of_its_own)
{
    struct buffer text;

    open_log(*state);
    log_warn("a\nb\x1b[31m");
    log_close();
    text = read_log(*state);
    assert_int_equal(lines_in(&text), 1);
    assert_non_null(strstr(buffer_c(&text), "a\\x0ab\\x1b[31m\n"));
    buffer_free(&text);
}

HOME_CLAIM(a_long_message_is_cut)
{
    char message[10000];
    struct buffer text;

    memset(message, '\n', sizeof(message) - 1);
    message[sizeof(message) - 1] = '\0';
    open_log(*state);
    log_error("%s", message);
    log_close();
    text = read_log(*state);
    assert_int_equal(lines_in(&text), 1);
    assert_in_range(text.len, 1000, 2200);
    buffer_free(&text);
}

HOME_CLAIM(a_fault_is_one_line_with_its_hint)
{
    struct buffer text;
    struct fault fault;

    fault_set(&fault, ERR_IO, "no room");
    fault_field(&fault, "size");
    fault_hint(&fault, "make some");
    open_log(*state);
    log_fault("cannot write", &fault);
    log_close();
    text = read_log(*state);
    assert_non_null(strstr(buffer_c(&text), "cannot write: no room (size): make some\n"));
    buffer_free(&text);
}

HOME_CLAIM(errno_is_left_as_it_was)
{
    open_log(*state);
    errno = 1234;
    log_info("x");
    assert_int_equal(errno, 1234);
    log_close();
}

HOME_CLAIM(after_sighup_the_file_is_opened_again)
{
    struct buffer text;
    char old[PATH_MAX + 32];

    open_log(*state);
    log_info("one");
    strcpy(old, log_path(*state, ".old"));
    assert_int_equal(rename(log_path(*state, ""), old), 0);
    raise(SIGHUP);
    log_info("two");
    log_close();
    text = read_log(*state);
    assert_int_equal(lines_in(&text), 1);
    assert_non_null(strstr(buffer_c(&text), "two"));
    buffer_free(&text);
}

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

HOME_CLAIM(a_log_past_ten_megabytes_is_rotated_and_three_are_kept)
{
    open_log(*state);
    for (int round = 0; round < 4; round++) {
        assert_int_equal(truncate(log_path(*state, ""), 10 << 20), 0);
        log_info("round %d", round);
    }
    log_close();
    assert_in_range(size_of(log_path(*state, "")), 10, 1000);
    assert_int_equal(size_of(log_path(*state, ".1")), 10 << 20);
    assert_int_equal(size_of(log_path(*state, ".2")), 10 << 20);
    assert_int_equal(size_of(log_path(*state, ".3")), -1);
}

/* Keeper and supervisor share a log: the second process to notice its size must not rotate it again. */
HOME_CLAIM(a_log_that_another_process_rotated_is_only_opened_again)
{
    open_log(*state);
    assert_int_equal(truncate(log_path(*state, ""), 10 << 20), 0);
    {
        char rotated[PATH_MAX + 32];
        strcpy(rotated, log_path(*state, ".1"));
        assert_int_equal(rename(log_path(*state, ""), rotated), 0);
        home_file(*state, "home/data/log/test.log", "by another\n");
    }
    log_info("mine");
    log_close();
    assert_int_equal(size_of(log_path(*state, ".1")), 10 << 20);
    assert_int_equal(size_of(log_path(*state, ".2")), -1);
    assert_true(size_of(log_path(*state, "")) > (off_t)strlen("by another\n"));
}

static void *write_lines(void *unused)
{
    for (int i = 0; i < 500; i++)
        log_info("line %d", i);
    return unused;
}

HOME_CLAIM(lines_of_many_threads_do_not_mix)
{
    pthread_t threads[4];
    struct buffer text;

    open_log(*state);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    log_close();
    text = read_log(*state);
    assert_int_equal(lines_in(&text), 2000);
    for (char *line = strtok((char *)text.at, "\n"); line; line = strtok(NULL, "\n"))
        assert_non_null(strstr(line, "] line "));
    buffer_free(&text);
}

HOME_CLAIM(a_log_that_can_not_be_opened_says_so)
{
    const struct home *home = *state;
    struct fault fault;

    assert_int_equal(rmdir(home->paths.logs), 0);
    assert_int_equal(log_open(&home->paths, "test", false, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.what, "cannot open the log"));
    log_close();
}
