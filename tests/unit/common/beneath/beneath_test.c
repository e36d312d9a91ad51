#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>

#include "common/beneath/beneath.h"
#include "common/beneath/links.h"
#include "common/file.h"
#include "tests/unit/common/beneath/scene.h"

static enum err write_new(struct beneath *in, const char *name)
{
    struct fault fault = { 0 };

    return beneath_write(in, name, bytes_of("new", 3), 0644, &fault);
}

static void check_mine(const struct home *home)
{
    assert_true(has_text(home, "mine/secret", "mine"));
    assert_true(has_text(home, "mine/inner/secret", "mine"));
    assert_int_not_equal(access(path_at(home, "mine/made"), F_OK), 0);
    assert_int_not_equal(access(path_at(home, "mine/made/f"), F_OK), 0);
}

/* ---- links to files ---- */

static const char *const outs[] = { "../mine/secret", "a/../../mine/secret", "a/b/../../../mine/secret", "out/secret",
                                    "./../mine/made", "/etc/hostname",       "/proc/self/exe",           "hop",
                                    "/dev/zero",      "../song/file" };

static void a_link_out_is_neither_read_nor_written_through(void **state)
{
    const struct home *home = *state;
    struct beneath in;

    set_scene(home);
    in = open_song(home);
    make_link(home, "song/out", "../mine");
    make_link(home, "song/hop", "a/hop");
    make_link(home, "song/a/hop", "../../mine/secret");
    for (size_t i = 0; i < sizeof(outs) / sizeof(*outs); i++) {
        struct stat st;

        make_link(home, "song/link", outs[i]);
        assert_int_equal(read_it(&in, "link"), ERR_DENIED);
        if (strcmp(outs[i], "out/secret") == 0)
            assert_int_equal(lstat(path_at(home, "song/link"), &st), 0);
        assert_int_equal(write_new(&in, "link"), ERR_OK);
        assert_int_equal(lstat(path_at(home, "song/link"), &st), 0);
        assert_true(S_ISREG(st.st_mode));
        assert_true(has_text(home, "song/link", "new"));
        check_mine(home);
        assert_int_equal(unlink(path_at(home, "song/link")), 0);
    }
    beneath_close(&in);
}

static void a_folder_that_is_a_link_out_is_not_entered(void **state)
{
    static const char *const folders[] = {
        "../mine", "a/../../mine", "/etc", "/proc/self/root", "/proc/self/cwd", ".."
    };
    const struct home *home = *state;
    struct fault fault = { 0 };
    struct beneath in;

    set_scene(home);
    in = open_song(home);
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        make_link(home, "song/link", folders[i]);
        assert_int_equal(read_it(&in, "link/secret"), ERR_DENIED);
        assert_int_equal(write_new(&in, "link/secret"), ERR_DENIED);
        assert_int_equal(write_new(&in, "link/made/f"), ERR_DENIED);
        assert_int_equal(beneath_remove(&in, "link/secret", &fault), ERR_DENIED);
        assert_int_equal(beneath_open_folder(&in, "link/made", true, &fault), -1);
        assert_int_equal(beneath_open_file(&in, "link/made", O_RDWR | O_CREAT, 0644, &fault), -1);
        assert_null(beneath_list(&in, "link"));
        check_mine(home);
        assert_int_equal(unlink(path_at(home, "song/link")), 0);
    }
    assert_int_equal(write_new(&in, "../mine/secret"), ERR_DENIED);
    assert_int_equal(write_new(&in, "a/../../mine/secret"), ERR_DENIED);
    assert_int_not_equal(write_new(&in, ".."), ERR_OK);
    check_mine(home);
    beneath_close(&in);
}

