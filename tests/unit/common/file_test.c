#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/file.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static void same_content(const char *path, const char *text)
{
    struct buffer found = { 0 };

    assert_int_equal(file_read_all(path, 1 << 20, &found, NULL), ERR_OK);
    assert_string_equal(buffer_c(&found), text);
    buffer_free(&found);
}

static int entries_of(const char *directory)
{
    DIR *dir = opendir(directory);
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

HOME_CLAIM(a_file_is_read_whole_up_to_its_limit)
{
    const char *path = home_file(*state, "f", "12345");
    struct buffer found = { 0 };
    struct fault fault;

    assert_int_equal(file_read_all(path, 5, &found, NULL), ERR_OK);
    assert_string_equal(buffer_c(&found), "12345");
    assert_int_equal(file_read_all(path, 4, &found, &fault), ERR_TOO_LARGE);
    assert_non_null(strstr(fault.what, "larger than 4 bytes"));
    buffer_free(&found);
}

HOME_CLAIM(a_path_that_is_not_a_file_is_refused_without_hanging)
{
    const struct home *home = *state;
    const char *path = home_file(home, "pipe", NULL);
    struct buffer found = { 0 };

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_read_all(path, 10, &found, NULL), ERR_BAD_REQUEST);
    assert_int_equal(file_read_all(home->root, 10, &found, NULL), ERR_BAD_REQUEST);
    assert_int_equal(file_read_all(home_file(home, "none", NULL), 10, &found, NULL), ERR_NOT_FOUND);
    buffer_free(&found);
}

