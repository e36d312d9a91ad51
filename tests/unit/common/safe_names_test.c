#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/safe_names.h"

static void expect_name(struct safe_names *names, const char *path, const char *expected)
{
    char name[SAFE_NAME_SIZE];

    safe_names_choose(names, bytes_of(path, strlen(path)), name);
    assert_string_equal(name, expected);
}

static void a_taken_name_gets_a_number(void **state)
{
    struct safe_names names = { 0 };

    (void)state;
    safe_names_take(&names, "Kick (3).wav");
    expect_name(&names, "/a/Kick.wav", "Kick.wav");
    expect_name(&names, "/b/Kick.wav", "Kick (2).wav");
    expect_name(&names, "/c/kick.WAV", "kick (4).WAV");
    expect_name(&names, "/d/Kick (2).wav", "Kick (2) (2).wav");
    expect_name(&names, "/e/Kick.wav", "Kick (5).wav");
    expect_name(&names, "/f/con.wav", "_con.wav");
    expect_name(&names, "/g/a:b?.wav", "a_b_.wav");
    safe_names_free(&names);
}

/* With a search through all names for each number this needs hours. */
static void many_sounds_of_one_name_get_one_number_each(void **state)
{
    struct safe_names names = { 0 };
    char expected[SAFE_NAME_SIZE];

    (void)state;
    expect_name(&names, "/0/kick.wav", "kick.wav");
    for (int i = 2; i <= 50000; i++) {
        (void)snprintf(expected, sizeof(expected), "kick (%d).wav", i);
        expect_name(&names, "/1/kick.wav", expected);
    }
    safe_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_taken_name_gets_a_number),
        cmocka_unit_test(many_sounds_of_one_name_get_one_number_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