static void links_within_the_folder_are_followed_and_stay(void **state)
{
    const struct home *home = *state;
    struct beneath in;
    struct stat st;

    set_scene(home);
    in = open_song(home);
    make_link(home, "song/a/b/link", "../../file");
    make_link(home, "song/inner", "a/b");
    assert_int_equal(read_it(&in, "inner/link"), ERR_OK);
    assert_int_equal(chmod(path_at(home, "song/file"), 0600), 0);
    assert_int_equal(write_new(&in, "inner/link"), ERR_OK);
    assert_int_equal(lstat(path_at(home, "song/a/b/link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_true(has_text(home, "song/file", "new"));
    assert_int_equal(stat(path_at(home, "song/file"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(write_new(&in, "inner/deep/er/made"), ERR_OK);
    assert_true(has_text(home, "song/a/b/deep/er/made", "new"));
    make_link(home, "song/away", "a/none");
    assert_int_equal(write_new(&in, "away/f"), ERR_NOT_FOUND); /* its disk may be away */
    make_link(home, "song/round", "round");
    assert_int_not_equal(write_new(&in, "round/f"), ERR_OK);
    beneath_close(&in);
}

static void what_is_no_file_neither_hangs_nor_is_read(void **state)
{
    const struct home *home = *state;
    struct fault fault = { 0 };
    struct beneath in;

    set_scene(home);
    in = open_song(home);
    assert_int_equal(mkfifo(path_at(home, "song/pipe"), 0644), 0);
    make_link(home, "song/link", "pipe");
    assert_int_equal(read_it(&in, "pipe"), ERR_BAD_REQUEST);
    assert_int_equal(read_it(&in, "link"), ERR_BAD_REQUEST);
    assert_int_equal(read_it(&in, "a"), ERR_BAD_REQUEST);
    assert_int_equal(beneath_open_file(&in, "pipe", O_RDWR | O_CREAT, 0644, &fault), -1);
    assert_int_equal(write_new(&in, "pipe"), ERR_OK);
    assert_true(has_text(home, "song/pipe", "new"));
    beneath_close(&in);
}

static void a_write_leaves_the_other_name_of_a_hard_link_alone(void **state)
{
    const struct home *home = *state;
    char mine[PATH_MAX];
    struct beneath in;

    set_scene(home);
    in = open_song(home);
    (void)snprintf(mine, sizeof(mine), "%s", path_at(home, "mine/secret"));
    assert_int_equal(link(mine, path_at(home, "song/hard")), 0);
    assert_int_equal(write_new(&in, "hard"), ERR_OK);
    assert_true(has_text(home, "song/hard", "new"));
    check_mine(home);
    beneath_close(&in);
}

static void removing_removes_the_link_and_not_its_target(void **state)
{
    const struct home *home = *state;
    struct fault fault = { 0 };
    struct beneath in;

    set_scene(home);
    in = open_song(home);
    make_link(home, "song/link", "../mine/secret");
    make_link(home, "song/other", "file");
    assert_int_equal(beneath_remove(&in, "link", &fault), ERR_OK);
    assert_int_equal(beneath_remove(&in, "other", &fault), ERR_OK);
    assert_int_equal(beneath_remove(&in, "none", &fault), ERR_OK);
    assert_true(has_text(home, "song/file", "theirs"));
    check_mine(home);
    beneath_close(&in);
}

/* ---- trust ---- */

static bool count_link(void *state, const struct link_out *link)
{
    (void)link;
    return ++*(int *)state < 100;
}

static int links_of(struct beneath *in)
{
    int count = 0;

    (void)links_each(in, count_link, &count);
    return count;
}

static void a_trusted_link_is_followed_until_its_text_changes(void **state)
{
    const struct home *home = *state;
    struct beneath in;

    set_scene(home);
    home_file(home, "mine/shared", "shared");
    make_link(home, "song/a/folder", "../../mine");
    make_link(home, "song/shared", "../mine/shared");
    make_link(home, "song/gone", "../mine/none");
    in = open_song(home);
    assert_int_equal(links_of(&in), 3);
    assert_int_equal(links_trust(&in, home->paths.data, (struct bytes){ 0 }, NULL), ERR_OK);
    beneath_close(&in);

    in = open_song(home);
    assert_int_equal(links_of(&in), 1);
    assert_int_equal(write_new(&in, "shared"), ERR_OK);
    assert_true(has_text(home, "mine/shared", "new"));
    assert_int_equal(write_new(&in, "a/folder/inner/f"), ERR_OK);
    assert_true(has_text(home, "mine/inner/f", "new"));
    assert_int_equal(write_new(&in, "a/folder/../out"), ERR_DENIED); /* not above the target */
    make_link(home, "mine/on", "inner/secret");
    make_link(home, "mine/further", "../song");
    assert_int_equal(write_new(&in, "a/folder/further/file"), ERR_DENIED);
    assert_true(has_text(home, "song/file", "theirs"));
    assert_int_equal(unlink(path_at(home, "song/shared")), 0);
    make_link(home, "song/shared", "../mine/secret");
    assert_int_equal(read_it(&in, "shared"), ERR_DENIED);
    beneath_close(&in);
    assert_true(has_text(home, "mine/secret", "mine"));
}

static void the_trust_is_that_of_one_folder_and_lies_outside_it(void **state)
{
    const struct home *home = *state;
    struct beneath in, other;
    DIR *folder;
    int count = 0;

    set_scene(home);
    make_link(home, "song/link", "../mine/secret");
    in = open_song(home);
    assert_int_equal(links_trust(&in, home->paths.data, (struct bytes){ 0 }, NULL), ERR_OK);
    folder = opendir(path_at(home, "song"));
    while (readdir(folder))
        count++;
    closedir(folder);
    assert_int_equal(count, 2 + 3); /* a, file, link */
    assert_int_equal(mkdir(path_at(home, "song 2"), 0755), 0);
    make_link(home, "song 2/link", "../mine/secret");
    assert_int_equal(beneath_open(&other, path_at(home, "song 2"), home->paths.data, NULL), ERR_OK);
    assert_int_equal(read_it(&other, "link"), ERR_DENIED);
    beneath_close(&other);
    beneath_close(&in);
}

/* ---- a path that a person named ---- */

static void a_named_path_replaces_a_file_of_its_kind_and_follows_no_link(void **state)
{
    const struct home *home = *state;
    const struct bytes text = bytes_of("MThd new", 8), kind = bytes_of("MThd", 4), any = { 0 };

    set_scene(home);
    home_file(home, "mine/midi", "MThd mine");
    make_link(home, "song/link.mid", "../mine/midi");
    assert_int_equal(beneath_write_named(path_at(home, "song/link.mid"), text, kind, 0644, NULL), ERR_EXISTS);
    assert_int_equal(beneath_write_named(path_at(home, "song/file"), text, kind, 0644, NULL), ERR_EXISTS);
    assert_int_equal(beneath_write_named(path_at(home, "song/link.mid"), text, any, 0644, NULL), ERR_OK);
    assert_int_equal(beneath_write_named(path_at(home, "song/new.mid"), text, kind, 0644, NULL), ERR_OK);
    assert_int_equal(beneath_write_named(path_at(home, "song/new.mid"), text, kind, 0644, NULL), ERR_OK);
    assert_int_equal(beneath_write_named(path_at(home, "none/new.mid"), text, kind, 0644, NULL), ERR_NOT_FOUND);
    assert_true(has_text(home, "mine/midi", "MThd mine") && has_text(home, "song/link.mid", "MThd new"));
}

/* ---- links that are swapped meanwhile ---- */

struct swapper {
    char link[PATH_MAX], folder[PATH_MAX], spare[PATH_MAX];
    atomic_bool ends;
};

static int swap_names(void *state)
{
    struct swapper *s = state;

    while (!atomic_load(&s->ends)) {
        (void)syscall(SYS_renameat2, AT_FDCWD, s->link, AT_FDCWD, s->folder, 2u); /* RENAME_EXCHANGE */
        thrd_yield();
    }
    return 0;
}

static void a_link_that_is_swapped_meanwhile_leads_nowhere(void **state)
{
    const struct home *home = *state;
    struct swapper s = { 0 };
    struct beneath in;
    thrd_t thread;

    set_scene(home);
    make_link(home, "song/link", "../mine");
    (void)snprintf(s.link, sizeof(s.link), "%s", path_at(home, "song/link"));
    (void)snprintf(s.folder, sizeof(s.folder), "%s", path_at(home, "song/a"));
    in = open_song(home);
    assert_int_equal(thrd_create(&thread, swap_names, &s), thrd_success);
    for (int i = 0; i < 2000; i++) {
        (void)write_new(&in, "a/secret");
        (void)read_it(&in, "a/secret");
        (void)write_new(&in, "a/made");
    }
    atomic_store(&s.ends, true);
    assert_int_equal(thrd_join(thread, NULL), thrd_success);
    check_mine(home);
    beneath_close(&in);
}

/* ---- kernels and sandboxes without openat2 ---- */

static void refuse_openat2(int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { .len = sizeof(code) / sizeof(*code), .filter = code };

    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static const struct CMUnitTest claims[] = {
    HOME_TEST(a_link_out_is_neither_read_nor_written_through),
    HOME_TEST(a_folder_that_is_a_link_out_is_not_entered),
    HOME_TEST(links_within_the_folder_are_followed_and_stay),
    HOME_TEST(what_is_no_file_neither_hangs_nor_is_read),
    HOME_TEST(a_write_leaves_the_other_name_of_a_hard_link_alone),
    HOME_TEST(removing_removes_the_link_and_not_its_target),
    HOME_TEST(a_named_path_replaces_a_file_of_its_kind_and_follows_no_link),
    HOME_TEST(a_trusted_link_is_followed_until_its_text_changes),
    HOME_TEST(the_trust_is_that_of_one_folder_and_lies_outside_it),
    HOME_TEST(a_link_that_is_swapped_meanwhile_leads_nowhere),
};

static void all_of_it_holds_without_openat2(void **state)
{
    static const int numbers[] = { ENOSYS, EPERM };

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        int status = -1;
        const pid_t child = fork();

        if (child == 0) {
            refuse_openat2(numbers[i]);
            _exit(cmocka_run_group_tests_name("without openat2", claims, NULL, NULL) ? 1 : 0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

int main(void)
{
    const struct CMUnitTest last[] = { cmocka_unit_test(all_of_it_holds_without_openat2) };

    return cmocka_run_group_tests(claims, NULL, NULL) + cmocka_run_group_tests(last, NULL, NULL);
}
