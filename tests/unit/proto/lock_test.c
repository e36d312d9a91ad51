#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/claim.h"
#include "tests/unit/proto/process.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, engine_set_up, engine_tear_down)

PREPARED_CLAIM(a_lock_has_one_holder)
{
    struct engine *engine = *state;
    struct fault fault = { 0 };
    int first, second;

    assert_int_equal(lock_take(&engine->paths, "search", &first, NULL), ERR_OK);
    assert_int_equal(lock_take(&engine->paths, "search", &second, &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.what, "search is running already"));
    assert_int_equal(second, -1);
    close(first);
    assert_int_equal(lock_take(&engine->paths, "search", &second, NULL), ERR_OK);
    close(second);
}

PREPARED_CLAIM(one_data_directory_has_one_holder_whatever_its_run_directory)
{
    struct engine *engine = *state;
    struct paths other = engine->paths;
    struct fault fault = { 0 };
    int first, second;

    strcpy(other.run, "/elsewhere");
    assert_false(lock_data_is_held(&engine->paths, "supervisor"));
    assert_int_equal(lock_take_data(&engine->paths, "supervisor", &first, NULL), ERR_OK);
    assert_true(lock_data_is_held(&other, "supervisor"));
    assert_int_equal(lock_take_data(&other, "supervisor", &second, &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.hint, "/elsewhere"));
    close(first);
    assert_false(lock_data_is_held(&other, "supervisor"));
}

PREPARED_CLAIM(testing_a_lock_does_not_take_it)
{
    struct engine *engine = *state;
    int fd;

    assert_false(lock_is_held(&engine->paths, "search"));
    assert_int_equal(lock_take(&engine->paths, "search", &fd, NULL), ERR_OK);
    assert_true(lock_is_held(&engine->paths, "search"));
    assert_false(lock_is_held(&engine->paths, "persist"));
    close(fd);
    assert_false(lock_is_held(&engine->paths, "search")); /* the file is still there */
}

static int hold_and_wait(void)
{
    struct paths paths;
    int fd;

    if (paths_find(&paths, NULL) != ERR_OK || lock_take(&paths, "search", &fd, NULL) != ERR_OK)
        return 1;
    for (;;)
        pause();
}

PREPARED_CLAIM(a_holder_that_dies_lets_go)
{
    struct engine *engine = *state;
    usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;

    engine->pids[0] = process_start(hold_and_wait);
    while (!lock_is_held(&engine->paths, "search")) {
        assert_true(clock_steady() < until);
        clock_sleep(1000);
    }
    process_end(engine->pids[0], SIGKILL);
    engine->pids[0] = 0;
    assert_false(lock_is_held(&engine->paths, "search"));
}

static const char *word_file(const struct paths *paths, char file[PATH_MAX + 16])
{
    snprintf(file, PATH_MAX + 16, "%s/let-go", paths->run);
    return file;
}

/* Ends at once. A process that it started has the lock until it gets the word, and for a moment longer. */
static int hold_and_leave_to_another(void)
{
    const usec_t until = clock_steady() + (usec_t)PATIENCE_MS * 1000;
    char word[PATH_MAX + 16];
    struct paths paths;
    int fd;

    if (paths_find(&paths, NULL) != ERR_OK || lock_take(&paths, "search", &fd, NULL) != ERR_OK)
        return 1;
    if (fork() == 0) {
        while (access(word_file(&paths, word), F_OK) != 0 && clock_steady() < until)
            clock_sleep(1000);
        clock_sleep(100000);
    }
    _exit(0);
}

/* On a busy machine that process may be so late that its lock is not waited for: then it is tried again. */
PREPARED_CLAIM(a_process_that_a_dead_holder_had_just_started_is_waited_for)
{
    enum { TRIES = 5 };
    struct engine *engine = *state;
    char word[PATH_MAX + 16];
    enum err e = ERR_EXISTS;
    int fd = -1;

    for (int i = 0; i < TRIES && e == ERR_EXISTS; i++) {
        while (lock_is_held(&engine->paths, "search"))
            clock_sleep(1000);
        (void)unlink(word_file(&engine->paths, word));
        assert_int_equal(process_end(process_start(hold_and_leave_to_another), 0), 0);
        assert_true(lock_is_held(&engine->paths, "search"));
        close(open(word, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        e = lock_take(&engine->paths, "search", &fd, NULL);
    }
    assert_int_equal(e, ERR_OK);
    close(fd);
}

PREPARED_CLAIM(a_symbolic_link_in_its_place_is_not_followed)
{
    struct engine *engine = *state;
    char link[PATH_MAX + 32], aim[PATH_MAX + 32];
    int fd;

    snprintf(link, sizeof(link), "%s/search.lock", engine->paths.run);
    snprintf(aim, sizeof(aim), "%s/aim", engine->paths.data);
    assert_int_equal(symlink(aim, link), 0);
    assert_int_not_equal(lock_take(&engine->paths, "search", &fd, NULL), ERR_OK);
    assert_int_equal(access(aim, F_OK), -1);
}

static void set_time(const char *path, time_t seconds)
{
    const struct timespec both[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

    assert_int_equal(utimensat(AT_FDCWD, path, both, 0), 0);
}

static bool has_time(const char *path, time_t seconds)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_atime == seconds && st.st_mtime == seconds;
}

PREPARED_CLAIM(the_files_of_the_run_directory_get_a_new_time_once_the_lock_is_not_of_this_hour)
{
    enum { HOUR_S = 3600, SOME_S = 60 };
    struct engine *engine = *state;
    char lock[PATH_MAX + 32];
    const time_t now = time(NULL), young = now - HOUR_S + SOME_S;
    const time_t others[] = { 1000, now - HOUR_S - SOME_S, now + HOUR_S + SOME_S };
    int fd;

    assert_int_equal(lock_take(&engine->paths, "search", &fd, NULL), ERR_OK);
    snprintf(lock, sizeof(lock), "%s/search.lock", engine->paths.run);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        set_time(engine->paths.run, others[i]);
        set_time(lock, young);
        lock_refresh(&engine->paths, fd);
        assert_true(has_time(lock, young) && has_time(engine->paths.run, others[i]));
        set_time(lock, others[i]);
        lock_refresh(&engine->paths, fd);
        assert_false(has_time(lock, others[i]) || has_time(engine->paths.run, others[i]));
    }
    close(fd);
}
