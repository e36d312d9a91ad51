#include <sys/stat.h>

#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

/* The environment of one test, without anything of the machine's. */
static void clear_environment(void)
{
    static const char *const names[] = { "LOOPHOLE_HOME", "HOME",           "XDG_CONFIG_HOME",
                                         "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR" };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        unsetenv(names[i]);
}

static void is_private_directory(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(st.st_uid, geteuid());
}

HOME_CLAIM(a_home_holds_everything)
{
    const struct home *home = *state;
    const struct paths *paths = &home->paths;
    char wanted[PATH_MAX];

    (void)snprintf(wanted, sizeof(wanted), "%s/home/run", home->root);
    assert_string_equal(paths->run, wanted);
    (void)snprintf(wanted, sizeof(wanted), "%s/home/data/log", home->root);
    assert_string_equal(paths->logs, wanted);
    is_private_directory(paths->config);
    is_private_directory(paths->data);
    is_private_directory(paths->cache);
    is_private_directory(paths->logs);
    is_private_directory(paths->run);
    assert_int_equal(strlen(paths->tag), 8);
}

HOME_CLAIM(two_homes_have_two_tags_and_one_has_always_the_same)
{
    const struct home *home = *state;
    struct paths other, again;

    assert_int_equal(paths_find(&again, NULL), ERR_OK);
    assert_string_equal(again.tag, home->paths.tag);
    setenv("LOOPHOLE_HOME", home_file(home, "second", NULL), 1);
    assert_int_equal(paths_find(&other, NULL), ERR_OK);
    assert_string_not_equal(other.tag, home->paths.tag);
}

