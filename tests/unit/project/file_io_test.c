/* Temporary files in the folders of projects: those of the dead are removed, those in use stay. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common/file.h"
#include "services/project/base/copying.h"
#include "services/project/base/file_io.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static const usec_t hours_us = (usec_t)2 * 3600 * 1000000;

/* A thread that reads or writes another file of the folder comes while a temporary file is synced. */
static const char *swept; /* the folder; NULL: no thread comes */

int fsync(int fd)
{
    if (swept)
        file_io_sweep(opendir(swept), clock_now() + hours_us);
    return (int)syscall(SYS_fsync, fd);
}

static const char *file_in(const struct home *home, const char *name)
{
    return strdup(home_file(home, name, NULL));
}

HOME_CLAIM(a_file_that_is_written_stays_though_the_clock_was_set_back)
{
    const struct home *home = *state;
    const char *path = file_in(home, "project.json");
    struct fault fault = { 0 };

    swept = home->root;
    assert_int_equal(file_write_atomic(path, bytes_of("{}", 2), 0644, &fault), ERR_OK);
    swept = NULL;
    assert_int_equal(access(path, F_OK), 0);
    free((void *)(uintptr_t)path);
}

static void take_copying(void *owner, struct copying *copying, bool hangs)
{
    struct fault *fault = owner;

    assert_false(hangs);
    *fault = copying->fault;
    fault->code = copying->fault.code ? copying->fault.code : ERR_COUNT; /* it has ended */
}

HOME_CLAIM(a_copy_that_is_written_stays_though_the_clock_was_set_back)
{
    const struct home *home = *state;
    const char *from = strdup(home_file(home, "kick.wav", "a kick")), *audio = file_in(home, "Media/Audio");
    static struct paths paths;
    struct project p = { .paths = &paths, .started = clock_now() + hours_us };
    struct fault fault = { 0 };
    struct copying *copying;

    snprintf(paths.data, sizeof(paths.data), "%s", home->root);
    assert_int_equal(mailbox_new(&p.mailbox, NULL), ERR_OK);
    p.errands = errands_new(p.mailbox, 1);
    copying = copying_new(&p, 1, 0);
    copying->count = 1;
    copying->items[0].from = door_to(from);
    strcpy(copying->items[0].name, "Audio/kick.wav");
    snprintf(copying->folder, sizeof(copying->folder), "%s", home->root);
    copying->done = take_copying;
    copying->owner = &fault;
    swept = audio;
    copying_start(&p, copying, clock_steady() + 3600000000);
    while (fault.code == ERR_OK) {
        mailbox_open(p.mailbox);
        clock_sleep(1000);
    }
    swept = NULL;
    if (fault.code != ERR_COUNT)
        fail_msg("%s", fault.what);
    assert_int_equal(access(home_file(home, "Media/Audio/kick.wav", NULL), F_OK), 0);
    assert_true(errands_end(p.errands));
    mailbox_free(p.mailbox);
    free((void *)(uintptr_t)from);
    free((void *)(uintptr_t)audio);
}

static bool is_swept(const struct home *home, const char *name)
{
    const char *path = home_file(home, name, "");

    file_io_sweep(opendir(home->root), clock_now() + hours_us);
    return access(path, F_OK) != 0;
}

HOME_CLAIM(what_the_dead_left_is_removed_and_nothing_else)
{
    const struct home *home = *state;

    assert_true(is_swept(home, ".loophole-a1B2c3"));
    assert_true(is_swept(home, ".loophole-0badcafea1B2c3"));
    assert_false(is_swept(home, ".loophole-sent"));
    assert_false(is_swept(home, ".loophole-labels-1.part"));
    assert_false(is_swept(home, "project.json"));
}

HOME_CLAIM(the_marker_of_a_disk_whose_root_is_a_project_stays)
{
    assert_false(is_swept(*state, ".loophole-volume"));
}

HOME_CLAIM(a_younger_file_may_be_of_another_engine_and_stays)
{
    const struct home *home = *state;
    const char *path = home_file(home, ".loophole-0badcafea1B2c3", "");

    file_io_sweep(opendir(home->root), clock_now() - hours_us);
    assert_int_equal(access(path, F_OK), 0);
}
