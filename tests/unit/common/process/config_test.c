#include "common/process/config.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

/* Loads a configuration with this text. */
static enum err load_text(const struct home *home, const char *text, struct config **config, struct fault *fault)
{
    home_file(home, "home/config/loophole.conf", text);
    return config_load(&home->paths, config, fault);
}

static void refused_with(const struct home *home, const char *text, enum err code, const char *what)
{
    struct config *config;
    struct fault fault = { 0 };

    assert_int_equal(load_text(home, text, &config, &fault), code);
    assert_null(config);
    assert_non_null(strstr(fault.what, what));
    assert_non_null(strstr(fault.what, "loophole.conf:"));
}

HOME_CLAIM(without_a_file_every_setting_has_its_default)
{
    const struct home *home = *state;
    struct fault fault = { 0 };
    struct config *config;

    assert_int_equal(config_load(&home->paths, &config, &fault), ERR_OK);
    assert_int_equal(fault.code, ERR_OK);
    assert_string_equal(fault.what, "");
    assert_int_equal(config_int(config, "audio.rate"), 48000);
    assert_int_equal(config_int_or(config, "indexer.workers", 3), 3);
    assert_true(config_bool(config, "preview.match"));
    assert_true(config_real(config, "preview.loudness") == -18);
    assert_string_equal(config_text(config, "recording.format"), "wav");
    assert_string_equal(config_text(config, "web.listen"), "");
    assert_int_equal(config_check(config, NULL), ERR_OK);
    assert_int_equal(config_check_all(config, NULL, NULL), 0);
    config_free(config);
}

HOME_CLAIM(values_are_found_by_section_and_name)
{
    struct config *config;

    assert_int_equal(load_text(*state,
                               "# a comment\n[indexer]\nworkers = 3 ; of four\n[preview]\nloudness=-0.25\nmatch = Off\n"
                               "[web]\nname = two words  \n",
                               &config, NULL),
                     ERR_OK);
    assert_int_equal(config_int_or(config, "indexer.workers", 1), 3);
    assert_true(config_real(config, "preview.loudness") == -0.25);
    assert_false(config_bool(config, "preview.match"));
    assert_string_equal(config_text(config, "web.name"), "two words");
    assert_int_equal(config_check(config, NULL), ERR_OK);
    config_free(config);
}

HOME_CLAIM(a_value_that_does_not_fit_is_reported_with_its_line_and_the_default_is_used)
{
    struct config *config;
    struct fault fault;

    assert_int_equal(load_text(*state, "[audio]\nperiod = 64\nrate = 12k\n[recording]\nformat = mp3\n", &config, NULL),
                     ERR_OK);
    assert_int_equal(config_int(config, "audio.rate"), 48000);
    assert_string_equal(config_text(config, "recording.format"), "wav");
    assert_int_equal(config_check(config, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what,
                           "loophole.conf:3: audio.rate is \"12k\": expected a whole number from 22050 to"));
    config_free(config);
}

/* Each is wrong for the setting before it. */
HOME_CLAIM(each_kind_of_value_has_its_range)
{
    static const char *const wrong[] = {
        "[audio]\nrate=-1\n",
        "[audio]\nrate=99999999999999999999\n",
        "[audio]\nrate=\n",
        "[audio]\nperiod=100\n",
        "[audio]\ndevice=oss\n",
        "[preview]\nloudness=nan\n",
        "[preview]\nmatch=maybe\n",
        "[preview]\nloudness=1e999\n",
        "[recording]\nformat=wav24 flac\n",
        "[recording]\nformat=\n",
        "[project]\nfolder=songs\n",
        "[osc]\nlisten=localhost\n",
        "[web]\npassword=short\n",
        "[recording]\nformat=wa\n",
        "[audio]\nlimiter=Instant\n",
    };
    struct config *config;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_equal(load_text(*state, wrong[i], &config, NULL), ERR_OK);
        assert_int_equal(config_check_all(config, NULL, NULL), 1);
        config_free(config);
    }
}

static void expect_mistake(const struct home *home, const char *text, const char *what, const char *hint)
{
    struct fault fault = { 0 };

    home_file(home, "home/config/loophole.conf", text);
    assert_int_equal(config_check_file(&home->paths, &fault), ERR_BAD_REQUEST);
    if (!strstr(fault.what, what) || !strstr(fault.hint, hint))
        fail_msg("%s (%s)", fault.what, fault.hint);
}

HOME_CLAIM(unknown_sections_and_keys_are_reported_with_a_near_one)
{
    expect_mistake(*state, "[recording]\nfromat = flac\n", "conf:2: there is no setting \"fromat\" in [recording]",
                   "did you mean format in the section [recording]?");
    expect_mistake(*state, "[recrding]\nformat = flac\n", "conf:2: there is no section [recrding]",
                   "did you mean format in the section [recording]?");
    expect_mistake(*state, "[audio]\nformat = flac\n", "there is no setting \"format\" in [audio]",
                   "did you mean format in the section [recording]?");
    expect_mistake(*state, "rate = 44100\n", "there is no setting \"rate\" outside of a section",
                   "did you mean rate in the section [audio]?");
    expect_mistake(*state, "[nosuch]\nqwertyuiop = 1\n", "there is no section [nosuch]", "`loophole config list`");
}