HOME_CLAIM(an_atomic_write_replaces_the_whole_file)
{
    const struct home *home = *state;
    const char *path = home_file(home, "f", "a much longer old text");
    struct stat st;

    assert_int_equal(file_write_atomic(path, bytes_of("new", 3), 0640, NULL), ERR_OK);
    same_content(path, "new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(entries_of(home->root), 2); /* the file and the home */
}

HOME_CLAIM(a_write_through_a_link_replaces_what_it_leads_to)
{
    const struct home *home = *state;
    struct buffer got = { 0 };
    struct stat st;

    home_file(home, "kept", "old");
    assert_int_equal(chmod(home_file(home, "kept", NULL), 0640), 0);
    assert_int_equal(symlink("kept", home_file(home, "link", NULL)), 0);
    assert_int_equal(file_write_through(home_file(home, "link", NULL), bytes_of("new", 3), 0600, NULL), ERR_OK);
    assert_int_equal(lstat(home_file(home, "link", NULL), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(file_read_all(home_file(home, "kept", NULL), 10, &got, NULL), ERR_OK);
    assert_string_equal(buffer_c(&got), "new");
    assert_int_equal(stat(home_file(home, "kept", NULL), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    buffer_free(&got);
}

HOME_CLAIM(a_link_that_leads_to_no_file_is_not_written_through)
{
    const struct home *home = *state;
    struct stat st;

    assert_int_equal(symlink("/dev/null", home_file(home, "hidden", NULL)), 0);
    assert_int_equal(symlink("away", home_file(home, "broken", NULL)), 0);
    assert_int_equal(file_write_through(home_file(home, "hidden", NULL), bytes_of("x", 1), 0600, NULL), ERR_IO);
    assert_int_equal(file_write_through(home_file(home, "broken", NULL), bytes_of("x", 1), 0600, NULL), ERR_NOT_FOUND);
    assert_int_equal(lstat(home_file(home, "hidden", NULL), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(file_write_through(home_file(home, "made", NULL), bytes_of("x", 1), 0600, NULL), ERR_OK);
}

HOME_CLAIM(an_atomic_write_into_a_missing_directory_says_so)
{
    struct fault fault;

    assert_int_equal(file_write_atomic(home_file(*state, "no/f", NULL), bytes_of("x", 1), 0600, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.what, "No such file"));
}

/* RLIMIT_FSIZE simulates a full disk: the write itself fails halfway. */
HOME_CLAIM(an_atomic_write_that_fails_half_way_leaves_the_old_file)
{
    const struct home *home = *state;
    const char *path = home_file(home, "f", "old");
    static char large[100000];
    int status;

    if (fork() == 0) {
        struct rlimit limit = { 5000, 5000 };
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit((int)file_write_atomic(path, bytes_of(large, sizeof(large)), 0600, NULL));
    }
    wait(&status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERR_TOO_LARGE);
    same_content(path, "old");
    assert_int_equal(entries_of(home->root), 2);
}

HOME_CLAIM(an_atomic_write_over_a_directory_leaves_nothing_behind)
{
    const struct home *home = *state;
    const char *path = home_file(home, "dir", NULL);

    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_not_equal(file_write_atomic(path, bytes_of("x", 1), 0600, NULL), ERR_OK);
    assert_int_equal(entries_of(home->root), 2);
}

HOME_CLAIM(a_write_killed_at_any_time_leaves_old_or_new)
{
    const char *path = home_file(*state, "f", "old");

    for (int round = 0; round < 20; round++) {
        struct buffer found = { 0 };
        pid_t child = fork();
        if (child == 0)
            for (;;)
                file_write_atomic(path, bytes_of("new and longer", 14), 0600, NULL);
        usleep((useconds_t)(round * 300));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        assert_int_equal(file_read_all(path, 100, &found, NULL), ERR_OK);
        assert_true(!strcmp(buffer_c(&found), "old") || !strcmp(buffer_c(&found), "new and longer"));
        buffer_free(&found);
    }
}

HOME_CLAIM(a_file_written_soon_is_whole_and_can_be_synced)
{
    const struct home *home = *state;
    const char *path = home_file(home, "soon", "old");
    struct buffer found = { 0 };

    assert_int_equal(file_write_soon(path, bytes_of("new and longer", 14), 0600, NULL), ERR_OK);
    assert_int_equal(file_read_all(path, 100, &found, NULL), ERR_OK);
    assert_string_equal(buffer_c(&found), "new and longer");
    buffer_free(&found);
    assert_int_equal(file_sync(path, NULL), ERR_OK);
    assert_int_equal(file_sync(home->root, NULL), ERR_OK);
    assert_int_equal(file_sync(home_file(home, "missing", NULL), NULL), ERR_NOT_FOUND);
}

HOME_CLAIM(a_new_file_is_never_an_old_one)
{
    const struct home *home = *state;
    const char *path = home_file(home, "there", "old");
    char fresh[PATH_MAX];

    assert_int_equal(file_write_new(path, bytes_of("new", 3), 0600, NULL), ERR_EXISTS);
    same_content(path, "old");
    snprintf(fresh, sizeof(fresh), "%s/fresh", home->root);
    assert_int_equal(file_write_new(fresh, bytes_of("new", 3), 0600, NULL), ERR_OK);
    same_content(fresh, "new");
    snprintf(fresh, sizeof(fresh), "%s/missing/fresh", home->root);
    assert_int_equal(file_write_new(fresh, bytes_of("new", 3), 0600, NULL), ERR_NOT_FOUND);
}

HOME_CLAIM(a_disk_is_synced_as_a_whole_or_not_at_all)
{
    const struct home *home = *state;
    int disk = file_open_disk(home->root);

    if (disk >= 0) {
        assert_int_equal(file_sync_disk(disk, NULL), ERR_OK);
        close(disk);
    }
    assert_int_equal(file_open_disk("/proc"), -1);
    assert_int_equal(file_open_disk(home_file(home, "file", "")), -1);
    assert_int_not_equal(file_sync_disk(-1, NULL), ERR_OK);
}

enum { WHOLE, WAS_ACKED, NO_MOUNT };

/* In a namespace of its own, so that the mount ends with it. */
static int sync_read_only(const char *place)
{
    struct fault fault;
    int disk;

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", place, "tmpfs", 0, NULL) != 0)
        return NO_MOUNT;
    disk = file_open_disk(place);
    if (disk < 0 || file_sync_disk(disk, &fault) != ERR_OK)
        return NO_MOUNT; /* a kernel whose syncfs is not used */
    if (mount(NULL, place, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
        return NO_MOUNT;
    return file_sync_disk(disk, &fault) == ERR_IO && strstr(fault.what, "read-only") ? WHOLE : WAS_ACKED;
}

HOME_CLAIM(a_disk_that_became_read_only_is_not_synced)
{
    const struct home *home = *state;
    char place[PATH_MAX];
    int status;

    snprintf(place, sizeof(place), "%s/disk", home->root);
    assert_int_equal(mkdir(place, 0700), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(sync_read_only(place));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_MOUNT)
        skip();
    assert_int_equal(WEXITSTATUS(status), WHOLE);
}

HOME_CLAIM(directories_are_made_all_the_way)
{
    const struct home *home = *state;
    struct fault fault;

    assert_int_equal(file_make_dirs(home_file(home, "a/b/c", NULL), 0700, NULL), ERR_OK);
    assert_int_equal(file_make_dirs(home_file(home, "a/b/c", NULL), 0700, NULL), ERR_OK);
    assert_int_equal(file_make_dirs(home_file(home, "a//b/d", NULL), 0700, NULL), ERR_OK);
    home_file(home, "a/file", "x");
    assert_int_equal(file_make_dirs(home_file(home, "a/file", NULL), 0700, &fault), ERR_EXISTS);
    assert_int_equal(file_make_dirs(home_file(home, "a/file/b", NULL), 0700, &fault), ERR_NOT_FOUND);
}
