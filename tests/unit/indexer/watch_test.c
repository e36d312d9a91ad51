#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/indexer/scan/watch.h"
#include "tests/unit/claim.h"

static char heard[64];
static int losses;

static void note_changed(void *state, struct id library, const char *path)
{
    (void)state;
    (void)library;
    (void)snprintf(heard, sizeof(heard), "%s", path);
}

static void note_arrived(void *state, struct id library, const char *path)
{
    note_changed(state, library, path);
}

static void note_lost(void *state)
{
    (void)state;
    losses++;
}

/* A watch whose events come from the test; inotify gives high numbers only after very many others. */
static struct watch *open_watch(int *events)
{
    const struct watch_events to = { .changed = note_changed, .arrived = note_arrived, .lost = note_lost };
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

static void send_event(struct watch *watch, int events, int wd, uint32_t mask)
{
    const struct inotify_event event = { .wd = wd, .mask = mask };

    assert_int_equal(write(events, &event, sizeof(event)), (ssize_t)sizeof(event));
    watch_read(watch);
}

static const char *path_of_gone(struct watch *watch, int events, int wd)
{
    heard[0] = '\0';
    send_event(watch, events, wd, IN_IGNORED);
    return heard;
}

CLAIM(folders_are_watched_whatever_their_numbers)
{
    static const int numbers[] = { 1, 16 << 20, (16 << 20) + 1, 64 << 20 };
    struct id library = { { 1 } };
    char path[16];
    int events;
    struct watch *watch = open_watch(&events);

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

CLAIM(only_the_folders_of_a_library_are_forgotten)
{
    const struct id one = { { 1 } }, other = { { 2 } };
    int events;
    struct watch *watch = open_watch(&events);

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

/* The only folder that changed since, when it is quiet; "": none did. */
static const char *path_of_changed(struct watch *watch)
{
    heard[0] = '\0';
    for (int i = 0; i < 400 && !heard[0]; i++) {
        watch_tick(watch);
        clock_sleep(10000);
    }
    return heard;
}

CLAIM(the_changes_of_a_folder_push_out_none_of_another_that_is_not_reported_yet)
{
    const struct id library = { { 1 } };
    int events;
    struct watch *watch = open_watch(&events);

    send_event(watch, events, 1, IN_CLOSE_WRITE);
    for (int i = 0; i < 64; i++)
        send_event(watch, events, 2, IN_CLOSE_WRITE);
    watch_add(watch, library, 1, "/a");
    assert_string_equal(path_of_changed(watch), "/a");
    watch_add(watch, library, 2, "/b");
    assert_string_equal(path_of_changed(watch), "/b");
    close(events);
    watch_free(watch);
}

CLAIM(when_too_many_folders_change_before_they_are_reported_all_is_scanned_again)
{
    int events;
    struct watch *watch = open_watch(&events);

    losses = 0;
    for (int round = 0; round < 2; round++)
        for (int i = 1; i <= 64; i++)
            send_event(watch, events, i, IN_CLOSE_WRITE);
    assert_int_equal(losses, 0);
    send_event(watch, events, 65, IN_CLOSE_WRITE);
    assert_int_equal(losses, 1);
    send_event(watch, events, 66, IN_CLOSE_WRITE);
    assert_int_equal(losses, 1);
    close(events);
    watch_free(watch);
}

static void send_named(struct watch *watch, int events, int wd, uint32_t mask, const char *name)
{
    _Alignas(struct inotify_event) char bytes[sizeof(struct inotify_event) + 16] = { 0 };
    const struct inotify_event event = { .wd = wd, .mask = mask, .len = 16 };

    memcpy(bytes, &event, sizeof(event));
    (void)snprintf(bytes + sizeof(event), 16, "%s", name);
    assert_int_equal(write(events, bytes, sizeof(bytes)), (ssize_t)sizeof(bytes));
    watch_read(watch);
}

CLAIM(a_library_arrives_when_the_first_folder_that_was_missing_appears)
{
    const struct id library = { { 1 } };
    int events;
    struct watch *watch = open_watch(&events);

    heard[0] = '\0';
    assert_false(watch_await(watch, library, 7, "/disk/packs/lib", "packs"));
    send_named(watch, events, 7, IN_CREATE | IN_ISDIR, "other");
    send_named(watch, events, 7, IN_MOVED_FROM | IN_ISDIR, "packs");
    assert_string_equal(heard, "");
    send_named(watch, events, 7, IN_MOVED_TO | IN_ISDIR, "packs");
    assert_string_equal(heard, "/disk/packs/lib");
    heard[0] = '\0';
    watch_add_above(watch, library, 7, "/disk/packs/lib");
    send_named(watch, events, 7, IN_CREATE | IN_ISDIR, "packs");
    assert_string_equal(heard, "");
    watch_forget(watch, library);
    send_event(watch, events, 8, IN_CREATE);
    assert_true(watch_await(watch, library, 8, "/disk/packs/lib", "packs"));
    assert_false(watch_await(watch, library, 8, "/disk/packs/lib", "packs"));
    close(events);
    watch_free(watch);
}