HOME_CLAIM(the_number_of_further_mistakes_is_reported)
{
    expect_mistake(*state, "[audio]\nrate = x\nperiod = y\nspeed = z\n", "conf:2: audio.rate is \"x\"",
                   "mistakes in the file: 3");
}

HOME_CLAIM(a_setting_that_needs_others_names_them)
{
    expect_mistake(*state, "[web]\nlisten = 10.0.0.1:8443\nkey = /k\ncertificate = /c\n",
                   "conf:2: web.listen needs web.password, which is not set", "or remove web.listen");
}

HOME_CLAIM(an_error_does_not_show_a_password)
{
    struct home *home = *state;
    struct fault fault = { 0 };

    home_file(home, "home/config/loophole.conf", "[web]\npassword = hunter2\n");
    assert_int_equal(config_check_file(&home->paths, &fault), ERR_BAD_REQUEST);
    assert_null(strstr(fault.what, "hunter2"));
}

#define NAME_59 "section-with-a-name-of-fifty-nine-characters-is-shown-whole"

HOME_CLAIM(a_line_that_is_nothing_is_reported_with_its_number)
{
    refused_with(*state, "[a]\nx = 1\nwhat is this\n", ERR_BAD_REQUEST, "loophole.conf:3: neither");
    refused_with(*state, "[a\nx = 1\n", ERR_BAD_REQUEST, "loophole.conf:1: neither");
    refused_with(*state, "[a] x = 1\n", ERR_BAD_REQUEST, "loophole.conf:1: the text \"x = 1\" after [a]");
    refused_with(*state, "[a]\nx = 1\n[b]]\n", ERR_BAD_REQUEST, "loophole.conf:3: the text \"]\" after [b]");
    refused_with(*state, "[" NAME_59 "] y\n", ERR_BAD_REQUEST, "after [" NAME_59 "]: put");
    refused_with(*state, "[a]\nx ; = 1\n", ERR_BAD_REQUEST, "loophole.conf:2: neither");
}

HOME_CLAIM(a_key_twice_is_reported_with_both_lines)
{
    refused_with(*state, "[a]\nx = 1\n[b]\nx = 2\n[a]\nx = 3\n", ERR_BAD_REQUEST,
                 "loophole.conf:6: a.x is set already in line 2");
    refused_with(*state, "[a]\nx = 1\n  y = 2\n", ERR_BAD_REQUEST, "loophole.conf:3: the line is indented");
}

HOME_CLAIM(a_line_of_16_kib_is_read_and_a_longer_one_is_refused)
{
    static char text[20000] = "[a]\nx = ";
    const size_t begin = strlen(text);
    struct config *config;

    memset(text + begin, '1', 16384 - strlen("x = "));
    assert_int_equal(load_text(*state, text, &config, NULL), ERR_OK);
    assert_string_equal(config_find(config, TEXT("a.x"))->value.at, text + begin);
    config_free(config);
    text[strlen(text)] = '1';
    refused_with(*state, text, ERR_TOO_LARGE, "loophole.conf:2: the line is too long: shorten it to 16384 bytes");
}

static void has_value(const struct home *home, const char *text, const char *value)
{
    struct config *config;
    struct fault fault = { 0 };

    if (load_text(home, text, &config, &fault) != ERR_OK)
        fail_msg("%s: %s", text, fault.what);
    assert_string_equal(config_find(config, TEXT("a.x"))->value.at, value);
    config_free(config);
}

HOME_CLAIM(comments_spaces_and_marks_are_no_part_of_a_value)
{
    has_value(*state, "\xEF\xBB\xBF[a]\nx=1", "1");
    has_value(*state, "  [a] ; one\n\t x \t: 1 \v\n", "1");
    has_value(*state, "[a]# two\n; x = 2\n # x = 3\nx = 1;2 # 3 ;4\n", "1;2 # 3");
    has_value(*state, "[a]\nx = ;2\n", "");
    has_value(*state, "[a]\nx =;2=3:4\n", ";2=3:4");
    has_value(*state, "[a]\ny = 1\n ; a comment\n\n[b]\n x = 2\n[a]\n x = 1\n", "1");
}

HOME_CLAIM(a_zero_byte_is_refused)
{
    const struct home *home = *state;
    FILE *file = fopen(home_file(home, "home/config/loophole.conf", ""), "w");
    struct config *config;
    struct fault fault;

    fwrite("[a]\nx=1\0y\n", 1, 10, file);
    fclose(file);
    assert_int_equal(config_load(&home->paths, &config, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, ":2: a zero byte"));
}

HOME_CLAIM(a_file_without_end_of_line_and_with_dos_ends_is_read)
{
    struct config *config;

    assert_int_equal(load_text(*state, "[audio]\r\nrate = 44100\r\nperiod = 64", &config, NULL), ERR_OK);
    assert_int_equal(config_int(config, "audio.rate"), 44100);
    assert_int_equal(config_int(config, "audio.period"), 64);
    assert_int_equal(config_check_all(config, NULL, NULL), 0);
    config_free(config);
}
