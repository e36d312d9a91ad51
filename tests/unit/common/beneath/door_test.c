#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>

#include "common/beneath/door.h"
#include "tests/unit/common/home.h"

static const char *path_at(const struct home *home, const char *name)
{
    return home_file(home, name, NULL);
}

static void make_link(const struct home *home, const char *name, const char *text)
{
    (void)unlink(path_at(home, name));
    assert_int_equal(symlink(text, path_at(home, name)), 0);
}

/* "music" is a library of a stranger, "other" one of the user; "mine" has files of the user. */
static void set_scene(const struct home *home)
{
    static const char *const folders[] = { "mine", "music", "music/kit", "other" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        assert_int_equal(mkdir(path_at(home, folders[i]), 0755), 0);
    home_file(home, "mine/kick.wav", "mine");
    home_file(home, "other/kick.wav", "RIFF1234WAVE");
    home_file(home, "music/kit/kick.wav", "RIFF1234WAVE");
    home_file(home, "music/text", "text");
}

static struct door *make_door(const struct home *home, uint64_t size)
{
    char path[PATH_MAX], music[PATH_MAX], other[PATH_MAX];
    const struct bytes leads[] = {
        bytes_of(music, (size_t)snprintf(music, sizeof(music), "%s/music", home->root)),
        bytes_of(other, (size_t)snprintf(other, sizeof(other), "%s/other", home->root)),
    };
    const int len = snprintf(path, sizeof(path), "%s/music/kit/kick.wav", home->root);

    return door_new(&(struct door_plan){ .path = bytes_of(path, (size_t)len),
                                         .leads = leads,
                                         .lead_count = 2,
                                         .is_known = size > 0,
                                         .size = size,
                                         .mtime = 1 });
}

/* The first byte of what the door gives out; 0 with an error. */
static char open_first(const struct door *door, enum err *error)
{
    struct fault fault = { 0 };
    struct stat st;
    char first = 0;
    int fd = door_open(door, &st, &fault);

    *error = fault.code;
    if (fd < 0)
        return 0;
    assert_int_equal(read(fd, &first, 1), 1);
    assert_int_equal(close(fd), 0);
    return first;
}

static void a_link_leads_into_the_leads_and_nowhere_else(void **state)
{
    static const struct {
        const char *text;
        char first;
        enum err error;
    } links[] = {
        { "../text", 't', ERR_OK },
        { "../../other/kick.wav", 'R', ERR_OK },
        { "../../mine/../other/kick.wav", 'R', ERR_OK },
        { "../../mine/kick.wav", 0, ERR_DENIED },
        { "../../mine", 0, ERR_DENIED },
        { "/dev/zero", 0, ERR_DENIED },
        { "nowhere", 0, ERR_NOT_FOUND },
        { "..", 0, ERR_DENIED },
        { ".", 0, ERR_BAD_REQUEST },
    };
    const struct home *home = *state;
    struct door *door;
    enum err e;

    set_scene(home);
    door = make_door(home, 0);
    assert_int_equal(open_first(door, &e), 'R');
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
        make_link(home, "music/kit/kick.wav", links[i].text);
        assert_int_equal(open_first(door, &e), links[i].first);
        assert_int_equal(e, links[i].error);
    }
    make_link(home, "music/kit/kick.wav", "kick.wav");
    assert_int_equal(open_first(door, &e), 0);
    assert_int_not_equal(e, ERR_OK);
    door_free(door);
}

static void a_pipe_in_the_place_of_a_file_is_refused_at_once(void **state)
{
    const struct home *home = *state;
    struct door *door;
    enum err e;

    set_scene(home);
    door = make_door(home, 0);
    assert_int_equal(unlink(door_path(door)), 0);
    assert_int_equal(mkfifo(door_path(door), 0600), 0);
    assert_int_equal(open_first(door, &e), 0);
    assert_int_equal(e, ERR_BAD_REQUEST);
    door_free(door);
}

/* Memory without a name, or a file without one, with the text "memory". */
static int make_memory(const char *name)
{
    const int fd = memfd_create(name, MFD_CLOEXEC);

    assert_int_equal(write(fd, "memory", 6), 6);
    return fd;
}