HOME_CLAIM(a_link_to_a_home_is_that_home)
{
    const struct home *home = *state;
    const char *link = home_file(home, "link", NULL);
    struct paths paths;

    assert_int_equal(symlink(home->paths.home, link), 0);
    setenv("LOOPHOLE_HOME", link, 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    assert_string_equal(paths.tag, home->paths.tag);
    assert_string_equal(paths.run, home->paths.run);
}

HOME_CLAIM(a_long_home_has_its_sockets_in_tmp)
{
    char name[201], wanted[64], address[PATH_MAX];
    struct paths paths, again;

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    setenv("LOOPHOLE_HOME", home_file(*state, name, NULL), 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    (void)snprintf(wanted, sizeof(wanted), "/tmp/loophole-%u-", (unsigned)geteuid());
    assert_int_equal(strncmp(paths.run, wanted, strlen(wanted)), 0);
    assert_int_equal(paths_look(&again, NULL), ERR_OK);
    assert_string_equal(again.run, paths.run);
    is_private_directory(paths.run);
    assert_in_range(strlen(paths_event_socket(&paths, "a-service-of-20-char", address)), 1, 6 + 107);
    assert_int_equal(rmdir(paths.run), 0);
}

HOME_CLAIM(a_home_too_long_for_any_path_is_refused)
{
    static char name[PATH_MAX + 100];
    struct paths paths;

    memset(name, 'x', sizeof(name) - 1);
    name[0] = '/';
    setenv("LOOPHOLE_HOME", name, 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_TOO_LARGE);
}

HOME_CLAIM(without_a_home_the_xdg_directories_are_taken)
{
    const struct home *home = *state;
    char wanted[PATH_MAX];
    struct paths paths;

    clear_environment();
    setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
    setenv("HOME", home->root, 1);
    setenv("XDG_RUNTIME_DIR", home->root, 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    (void)snprintf(wanted, sizeof(wanted), "%s/.local/share/loophole", home->root);
    assert_string_equal(paths.data, wanted);
    (void)snprintf(wanted, sizeof(wanted), "%s/.config/loophole", home->root);
    assert_string_equal(paths.config, wanted);
    (void)snprintf(wanted, sizeof(wanted), "%s/loophole", home->root);
    assert_string_equal(paths.run, wanted);
    assert_string_equal(paths.home, "");
}

HOME_CLAIM(without_a_runtime_directory_the_sockets_are_in_tmp)
{
    const struct home *home = *state;
    struct paths paths;

    clear_environment();
    setenv("HOME", home->root, 1);
    setenv("XDG_RUNTIME_DIR", "/no/such/directory", 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    assert_int_equal(strncmp(paths.run, "/tmp/loophole-", 14), 0);
    assert_int_equal(rmdir(paths.run), 0);
}

HOME_CLAIM(a_runtime_directory_of_another_user_is_not_used)
{
    const struct home *home = *state;
    const char *runtime = home_file(home, "of-another", NULL);
    struct paths paths;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(runtime, 0777), 0);
    assert_int_equal(chown(runtime, 65534, 65534), 0);
    clear_environment();
    setenv("HOME", home->root, 1);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    assert_int_equal(strncmp(paths.run, "/tmp/loophole-", 14), 0);
    assert_int_equal(rmdir(paths.run), 0);
    assert_int_equal(rmdir(runtime), 0);
}

HOME_CLAIM(a_run_directory_open_to_others_is_closed)
{
    const struct home *home = *state;
    struct paths paths;

    assert_int_equal(chmod(home->paths.run, 0777), 0);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    is_private_directory(paths.run);
}

HOME_CLAIM(a_program_that_only_looks_makes_nothing)
{
    const struct home *home = *state;
    const char *missing = home_file(home, "mistyped", NULL);
    struct paths paths;

    setenv("LOOPHOLE_HOME", missing, 1);
    assert_int_equal(paths_look(&paths, NULL), ERR_OK);
    assert_string_equal(paths.home, missing);
    assert_int_not_equal(access(missing, F_OK), 0);
}

HOME_CLAIM(a_data_directory_that_others_may_read_is_closed)
{
    const struct home *home = *state;
    struct paths paths;

    assert_int_equal(chmod(home->paths.data, 0755), 0);
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    is_private_directory(home->paths.data);
}

HOME_CLAIM(a_data_directory_that_others_may_write_is_refused)
{
    const struct home *home = *state;
    struct paths paths;
    struct fault fault;

    assert_int_equal(chmod(home->paths.data, 0772), 0);
    assert_int_equal(paths_find(&paths, &fault), ERR_DENIED);
    assert_non_null(strstr(fault.what, "can be written by other users (mode 0772)"));
    assert_int_equal(paths_look(&paths, &fault), ERR_DENIED);
}

HOME_CLAIM(names_that_are_damaged_are_drawn_again)
{
    const struct home *home = *state;
    struct paths paths, again;

    home_file(home, "home/data/names", "../../x y\n");
    assert_int_equal(paths_find(&paths, NULL), ERR_OK);
    assert_int_equal(strspn(paths.tag, "0123456789abcdef"), 8);
    assert_int_equal(paths_look(&again, NULL), ERR_OK);
    assert_string_equal(again.tag, paths.tag);
}

HOME_CLAIM(a_run_directory_that_is_a_file_is_refused)
{
    const struct home *home = *state;
    struct paths paths;
    struct fault fault;

    assert_int_equal(rmdir(home->paths.run), 0);
    home_file(home, "home/run", "not a directory");
    assert_int_equal(paths_find(&paths, &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.what, "not a directory"));
}

HOME_CLAIM(the_programs_stand_beside_this_one)
{
    const struct home *home = *state;
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    assert_true(len > 0);
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    assert_string_equal(home->paths.programs, self);
}

HOME_CLAIM(sockets_are_named_after_their_service)
{
    const struct home *home = *state;
    char wanted[PATH_MAX + 64], address[PATH_MAX];

    (void)snprintf(wanted, sizeof(wanted), "ipc://%s/persist.ask", home->paths.run);
    assert_string_equal(paths_ask_socket(&home->paths, "persist", address), wanted);
    (void)snprintf(wanted, sizeof(wanted), "ipc://%s/persist.events", home->paths.run);
    assert_string_equal(paths_event_socket(&home->paths, "persist", address), wanted);
}
