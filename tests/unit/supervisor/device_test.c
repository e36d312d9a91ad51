#include "supervisor/device.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

static const char cards[] = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n"
                            "                      HDA Intel PCH at 0x6012110000 irq 145\n"
                            " 1 [Webcam         ]: USB-Audio - C920\n"
                            "                      C920 at usb-0000:00:14.0-1, high speed\n"
                            " 2 [USB            ]: USB-Audio - Scarlett 2i2 USB\n";
static const char pcm[] = "00-00: ALC256 Analog : ALC256 Analog : playback 1 : capture 1\n"
                          "01-00: USB Audio : USB Audio : capture 1\n"
                          "02-00: USB Audio : USB Audio : playback 1 : capture 1\n";

CLAIM(cards_that_play_are_listed)
{
    struct device found[DEVICES];

    assert_int_equal(device_read_cards(cards, pcm, found, 0), 2);
    assert_string_equal(found[0].name, "alsa:hw:PCH");
    assert_string_equal(found[0].about, "HDA Intel PCH");
    assert_string_equal(found[1].name, "alsa:hw:USB");
}

CLAIM(no_more_are_listed_than_there_is_room_for)
{
    struct device found[DEVICES];

    assert_int_equal(device_read_cards(cards, pcm, found, DEVICES - 1), DEVICES);
    assert_int_equal(device_read_cards("--- no soundcards ---\n", "", found, 0), 0);
}

CLAIM(only_names_of_devices_are_names)
{
    static const char *const good[] = { "auto", "none", "dummy", "pipewire", "jack", "jack:mine", "alsa:hw:PCH" };
    static const char *const bad[] = { "", "alsa:", "jack:", "oss", "Auto", "alsa" };

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(setting_is_device(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(setting_is_device(bad[i]));
}

CLAIM(a_program_is_found_in_the_path)
{
    char path[PATH_MAX];

    assert_true(device_program("sh", path));
    assert_int_equal(path[0], '/');
    assert_false(device_program("no-such-program-anywhere", path));
    assert_false(device_server_runs("no-such-server"));
}

CLAIM(a_card_that_was_refused_is_passed_over_whatever_else_is_plugged_in)
{
    const struct device both[] = { { .name = "alsa:hw:PCH" }, { .name = "alsa:hw:USB" }, { .name = "dummy" } };
    struct device_refusals refusals = { 0 };

    assert_string_equal(device_best(both, 3, &refusals)->name, "alsa:hw:PCH");
    device_refuse(&refusals, "alsa:hw:PCH");
    assert_string_equal(device_best(both, 3, &refusals)->name, "alsa:hw:USB");
    assert_string_equal(device_best(both + 1, 2, &refusals)->name, "alsa:hw:USB"); /* the refused one is unplugged */
    device_refuse(&refusals, "alsa:hw:USB");
    assert_string_equal(device_best(both, 3, &refusals)->name, "dummy");
    assert_null(device_best(both, 2, &refusals));
    for (int i = 0; i < DEVICES; i++)
        device_refuse(&refusals, "alsa:hw:Webcam");
    assert_string_equal(device_best(both, 3, &refusals)->name, "alsa:hw:PCH"); /* forgotten */
}