/* What a door at the path of the descriptor gives out, and to a library that has the path as a link. */
static char open_descriptor(const struct home *home, int fd, enum err *error, enum err *by_link)
{
    char path[64], link[PATH_MAX], first;
    const size_t len = (size_t)snprintf(link, sizeof(link), "%s/music", home->root);
    const struct bytes music = bytes_of(link, len);
    struct door *door;

    (void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
    door = door_new(&(struct door_plan){ .path = bytes_of(path, strlen(path)), .leads = &music, .lead_count = 1 });
    first = open_first(door, error);
    door_free(door);
    make_link(home, "music/memory.wav", path);
    (void)strcat(link, "/memory.wav");
    door = door_new(&(struct door_plan){ .path = bytes_of(link, strlen(link)), .leads = &music, .lead_count = 1 });
    assert_int_equal(open_first(door, by_link), 0);
    door_free(door);
    return first;
}

static void of_the_links_of_the_kernel_only_memory_of_that_name_is_opened(void **state)
{
    static const char *const others[] = { DOOR_MEMORY "s", "memfd:" DOOR_MEMORY, "x/" DOOR_MEMORY, "" };
    const struct home *home = *state;
    enum err e, by_link;
    int fd, ends[2];

    set_scene(home);
    fd = make_memory(DOOR_MEMORY);
    assert_int_equal(open_descriptor(home, fd, &e, &by_link), 'm');
    assert_int_not_equal(by_link, ERR_OK);
    assert_int_equal(close(fd), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        fd = make_memory(others[i]);
        assert_int_equal(open_descriptor(home, fd, &e, &by_link), 0);
        assert_true(e != ERR_OK && by_link != ERR_OK);
        assert_int_equal(close(fd), 0);
    }
    home_file(home, "mine/memfd:" DOOR_MEMORY " (deleted)", "memory");
    fd = open(path_at(home, "mine/memfd:" DOOR_MEMORY " (deleted)"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(open_descriptor(home, fd, &e, &by_link), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(open_descriptor(home, ends[0], &e, &by_link), 0);
    assert_true(e != ERR_OK && close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void a_file_that_changed_must_begin_as_a_sound(void **state)
{
    const struct home *home = *state;
    struct door *door;
    enum err e;

    set_scene(home);
    door = make_door(home, 99);
    assert_int_equal(open_first(door, &e), 'R');
    home_file(home, "music/kit/kick.wav", "a key");
    assert_int_equal(open_first(door, &e), 0);
    assert_int_equal(e, ERR_BAD_REQUEST);
    door_free(door);
}

/* ---- links that are swapped meanwhile ---- */

struct swapper {
    char link[PATH_MAX], folder[PATH_MAX];
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

static void give_out_while_swapped(const struct home *home, const char *link, const char *name)
{
    struct door *door = make_door(home, 0);
    struct swapper s = { 0 };
    thrd_t thread;
    enum err e;

    (void)snprintf(s.link, sizeof(s.link), "%s", path_at(home, link));
    (void)snprintf(s.folder, sizeof(s.folder), "%s", path_at(home, name));
    assert_int_equal(thrd_create(&thread, swap_names, &s), thrd_success);
    for (int i = 0; i < 5000; i++)
        assert_int_not_equal(open_first(door, &e), 'm');
    atomic_store(&s.ends, true);
    assert_int_equal(thrd_join(thread, NULL), thrd_success);
    door_free(door);
}

static void a_folder_that_is_swapped_meanwhile_gives_nothing_out(void **state)
{
    const struct home *home = *state;

    set_scene(home);
    make_link(home, "music/link", "../mine");
    give_out_while_swapped(home, "music/link", "music/kit");
}

static void a_file_that_is_swapped_meanwhile_gives_nothing_out(void **state)
{
    const struct home *home = *state;

    set_scene(home);
    make_link(home, "music/out", "../../mine/kick.wav"); /* as it leads from music/kit */
    give_out_while_swapped(home, "music/out", "music/kit/kick.wav");
}

static const struct CMUnitTest claims[] = {
    HOME_TEST(a_link_leads_into_the_leads_and_nowhere_else),
    HOME_TEST(a_pipe_in_the_place_of_a_file_is_refused_at_once),
    HOME_TEST(of_the_links_of_the_kernel_only_memory_of_that_name_is_opened),
    HOME_TEST(a_file_that_changed_must_begin_as_a_sound),
    HOME_TEST(a_folder_that_is_swapped_meanwhile_gives_nothing_out),
    HOME_TEST(a_file_that_is_swapped_meanwhile_gives_nothing_out),
};

/* ---- kernels and sandboxes without openat2 ---- */

static void refuse_openat2(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { .len = sizeof(code) / sizeof(*code), .filter = code };

    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void all_of_it_holds_without_openat2(void **state)
{
    int status = -1;
    const pid_t child = fork();

    (void)state;
    if (child == 0) {
        refuse_openat2();
        _exit(cmocka_run_group_tests_name("without openat2", claims, NULL, NULL) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest last[] = { cmocka_unit_test(all_of_it_holds_without_openat2) };

    return cmocka_run_group_tests(claims, NULL, NULL) + cmocka_run_group_tests(last, NULL, NULL);
}
