#include "supervisor/settings.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static enum err read_settings(const struct home *home, const char *text, struct settings *settings, struct fault *fault)
{
    home_file(home, "home/config/loophole.conf", text);
    return settings_read(&home->paths, settings, fault);
}

HOME_CLAIM(without_settings_the_service_table_decides)
{
    struct settings settings;

    assert_int_equal(read_settings(*state, "", &settings, NULL), ERR_OK);
    assert_int_equal(settings.start_limit, 60000000);
    assert_int_equal(settings.hang_limit, 0);
}

HOME_CLAIM(milliseconds_become_microseconds)
{
    struct settings settings;

    assert_int_equal(read_settings(*state, "[supervisor]\nhang_ms = 30000\nstart_ms = 90000\n", &settings, NULL),
                     ERR_OK);
    assert_int_equal(settings.start_limit, 90000000);
    assert_int_equal(settings.hang_limit, 30000000);
}

HOME_CLAIM(a_wrong_value_is_reported_with_file_and_line)
{
    struct settings settings;
    struct fault fault;

    assert_int_equal(read_settings(*state, "[supervisor]\nhang_ms = soon\n", &settings, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "loophole.conf:2: supervisor.hang_ms is \"soon\""));
}

HOME_CLAIM(sound_is_on_and_the_environment_wins)
{
    struct settings settings;
    struct fault fault;

    unsetenv(SETTINGS_AUDIO);
    assert_int_equal(read_settings(*state, "", &settings, NULL), ERR_OK);
    assert_string_equal(settings.audio.device, "auto");
    assert_true(settings_want_sound(&settings));
    assert_int_equal(read_settings(*state, "[audio]\ndevice = alsa:hw:0\nperiod = 64\nstandby = yes\n", &settings,
                                   NULL),
                     ERR_OK);
    assert_string_equal(settings.audio.device, "alsa:hw:0");
    assert_int_equal(settings.audio.period, 64);
    assert_true(settings.audio.standby);
    assert_int_equal(read_settings(*state, "[audio]\nperiod = 100\n", &settings, &fault), ERR_BAD_REQUEST);
    assert_int_equal(read_settings(*state, "[audio]\ndevice = radio\n", &settings, &fault), ERR_BAD_REQUEST);
    setenv(SETTINGS_AUDIO, "none", 1);
    assert_int_equal(read_settings(*state, "[audio]\ndevice = alsa:hw:0\n", &settings, NULL), ERR_OK);
    assert_false(settings_want_sound(&settings));
    unsetenv(SETTINGS_AUDIO);
}
