#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/indexer/scan/watch.h"

static char heard[64];

static void note_changed(void *state, struct id library, const char *path)
{
    (void)state;
    (void)library;
    (void)snprintf(heard, sizeof(heard), "%s", path);
}

/* A watch whose events come from the test; inotify gives high numbers only after very many others. */
static struct watch *open_watch(int *events)
{
    const struct watch_events to = { .changed = note_changed };
    struct watch *watch;
    struct fault fault = { 0 };
    int ends[2];

    assert_int_equal(watch_new(&to, &watch, &fault), ERR_OK);
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    assert_true(dup2(ends[0], watch_fd(watch)) >= 0);
    close(ends[0]);
    *events = ends[1];
    return watch;
}

static const char *path_of_gone(struct watch *watch, int events, int wd)
{
    const struct inotify_event event = { .wd = wd, .mask = IN_IGNORED };

    heard[0] = '\0';
    assert_int_equal(write(events, &event, sizeof(event)), (ssize_t)sizeof(event));
    watch_read(watch);
    return heard;
}

static void folders_are_watched_whatever_their_numbers(void **state)
{
    static const int numbers[] = { 1, 16 << 20, (16 << 20) + 1, 64 << 20 };
    struct id library = { { 1 } };
    char path[16];
    int events;
    struct watch *watch = open_watch(&events);

    (void)state;
    for (int i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof(path), "/%d", i);
        watch_add(watch, library, numbers[i], path);
    }
    for (int i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof(path), "/%d", i);
        assert_string_equal(path_of_gone(watch, events, numbers[i]), path);
        assert_string_equal(path_of_gone(watch, events, numbers[i]), "");
    }
    close(events);
    watch_free(watch);
}

static void only_the_folders_of_a_library_are_forgotten(void **state)
{
    const struct id one = { { 1 } }, other = { { 2 } };
    int events;
    struct watch *watch = open_watch(&events);

    (void)state;
    watch_add(watch, one, 5, "/one");
    watch_add(watch, other, 5 + (1 << 20), "/other");
    watch_add(watch, one, 5 + (1 << 21), "/one/more");
    watch_forget(watch, one);
    assert_string_equal(path_of_gone(watch, events, 5), "");
    assert_string_equal(path_of_gone(watch, events, 5 + (1 << 21)), "");
    assert_string_equal(path_of_gone(watch, events, 5 + (1 << 20)), "/other");
    close(events);
    watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_watched_whatever_their_numbers),
        cmocka_unit_test(only_the_folders_of_a_library_are_forgotten),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
