#include "tests/unit/common/home.h"
#include "supervisor/settings.h"

static enum err read_settings(const struct home *home, const char *text, struct settings *settings,
                              struct fault *fault)
{
    home_file(home, "home/config/loophole.conf", text);
    return settings_read(&home->paths, settings, fault);
}

static void defaults_leave_the_rows_to_say(void **state)
{
    struct settings settings;

    assert_int_equal(read_settings(*state, "", &settings, NULL), ERR_OK);
    assert_int_equal(settings.start_limit, 60000000);
    assert_int_equal(settings.hang_limit, 0);
}

static void milliseconds_become_microseconds(void **state)
{
    struct settings settings;

    assert_int_equal(
        read_settings(*state, "[supervisor]\nhang_ms = 30000\nstart_ms = 90000\n", &settings, NULL), ERR_OK);
    assert_int_equal(settings.start_limit, 90000000);
    assert_int_equal(settings.hang_limit, 30000000);
}

static void a_wrong_value_is_told_with_file_and_line(void **state)
{
    struct settings settings;
    struct fault fault;

    assert_int_equal(read_settings(*state, "[supervisor]\nhang_ms = soon\n", &settings, &fault),
                     ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "loophole.conf:2: supervisor.hang_ms is \"soon\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(defaults_leave_the_rows_to_say),
        HOME_TEST(milliseconds_become_microseconds),
        HOME_TEST(a_wrong_value_is_told_with_file_and_line),
    };
    return cmocka_run_group_tests_name("supervisor/settings", tests, NULL, NULL);
}
