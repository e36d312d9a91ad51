#include "services/audio/jack/wires.h"
#include "tests/unit/common/home.h"

static void what_is_written_is_read(void **state)
{
    struct home *home = *state;
    static struct wires wires, read;

    assert_int_equal(wires_read(&home->paths, &wires, NULL), ERR_OK);
    assert_false(wires.is_known);
    assert_non_null(wires_add(&wires, PORT_MAIN_LEFT, "system:playback_1"));
    assert_non_null(wires_add(&wires, PORT_MIDI_IN, "a name with blanks:port \303\244"));
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_true(read.is_known);
    assert_int_equal(read.count, 2);
    assert_non_null(wires_find(&read, PORT_MIDI_IN, "a name with blanks:port \303\244"));
}

static void a_chain_is_kept_and_names_its_inputs(void **state)
{
    static const char *const none[] = { "", "strip", ":in", "strip:", "strip:in,", "strip:,in", "a:b\nc", "a:b\tc" };
    struct home *home = *state;
    static struct wires wires, read;
    char left[CLIENT_FOREIGN_NAME], right[CLIENT_FOREIGN_NAME], longest[2 * CLIENT_FOREIGN_NAME];

    snprintf(wires.chain, sizeof(wires.chain), "a strip:in 1,in 2");
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_string_equal(read.chain, wires.chain);
    assert_true(wires_chain(read.chain, left, right));
    assert_string_equal(left, "a strip:in 1");
    assert_string_equal(right, "a strip:in 2");
    assert_true(wires_in_chain(read.chain, PORT_PREVIEW_RIGHT, "a strip:in 2"));
    assert_false(wires_in_chain(read.chain, PORT_PREVIEW_LEFT, "a strip:in 2"));
    assert_false(wires_in_chain(read.chain, PORT_MAIN_RIGHT, "a strip:in 2"));
    assert_true(wires_chain("strip:in", left, right));
    assert_string_equal(left, right);
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        assert_false(wires_chain(none[i], left, right));
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0', longest[3] = ':';
    assert_false(wires_chain(longest, left, right));
}

static void one_connection_is_remembered_once(void **state)
{
    static struct wires wires;
    char name[32];

    (void)state;
    assert_ptr_equal(wires_add(&wires, PORT_IN_LEFT, "a:b"), wires_add(&wires, PORT_IN_LEFT, "a:b"));
    wires_remove(&wires, wires_find(&wires, PORT_IN_LEFT, "a:b"));
    assert_int_equal(wires.count, 0);
    for (int i = 0; i < WIRES; i++) {
        snprintf(name, sizeof(name), "client:port_%d", i);
        assert_non_null(wires_add(&wires, PORT_IN_LEFT, name));
    }
    assert_null(wires_add(&wires, PORT_IN_LEFT, "one:too_many"));
}

static void lines_that_are_none_are_passed_over(void **state)
{
    struct home *home = *state;
    static struct wires wires;
    static char longest[CLIENT_FOREIGN_NAME * 2];

    memset(longest, 'x', sizeof(longest) - 1);
    memcpy(longest, "main_left\t", 10);
    home_file(home, "home/data/audio.connections", longest);
    assert_int_equal(wires_read(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires.count, 0);
    home_file(home, "home/data/audio.connections",
              "\n\t\nmain_left\nmain_left\t\nmain_middle\ta:b\nmain_right\ta:b\nmain_right\tb:c");
    assert_int_equal(wires_read(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(what_is_written_is_read),
        HOME_TEST(a_chain_is_kept_and_names_its_inputs),
        HOME_TEST(one_connection_is_remembered_once),
        HOME_TEST(lines_that_are_none_are_passed_over),
    };
    return cmocka_run_group_tests_name("audio/wires", tests, NULL, NULL);
}
