#include "services/audio/jack/device.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

HOME_CLAIM(connections_that_were_written_are_read_again)
{
    struct home *home = *state;
    static struct wires wires, read;

    assert_int_equal(wires_read(&home->paths, &wires, NULL), ERR_OK);
    assert_false(wires.is_saved);
    assert_non_null(wires_add(&wires, PORT_MAIN_LEFT, "system:playback_1"));
    assert_non_null(wires_add(&wires, PORT_MIDI_IN, "a name with blanks:port \303\244"));
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_true(read.is_saved);
    assert_int_equal(read.count, 2);
    assert_non_null(wires_find(&read, PORT_MIDI_IN, "a name with blanks:port \303\244"));
}

HOME_CLAIM(the_device_of_a_connection_is_kept)
{
    struct home *home = *state;
    static struct wires wires, read;

    snprintf(wires_add(&wires, PORT_MIDI_IN, "system:midi_capture_1")->device, CLIENT_FOREIGN_NAME, "alsa_pcm:Nano/in");
    assert_non_null(wires_add(&wires, PORT_MIDI_OUT, "synth:in"));
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_string_equal(wires_find(&read, PORT_MIDI_IN, "system:midi_capture_1")->device, "alsa_pcm:Nano/in");
    assert_string_equal(wires_find(&read, PORT_MIDI_OUT, "synth:in")->device, "");
}

CLAIM(a_device_has_its_name_without_the_numbers_that_change)
{
    static const char *const names[][2] = {
        { "a2j:nano [20] (capture): nano MIDI 1", "a2j:nano (capture): nano MIDI 1" },
        { "in-hw-1-0-0-nano-MIDI-1", "in-hw-nano-MIDI-1" },
        { "nano-01:out", "nano:out" },
        { "nano:out-01", "nano:out-01" },
        { "nano-1:out [x]", "nano-1:out [x]" },
        { "system:midi_capture_1", "system:midi_capture_1" },
        { "", "" },
        { "hw-1-0", "hw-1-0" },
        { "[3]", "" },
    };
    char longest[2 * CLIENT_FOREIGN_NAME], to[CLIENT_FOREIGN_NAME];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        device_name(names[i][0], to);
        assert_string_equal(to, names[i][1]);
    }
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    device_name(longest, to);
    assert_int_equal(strlen(to), CLIENT_FOREIGN_NAME - 1);
}

HOME_CLAIM(a_chain_is_kept_and_names_its_inputs)
{
    static const char *const none[] = { "", "strip", ":in", "strip:", "strip:in,", "strip:,in", "a:b\nc", "a:b\tc" };
    struct home *home = *state;
    static struct wires wires, read;
    char left[CLIENT_FOREIGN_NAME], right[CLIENT_FOREIGN_NAME], longest[2 * CLIENT_FOREIGN_NAME];

    for (uint32_t i = 0; i < CHAINS; i++)
        snprintf(wires.chain[i], sizeof(wires.chain[i]), "a strip:in %u,in %u", i + 1, i + 2);
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    for (uint32_t i = 0; i < CHAINS; i++)
        assert_string_equal(read.chain[i], wires.chain[i]);
    assert_true(wires_chain(read.chain[0], left, right));
    assert_string_equal(left, "a strip:in 1");
    assert_string_equal(right, "a strip:in 2");
    assert_true(wires_in_chain(read.chain[0], CHAIN_PREVIEW, PORT_PREVIEW_RIGHT, "a strip:in 2"));
    assert_false(wires_in_chain(read.chain[0], CHAIN_PREVIEW, PORT_PREVIEW_LEFT, "a strip:in 2"));
    assert_false(wires_in_chain(read.chain[0], CHAIN_PREVIEW, PORT_MAIN_RIGHT, "a strip:in 2"));
    assert_true(wires_in_chain(read.chain[0], CHAIN_MASTER, PORT_INSERT_LEFT, "a strip:in 1"));
    assert_false(wires_in_chain(read.chain[0], GROUP_PADS, PORT_INSERT_LEFT, "a strip:in 1"));
    assert_true(wires_chain("strip:in", left, right));
    assert_string_equal(left, right);
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        assert_false(wires_chain(none[i], left, right));
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0', longest[3] = ':';
    assert_false(wires_chain(longest, left, right));
}

