#include <sys/stat.h>

#include "common/file.h"
#include "common/process/config.h"
#include "tests/unit/claim.h"
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

HOME_CLAIM(a_missing_file_is_made)
{
    assert_string_equal(text_after(*state, NULL, "audio.device", "dummy"), "[audio]\ndevice = dummy\n");
}

HOME_CLAIM(a_setting_is_replaced_where_it_stands)
{
    assert_string_equal(text_after(*state,
                                   "# mine\n[audio]\nrate=44100\ndevice : auto ; why\n\n[limits]\nfiles = 300\n",
                                   "audio.device", "alsa:hw:PCH"),
                        "# mine\n[audio]\nrate=44100\ndevice = alsa:hw:PCH\n\n[limits]\nfiles = 300\n");
}

HOME_CLAIM(a_new_setting_goes_to_the_end_of_its_section)
{
    assert_string_equal(text_after(*state, "[audio]\nrate = 1\n\n[limits]\nfiles = 300", "audio.period", "64"),
                        "[audio]\nrate = 1\nperiod = 64\n\n[limits]\nfiles = 300");
    assert_string_equal(text_after(*state, "[limits]\nfiles = 300", "audio.period", "64"),
                        "[limits]\nfiles = 300\n\n[audio]\nperiod = 64\n");
    assert_string_equal(text_after(*state, "\xEF\xBB\xBF[audio]\nrate = 1\n", "audio.period", "64"),
                        "\xEF\xBB\xBF[audio]\nrate = 1\nperiod = 64\n");
}

HOME_CLAIM(the_same_name_in_another_section_is_left_alone)
{
    assert_string_equal(text_after(*state, "[osc]\nlisten = x\n[web]\nlisten = y\n", "web.listen", "10.0.0.1:80"),
                        "[osc]\nlisten = x\n[web]\nlisten = 10.0.0.1:80\n");
}

/* A file that no service could read any more is not written. */
HOME_CLAIM(the_file_stays_readable)
{
    struct home *home = *state;
    struct buffer file = { 0 };
    struct config *config;
    struct fault fault = { 0 };

    while (file.len < CONFIG_FILE_BYTES - 40)
        buffer_add_text(&file, file.len % 1000 ? "#" : "\n#");
    home_file(home, "home/config/loophole.conf", buffer_c(&file));
    assert_int_equal(config_put(&home->paths, "web.password", "twelve characters, and more of them", &fault),
                     ERR_TOO_LARGE);
    assert_non_null(strstr(fault.what, "at most 1048576 are read"));
    assert_int_equal(config_put(&home->paths, "audio.period", "64", &fault), ERR_OK);
    assert_int_equal(config_load(&home->paths, &config, &fault), ERR_OK);
    config_free(config);
    buffer_free(&file);
}

HOME_CLAIM(a_value_of_the_greatest_length_is_written_and_read)
{
    const struct home *home = *state;
    char value[4096] = "";
    struct config *config;
    struct fault fault = { 0 };

    memset(value, '/', sizeof(value) - 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(config_put(&home->paths, "composer.exclude", value, &fault), ERR_OK);
    assert_int_equal(config_put(&home->paths, "availability.cloud", value, &fault), ERR_OK);
    assert_int_equal(config_load(&home->paths, &config, &fault), ERR_OK);
    assert_string_equal(config_text(config, "composer.exclude"), value);
    assert_string_equal(config_text(config, "availability.cloud"), value);
    config_free(config);
}

HOME_CLAIM(a_file_that_cannot_be_read_is_not_written)
{
    struct home *home = *state;
    struct fault fault;

    home_file(home, "home/config/loophole.conf", "[audio]\nnot a setting\n");
    assert_int_equal(config_put(&home->paths, "audio.device", "dummy", &fault), ERR_BAD_REQUEST);
}

/* As in a folder of settings that a person keeps elsewhere, and links from here. */
HOME_CLAIM(a_link_stays_and_the_file_that_it_leads_to_is_changed)
{
    struct home *home = *state;
    char path[PATH_MAX + 32];
    struct buffer file = { 0 };
    struct stat st;

    home_file(home, "kept.conf", "# mine\n[audio]\ndevice = auto\n");
    assert_int_equal(chmod(home_file(home, "kept.conf", NULL), 0644), 0);
    snprintf(path, sizeof(path), "%s/loophole.conf", home->paths.config);
    assert_int_equal(symlink("../../kept.conf", path), 0);
    assert_int_equal(config_put(&home->paths, "audio.device", "dummy", NULL), ERR_OK);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(file_read_all(home_file(home, "kept.conf", NULL), 1 << 20, &file, NULL), ERR_OK);
    assert_string_equal(buffer_c(&file), "# mine\n[audio]\ndevice = dummy\n");
    buffer_free(&file);
}

static void refused_and_unchanged(struct home *home, const char *key, const char *value, const char *why)
{
    struct buffer file = { 0 };
    struct fault fault = { 0 };

    home_file(home, "home/config/loophole.conf", "[audio]\nrate = 44100\n");
    assert_int_equal(config_put(&home->paths, key, value, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, why));
    assert_int_equal(file_read_all(home_file(home, "home/config/loophole.conf", NULL), 1 << 20, &file, NULL), ERR_OK);
    assert_string_equal(buffer_c(&file), "[audio]\nrate = 44100\n");
    buffer_free(&file);
}

HOME_CLAIM(a_value_that_does_not_fit_or_would_be_read_otherwise_is_refused)
{
    refused_and_unchanged(*state, "audio.rate", "fast", "expected a whole number from 22050 to 192000");
    refused_and_unchanged(*state, "audio.rat", "48000", "no setting \"rat\"");
    refused_and_unchanged(*state, "web.name", "a ; b", "cannot hold");
    refused_and_unchanged(*state, "web.name", "a\n[limits]\nfiles = 300", "cannot hold");
    refused_and_unchanged(*state, "web.name", " a", "cannot hold");
}

HOME_CLAIM(a_link_to_a_file_that_is_missing_stays)
{
    struct home *home = *state;
    char path[PATH_MAX + 32];
    struct fault fault = { 0 };
    struct stat st;

    snprintf(path, sizeof(path), "%s/loophole.conf", home->paths.config);
    assert_int_equal(symlink("/nowhere/kept.conf", path), 0);
    assert_int_equal(config_put(&home->paths, "audio.device", "dummy", &fault), ERR_NOT_FOUND);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}
