#include <stdio.h>
#include <string.h>

#include "common/naming/safe_names.h"
#include "tests/unit/claim.h"

static void expect_name(struct safe_names *names, const char *path, const char *expected)
{
    char name[SAFE_NAME_SIZE];

    safe_names_choose(names, bytes_of(path, strlen(path)), name);
    assert_string_equal(name, expected);
}

CLAIM(a_taken_name_gets_a_number)
{
    struct safe_names names = { 0 };

    safe_names_take(&names, TEXT("Kick (3).wav"));
    expect_name(&names, "/a/Kick.wav", "Kick.wav");
    expect_name(&names, "/b/Kick.wav", "Kick (2).wav");
    expect_name(&names, "/c/kick.WAV", "kick (4).WAV");
    expect_name(&names, "/d/Kick (2).wav", "Kick (2) (2).wav");
    expect_name(&names, "/e/Kick.wav", "Kick (5).wav");
    expect_name(&names, "/f/con.wav", "_con.wav");
    expect_name(&names, "/g/a:b?.wav", "a_b_.wav");
    safe_names_free(&names);
}

CLAIM(twins_of_some_file_system_get_a_number)
{
    static const char *const twins[][2] = {
        { "É.wav", "é.wav" },
        { "caf\u00e9.wav", "cafe\u0301.wav" },
        { "Привет.wav", "ПРИВЕТ.wav" },
        { "\uAC00\uAC01.wav", "\u1100\u1161\u1100\u1161\u11A8.wav" },
        { "300 \u212A.wav", "300 k.wav" },
        { "kick\u200B.wav", "kick.wav" },
        { "Straße.wav", "STRASSE.wav" },
    };

    for (size_t i = 0; i < sizeof(twins) / sizeof(*twins); i++) {
        struct safe_names names = { 0 };
        char name[SAFE_NAME_SIZE];
        safe_names_choose(&names, bytes_of(twins[i][0], strlen(twins[i][0])), name);
        assert_true(safe_names_has(&names, text_of(twins[i][1])));
        safe_names_choose(&names, bytes_of(twins[i][1], strlen(twins[i][1])), name);
        assert_non_null(strstr(name, " (2).wav"));
        safe_names_free(&names);
    }
}

CLAIM(a_name_is_portable)
{
    static const char *const names[][2] = {
        { "kick.wav", "kick.wav" },
        { "a:b?.wav", "a_b_.wav" },
        { "two\nlines", "two_lines" },
        { "end. ", "end__" },
        { "", "_" },
        { "  ", "__" },
        { "-rf", "_rf" },
        { ".hidden", "_hidden" },
        { "aux.wav.wav", "_aux.wav.wav" },
        { "CON", "_CON" },
        { "con .wav", "_con .wav" },
        { "COM¹", "_COM¹" },
        { "lpt0.txt", "_lpt0.txt" },
        { "comma.wav", "comma.wav" },
        { "a/b", "a_b" },
        { "\u202egnp", "_gnp" },
        { "CONOUT$", "_CONOUT$" },
        { "x\xff.wav", "x\uFFFD.wav" },
        { "kick.wav ", "kick.wav_" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char name[SAFE_NAME_SIZE];
        safe_name_write(text_of(names[i][0]), name);
        assert_string_equal(name, names[i][1]);
    }
}

CLAIM(a_long_name_keeps_its_extension_and_whole_characters)
{
    char given[400] = "", name[SAFE_NAME_SIZE];

    for (int i = 0; i < 80; i++)
        (void)strcat(given, "🥁");
    (void)strcat(given, ".wav");
    safe_name_write(text_of(given), name);
    assert_true(strlen(name) <= SAFE_NAME_MOST);
    assert_true(text_is_utf8(text_of(name)));
    assert_string_equal(name + strlen(name) - 8, "🥁.wav");
}

/* With a search through all names for each number this needs hours. */
CLAIM(many_sounds_of_one_name_get_one_number_each)
{
    struct safe_names names = { 0 };
    char expected[SAFE_NAME_SIZE];

    expect_name(&names, "/0/kick.wav", "kick.wav");
    for (int i = 2; i <= 50000; i++) {
        (void)snprintf(expected, sizeof(expected), "kick (%d).wav", i);
        expect_name(&names, "/1/kick.wav", expected);
    }
    safe_names_free(&names);
}
