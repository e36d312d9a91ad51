#include "common/file.h"
#include "common/process/config.h"
#include "tests/unit/common/home.h"

static const char *text_after(struct home *home, const char *before, const char *key, const char *value)
{
    static struct buffer file;
    char path[PATH_MAX + 32];

    if (before)
        home_file(home, "home/config/loophole.conf", before);
    assert_int_equal(config_put(&home->paths, key, value, NULL), ERR_OK);
    snprintf(path, sizeof(path), "%s/loophole.conf", home->paths.config);
    buffer_reset(&file);
    assert_int_equal(file_read_all(path, 1 << 20, &file, NULL), ERR_OK);
    return buffer_c(&file);
}

static void a_missing_file_is_made(void **state)
{
    assert_string_equal(text_after(*state, NULL, "audio.device", "dummy"), "[audio]\ndevice = dummy\n");
}

static void a_setting_is_replaced_where_it_stands(void **state)
{
    assert_string_equal(text_after(*state,
                                   "# mine\n[audio]\nrate=44100\ndevice : auto ; why\n\n[limits]\nfiles = 300\n",
                                   "audio.device", "alsa:hw:PCH"),
                        "# mine\n[audio]\nrate=44100\ndevice = alsa:hw:PCH\n\n[limits]\nfiles = 300\n");
}

static void a_new_setting_goes_to_the_end_of_its_section(void **state)
{
    assert_string_equal(text_after(*state, "[audio]\nrate = 1\n\n[limits]\nfiles = 300", "audio.period", "64"),
                        "[audio]\nrate = 1\nperiod = 64\n\n[limits]\nfiles = 300");
    assert_string_equal(text_after(*state, "[limits]\nfiles = 300", "audio.period", "64"),
                        "[limits]\nfiles = 300\n\n[audio]\nperiod = 64\n");
}

static void the_same_name_in_another_section_is_left_alone(void **state)
{
    assert_string_equal(text_after(*state, "[limits]\ndevice = x\n[audio]\ndevice = y\n", "audio.device", "z"),
                        "[limits]\ndevice = x\n[audio]\ndevice = z\n");
}

static void a_file_that_cannot_be_read_is_not_written(void **state)
{
    struct home *home = *state;
    struct fault fault;

    home_file(home, "home/config/loophole.conf", "[audio]\nnot a setting\n");
    assert_int_equal(config_put(&home->paths, "audio.device", "dummy", &fault), ERR_BAD_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(a_missing_file_is_made),
        HOME_TEST(a_setting_is_replaced_where_it_stands),
        HOME_TEST(a_new_setting_goes_to_the_end_of_its_section),
        HOME_TEST(the_same_name_in_another_section_is_left_alone),
        HOME_TEST(a_file_that_cannot_be_read_is_not_written),
    };
    return cmocka_run_group_tests_name("common/config_put", tests, NULL, NULL);
}