HOME_CLAIM(one_connection_is_remembered_once)
{
    static struct wires wires;
    char name[32];

    assert_ptr_equal(wires_add(&wires, PORT_IN_LEFT, "a:b"), wires_add(&wires, PORT_IN_LEFT, "a:b"));
    wires_remove(&wires, wires_find(&wires, PORT_IN_LEFT, "a:b"));
    assert_int_equal(wires.count, 0);
    for (int i = 0; i < WIRES; i++) {
        snprintf(name, sizeof(name), "client:port_%d", i);
        assert_non_null(wires_add(&wires, PORT_IN_LEFT, name));
    }
    assert_null(wires_add(&wires, PORT_IN_LEFT, "one:too_many"));
}

CLAIM(connections_keep_their_order_and_the_last_used_one_is_the_last)
{
    static struct wires wires;
    char ports[WIRES + 1] = "";

    for (const char *name = "abcde"; *name; name++)
        assert_non_null(wires_add(&wires, PORT_IN_LEFT, (char[]){ *name, '\0' }));
    wires_remove(&wires, wires_find(&wires, PORT_IN_LEFT, "c"));
    wires_put_last(&wires, wires_find(&wires, PORT_IN_LEFT, "a"));
    wires_put_last(&wires, wires_find(&wires, PORT_IN_LEFT, "a"));
    for (uint32_t i = 0; i < wires.count; i++)
        ports[i] = wires.at[i].to[0];
    assert_string_equal(ports, "bdea");
}

HOME_CLAIM(invalid_lines_are_skipped)
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

HOME_CLAIM(as_many_connections_as_there_may_be_are_kept)
{
    struct home *home = *state;
    static struct wires wires, read;
    char to[CLIENT_FOREIGN_NAME];

    for (int i = 0; i < WIRES; i++) {
        snprintf(to, sizeof(to), "%0255d", i);
        struct jack_wire *wire = wires_add(&wires, PORT_CONTROL_OUT, to);
        wire->for_take = true;
        memcpy(wire->device, to, sizeof(to));
    }
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_int_equal(read.count, WIRES);
    assert_string_equal(read.at[WIRES - 1].device, to);
}

HOME_CLAIM(a_name_of_two_lines_is_not_written)
{
    struct home *home = *state;
    static struct wires wires, read;

    wires_add(&wires, PORT_MAIN_LEFT, "a:b\nmain_right\tc:d");
    snprintf(wires_add(&wires, PORT_MIDI_IN, "e:f")->device, CLIENT_FOREIGN_NAME, "g\nmain_right\th:i");
    wires_add(&wires, PORT_MIDI_OUT, "j:k");
    assert_int_equal(wires_write(&home->paths, &wires, NULL), ERR_OK);
    assert_int_equal(wires_read(&home->paths, &read, NULL), ERR_OK);
    assert_int_equal(read.count, 1);
    assert_non_null(wires_find(&read, PORT_MIDI_OUT, "j:k"));
}

/* Limiter 72; the insert of pads returns last, that of streams earlier. */
CLAIM(each_port_has_the_delay_of_what_passes_it)
{
    const struct port_delays delays = {
        .limiter = 72,
        .aligned = 1000,
        .own = { [GROUP_PADS] = 1000, [GROUP_STREAMS] = 256, [CHAIN_MASTER] = 300, [CHAIN_PREVIEW] = 300 }
    };
    const struct port_delays late = { .limiter = 72, .aligned = 8192, .own = { [GROUP_PADS] = 9000 } };

    assert_int_equal(port_delay(PORT_MAIN_RIGHT, &delays), 1072);
    assert_int_equal(port_delay(PORT_PREVIEW_LEFT, &delays), 1072);
    assert_int_equal(port_delay(PORT_MIDI_OUT, &delays), 1072);
    assert_int_equal(port_delay(PORT_MIDI_IN_3, &delays), 1072);
    assert_int_equal(port_delay(PORT_INSERT_RIGHT, &delays), 1000);
    assert_int_equal(port_delay(PORT_RETURN_PADS_LEFT, &delays), 72);
    assert_int_equal(port_delay(PORT_RETURN_PADS_LEFT, &late), 72);
    assert_int_equal(port_delay(PORT_RETURN_STREAMS_RIGHT, &delays), 72 + 1000 - 256);
    assert_int_equal(port_delay(PORT_RETURN_SOUNDS_LEFT, &delays), 1072);
    assert_int_equal(port_delay(PORT_RETURN_MASTER_LEFT, &delays), 72);
    assert_int_equal(port_delay(PORT_RETURN_LEFT, &delays), 72);
    assert_int_equal(port_delay(PORT_STREAMS_LEFT, &delays), 0);
    assert_int_equal(port_delay(PORT_PFL_LEFT, &delays), 0);
    assert_int_equal(port_delay(PORT_IN_LEFT, &delays), 0);
    assert_int_equal(port_delay(PORT_CONTROL_OUT, &delays), 0); /* lights do not wait */
}
