#include "common/process/config.h"
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

static void without_a_file_every_setting_has_its_default(void **state)
{
    const struct home *home = *state;
    struct fault fault = { 0 };
    struct config *config;

    assert_int_equal(config_load(&home->paths, &config, &fault), ERR_OK);
    assert_int_equal(fault.code, ERR_OK);
    assert_string_equal(fault.what, "");
    assert_int_equal(config_int(config, "supervisor.hang_ms", 2000, 0, 10000), 2000);
    assert_true(config_bool(config, "indexer.watch", true));
    assert_string_equal(config_text(config, "indexer.ignore", "*.bak"), "*.bak");
    assert_int_equal(config_check(config, NULL), ERR_OK);
    config_free(config);
}

static void values_are_found_by_section_and_name(void **state)
{
    struct config *config;

    assert_int_equal(load_text(*state,
                               "# a comment\nfirst = 1\n[indexer]\nworkers = 3 ; of four\nratio=0.25\n"
                               "watch = off\n[search]\nworkers=7\nname = two words  \n",
                               &config, NULL),
                     ERR_OK);
    assert_int_equal(config_int(config, "first", 0, 0, 9), 1);
    assert_int_equal(config_int(config, "indexer.workers", 1, 1, 64), 3);
    assert_int_equal(config_int(config, "search.workers", 1, 1, 64), 7);
    assert_true(config_real(config, "indexer.ratio", 1, 0, 1) == 0.25);
    assert_false(config_bool(config, "indexer.watch", true));
    assert_string_equal(config_text(config, "search.name", ""), "two words");
    assert_int_equal(config_check(config, NULL), ERR_OK);
    config_free(config);
}

static void a_value_that_is_no_number_is_reported_with_its_line(void **state)
{
    struct config *config;
    struct fault fault;

    assert_int_equal(load_text(*state, "[a]\nx = 1\ny = 12k\nz = 13k\n", &config, NULL), ERR_OK);
    assert_int_equal(config_int(config, "a.y", 5, 0, 100), 5);
    assert_int_equal(config_int(config, "a.z", 5, 0, 100), 5);
    assert_int_equal(config_check(config, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "loophole.conf:3: a.y is \"12k\": expected a whole number from 0 to 100"));
    config_free(config);
}

static void values_out_of_their_range_are_refused(void **state)
{
    static const char *const keys[] = { "a", "b", "c", "d", "e", "f" };
    struct config *config;

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        assert_int_equal(load_text(*state, "a=-1\nb=101\nc=99999999999999999999\nd=\ne=nan\nf=1e999\n", &config, NULL),
                         ERR_OK);
        if (i < 4)
            assert_int_equal(config_int(config, keys[i], 7, 0, 100), 7);
        else
            assert_true(config_real(config, keys[i], 7, 0, 100) == 7);
        assert_int_equal(config_check(config, NULL), ERR_BAD_REQUEST);
        config_free(config);
    }
}

static void yes_and_no_have_several_words(void **state)
{
    struct config *config;

    assert_int_equal(load_text(*state, "a=Yes\nb=TRUE\nc=on\nd=1\ne=maybe\n", &config, NULL), ERR_OK);
    assert_true(config_bool(config, "a", false));
    assert_true(config_bool(config, "b", false));
    assert_true(config_bool(config, "c", false));
    assert_true(config_bool(config, "d", false));
    assert_int_equal(config_check(config, NULL), ERR_OK);
    assert_false(config_bool(config, "e", false));
    assert_int_equal(config_check(config, NULL), ERR_BAD_REQUEST);
    config_free(config);
}

static void a_line_that_is_nothing_is_reported_with_its_number(void **state)
{
    refused_with(*state, "[a]\nx = 1\nwhat is this\n", ERR_BAD_REQUEST, "loophole.conf:3: neither");
    refused_with(*state, "[a\nx = 1\n", ERR_BAD_REQUEST, "loophole.conf:1: neither");
}

static void a_key_twice_is_reported_with_both_lines(void **state)
{
    refused_with(*state, "[a]\nx = 1\n[b]\nx = 2\n[a]\nx = 3\n", ERR_BAD_REQUEST,
                 "loophole.conf:6: a.x is set already in line 2");
    refused_with(*state, "[a]\nx = 1\n  y = 2\n", ERR_BAD_REQUEST, "is this line indented?");
}

static void a_line_too_long_for_the_parser_is_refused_not_split(void **state)
{
    char text[5000] = "[a]\nx = ";

    memset(text + strlen(text), '1', 4000);
    refused_with(*state, text, ERR_TOO_LARGE, "loophole.conf:2: the line is too long");
}

static void a_zero_byte_is_refused(void **state)
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

static void a_file_without_end_of_line_and_with_dos_ends_is_read(void **state)
{
    struct config *config;

    assert_int_equal(load_text(*state, "[a]\r\nx = 1\r\ny = 2", &config, NULL), ERR_OK);
    assert_int_equal(config_int(config, "a.x", 0, 0, 9), 1);
    assert_int_equal(config_int(config, "a.y", 0, 0, 9), 2);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(without_a_file_every_setting_has_its_default),
        HOME_TEST(values_are_found_by_section_and_name),
        HOME_TEST(a_value_that_is_no_number_is_reported_with_its_line),
        HOME_TEST(values_out_of_their_range_are_refused),
        HOME_TEST(yes_and_no_have_several_words),
        HOME_TEST(a_line_that_is_nothing_is_reported_with_its_number),
        HOME_TEST(a_key_twice_is_reported_with_both_lines),
        HOME_TEST(a_line_too_long_for_the_parser_is_refused_not_split),
        HOME_TEST(a_zero_byte_is_refused),
        HOME_TEST(a_file_without_end_of_line_and_with_dos_ends_is_read),
    };
    return cmocka_run_group_tests_name("common/config", tests, NULL, NULL);
}
