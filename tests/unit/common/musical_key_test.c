#include <stdio.h>

#include "common/musical_key.h"
#include "tests/unit/claim.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

CLAIM(a_key_is_read_in_every_notation)
{
    static const char *const known[][2] = {
        { "Am", "Amin" },       { "a minor", "Amin" }, { "aM", "Amaj" },
        { "am", "Amin" },       { "C", "Cmaj" },       { "Db", "C#maj" },
        { "Bbmaj", "A#maj" },   { "F# min", "F#min" }, { "G\u266F minor", "G#min" },
        { "E\u266D", "D#maj" }, { "c moll", "Cmin" },  { "F dur", "Fmaj" },
        { "8A", "Amin" },       { "8b", "Cmaj" },      { "1A", "G#min" },
        { "12B", "Emaj" },      { "1m", "Amin" },      { "1d", "Cmaj" },
        { "6d", "Bmaj" },       { "Cb", "Bmaj" },      { "F##", "Gmaj" },
        { "Abb", "Gmaj" },      { "C-Major", "Cmaj" }, { "d_mi", "Dmin" },
        { "B", "Bmaj" },        { "bb", "A#maj" },     { "B minor", "Bmin" },
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        int key;
        assert_true(musical_key_read(text_of(known[i][0]), &key));
        assert_string_equal(musical_key_name(key), known[i][1]);
    }
}

CLAIM(a_text_that_is_not_a_key_is_refused)
{
    static const char *const unknown[] = { "",    "H",    "o",     "13A",     "0B",    "A minor chord and more words",
                                           "A#x", "1",    "minor", "Amazing", "-",     "8C",
                                           "8Am", "\xE2", "A\xE2", "#",       "Am\x01" };
    int key = -1;
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_false(musical_key_read(text_of(unknown[i]), &key));
    assert_false(musical_key_read((struct text){ 3, "A\0m" }, &key));
    assert_int_equal(key, -1);
}

CLAIM(a_name_is_read_as_its_own_key)
{
    for (int key = 0, read; key < MUSICAL_KEYS; key++) {
        assert_true(musical_key_read(text_of(musical_key_name(key)), &read));
        assert_int_equal(read, key);
    }
}

CLAIM(both_wheels_have_each_key_once)
{
    static const char letters[][2] = { "A", "B", "d", "m" };
    unsigned camelot = 0, open_key = 0;
    for (int hour = 1; hour <= 12; hour++)
        for (int i = 0; i < 4; i++) {
            char word[4] = { (char)('0' + hour / 10), (char)('0' + hour % 10), letters[i][0], 0 };
            int key;
            assert_true(musical_key_read(text_of(word), &key));
            *(i < 2 ? &camelot : &open_key) |= 1u << key;
        }
    assert_int_equal(camelot, (1u << MUSICAL_KEYS) - 1);
    assert_int_equal(open_key, (1u << MUSICAL_KEYS) - 1);
}

CLAIM(relative_keys_share_their_notes)
{
    for (int key = 0; key < MUSICAL_KEYS; key++) {
        int near[MUSICAL_KEY_NEAR];
        musical_key_near(key, near);
        assert_int_equal(near[0], key);
        assert_int_equal(musical_key_notes(near[1]), musical_key_notes(key));
        assert_int_not_equal(near[1] % 2, key % 2);
        assert_int_equal(musical_key_notes(near[2]), (musical_key_notes(key) + 7) % 12);
        assert_int_equal(musical_key_notes(near[3]), (musical_key_notes(key) + 5) % 12);
    }
}

CLAIM(keys_go_with_their_neighbours_on_the_wheel)
{
    for (int hour = 1; hour <= 12; hour++) {
        for (int minor = 0; minor < 2; minor++) {
            char name[24];
            int key, other, near[MUSICAL_KEY_NEAR], found = 0;
            const int hours[] = { hour, hour, hour % 12 + 1, (hour + 10) % 12 + 1 };
            const int minors[] = { minor, !minor, minor, minor };

            snprintf(name, sizeof(name), "%d%c", hour, minor ? 'A' : 'B');
            assert_true(musical_key_read(text_of(name), &key));
            assert_true(musical_key_read(text_of(musical_key_name(key)), &other));
            assert_int_equal(key, other);
            musical_key_near(key, near);
            for (int i = 0; i < MUSICAL_KEY_NEAR; i++) {
                snprintf(name, sizeof(name), "%d%c", hours[i], minors[i] ? 'A' : 'B');
                assert_true(musical_key_read(text_of(name), &other));
                for (int j = 0; j < MUSICAL_KEY_NEAR; j++)
                    found += near[j] == other;
            }
            assert_int_equal(found, MUSICAL_KEY_NEAR);
        }
    }
}
