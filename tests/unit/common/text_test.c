#include <string.h>

#include "common/text.h"
#include "tests/unit/claim.h"

CLAIM(texts_are_equal_by_their_bytes)
{
    assert_true(text_equal(TEXT("kick"), text_of("kick")));
    assert_false(text_equal(TEXT("kick"), TEXT("kic")));
    assert_true(text_equal((struct text){ 0 }, TEXT("")));
    assert_true(text_is(text_of(NULL), ""));
}

CLAIM(order_is_by_bytes_and_the_shorter_comes_first)
{
    assert_true(text_compare(TEXT("a"), TEXT("b")) < 0);
    assert_true(text_compare(TEXT("ab"), TEXT("a")) > 0);
    assert_true(text_compare(TEXT("\xFF"), TEXT("a")) > 0);
    assert_int_equal(text_compare((struct text){ 0 }, TEXT("")), 0);
}

CLAIM(a_text_starts_with_its_start_and_with_nothing)
{
    assert_true(text_starts(TEXT("bpm:120"), TEXT("bpm:")));
    assert_true(text_starts(TEXT("x"), TEXT("")));
    assert_false(text_starts(TEXT("bp"), TEXT("bpm:")));
}

CLAIM(a_text_ends_with_its_end_and_with_nothing)
{
    assert_true(text_ends(TEXT("kick.json"), TEXT(".json")));
    assert_true(text_ends(TEXT(".json"), TEXT(".json")));
    assert_true(text_ends((struct text){ 0 }, TEXT("")));
    assert_false(text_ends(TEXT("json"), TEXT(".json")));
    assert_false(text_ends(TEXT(".json.gz"), TEXT(".json")));
}

CLAIM(a_copy_that_does_not_fit_is_cut_and_says_so)
{
    char to[4];

    assert_true(text_copy(to, sizeof(to), TEXT("abc")));
    assert_string_equal(to, "abc");
    assert_false(text_copy(to, sizeof(to), TEXT("abcd")));
    assert_string_equal(to, "abc");
    assert_true(text_copy(to, sizeof(to), (struct text){ 0 }));
    assert_string_equal(to, "");
    assert_false(text_copy(to, 0, TEXT("a")));
}

CLAIM(a_path_with_a_zero_in_it_is_no_path)
{
    char to[8];

    assert_true(bytes_copy(to, sizeof(to), bytes_of("a\xFF", 2)));
    assert_false(bytes_copy(to, sizeof(to), bytes_of("a\0b", 3)));
    assert_false(bytes_copy(to, sizeof(to), bytes_of("12345678", 8)));
}

CLAIM(well_formed_utf8_is_known)
{
    static const char *const good[] = {
        "", "abc", "\xC2\x80", "ü", "€", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xE0\xA0\x80z"
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(text_is_utf8(text_of(good[i])));
}

CLAIM(overlong_cut_and_forbidden_utf8_is_refused)
{
    static const char *const bad[] = {
        "\x80",             /* no lead byte */
        "\xC0\x80",         /* overlong zero */
        "\xC1\xBF",         /* overlong */
        "\xE0\x9F\xBF",     /* overlong */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80", /* above U+10FFFF */
        "\xC2",             /* truncated */
        "\xE2\x82",         /* truncated */
        "a\xF0\x90\x80",    /* truncated */
        "\xE2\x28\xA1",     /* wrong second byte */
        "\xFF",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(text_is_utf8(text_of(bad[i])));
}

CLAIM(bytes_are_equal_by_what_they_hold)
{
    assert_true(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0b", 3)));
    assert_false(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0c", 3)));
    assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of("", 0)));
}

CLAIM(a_character_that_controls_a_terminal_is_shown_as_its_number)
{
    char shown[64];

    assert_true(text_steers(TEXT("\x1b[2J")));
    assert_true(text_steers(TEXT("\xC2\x9B")));
    assert_true(text_steers(TEXT("\xE2\x80\xAE")));
    assert_true(text_steers(TEXT("\xE2\x80\x8F")));
    assert_true(text_steers(TEXT("\xD8\x9C")));
    assert_false(text_steers(TEXT("\xC2\xA0")));
    assert_false(text_steers(TEXT("\x9B"))); /* not a character */
    assert_false(text_steers(TEXT("")));
    assert_true(text_is_plain(TEXT("Caf\xC3\xA9 1")));
    assert_false(text_is_plain(TEXT("a\x1b[2J")));
    assert_false(text_is_plain(TEXT("a\xC3")));
    text_show(shown, sizeof(shown), TEXT("a\tb\n\x7f\xC2\x80\x9B\xE2\x81\xA9\xC3\xA9"), "\n");
    assert_string_equal(shown, "a\\x09b\n\\x7f\\u0080\\x9b\\u2069\xC3\xA9");
    assert_int_equal(text_show(shown, sizeof(shown), (struct text){ 1, "" }, "\n"), 4);
    assert_string_equal(shown, "\\x00");
}

CLAIM(a_shown_text_is_cut_at_a_whole_character)
{
    char shown[5];

    assert_int_equal(text_show(shown, sizeof(shown), TEXT("abc\xC3\xA9"), ""), 3);
    assert_int_equal(text_show(shown, sizeof(shown), TEXT("a\x1b"), ""), 1);
    assert_string_equal(shown, "a");
}

CLAIM(an_extension_is_of_the_name_alone_in_lower_case)
{
    static const struct {
        const char *path, *extension;
    } cases[] = {
        { "kick.WAV", "wav" },
        { "/kits/a.b/Kick.Flac", "flac" },
        { "/kits.old/kick", "" },
        { "/kits/.wav", "" },
        { "kick.", "" },
        { "", "" },
        { "a.sixteen-letters-", "sixteen-letters-" },
        { "a.seventeen-letters", "" },
        { "a.w\xFFv", "" },
    };
    char extension[TEXT_EXTENSION_SIZE];

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(text_extension(bytes_of(cases[i].path, strlen(cases[i].path)), extension),
                            cases[i].extension);
}

CLAIM(a_noun_is_in_the_plural_after_every_count_but_1)
{
    assert_string_equal(text_plural(1), "");
    assert_string_equal(text_plural(0), "s");
    assert_string_equal(text_plural(2), "s");
    assert_string_equal(text_plural(UINT64_MAX), "s");
}

CLAIM(distances_count_letters)
{
    static const struct {
        const char *a, *b;
        uint32_t distance;
    } cases[] = {
        { "", "", 0 },         { "", "abc", 3 },           { "abc", "", 3 },
        { "ping", "ping", 0 }, { "ping", "pin", 1 },       { "pnig", "ping", 1 },
        { "pong", "ping", 1 }, { "kitten", "sitting", 3 }, { "put_medai", "put_media", 1 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(text_distance(text_of(cases[i].a), text_of(cases[i].b)), cases[i].distance);
}

CLAIM(a_very_long_name_is_safe)
{
    char name[5000];

    memset(name, 'x', sizeof(name));
    assert_true(text_distance((struct text){ sizeof(name), name }, TEXT("ping")) >= 60);
}

CLAIM(texts_are_equal_in_either_case)
{
    assert_true(text_equal_caseless(TEXT("Kick"), TEXT("kICK")));
    assert_true(text_equal_caseless((struct text){ 0 }, TEXT("")));
    assert_false(text_equal_caseless(TEXT("kick"), TEXT("kick2")));
    assert_false(text_equal_caseless(TEXT("\xc3\x84"), TEXT("\xc3\xa4")));
}
