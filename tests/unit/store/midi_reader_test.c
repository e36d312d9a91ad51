/* MIDI files as other programs write, cut and wrap them: which notes are read, and what is counted as repaired. */
#include <string.h>

#include "common/buffer.h"
#include "store/pattern/midi_reader.h"
#include "tests/unit/claim.h"

#define HEAD(tracks)   "MThd\0\0\0\6\0\1\0" tracks "\0\x60"
#define NOTE           "\0\x90\x3c\x64\x60\x3c\0" /* on, and off by running status: 7 bytes */
#define END            "\0\xff\x2f\0"
#define ENTIRE         "MTrk\0\0\0\x0b" NOTE END
#define FILE_OF(bytes) bytes, sizeof(bytes) - 1

struct reading {
    unsigned notes, tracks;
    uint64_t ticks;
    struct midi_reader reader;
};

static size_t read_bytes(void *from, int64_t at, void *to, size_t len)
{
    const struct bytes *bytes = from;
    const size_t left = at >= 0 && at < (int64_t)bytes->len ? bytes->len - (size_t)at : 0;

    len = len < left ? len : left;
    memcpy(to, (const uint8_t *)bytes->at + at, len);
    return len;
}

static bool read_file(struct reading *to, const void *at, size_t len)
{
    struct bytes from = bytes_of(at, len);
    struct midi_message message;

    *to = (struct reading){ 0 };
    if (!midi_reader_open(&to->reader, read_bytes, &from, (int64_t)len))
        return false;
    while (midi_reader_track(&to->reader))
        while (midi_reader_next(&to->reader, &message)) {
            to->notes += (message.status & 0xf0) == MIDI_NOTE_ON && message.data[1] > 0;
            to->ticks = message.tick > to->ticks ? message.tick : to->ticks;
            assert_true(message.data[0] < 128 || message.status == MIDI_META);
            assert_true(message.status != MIDI_META || message.at + message.len <= (int64_t)len ||
                        message.data[0] == MIDI_META_END);
        }
    to->tracks = to->reader.tracks;
    return true;
}

static uint32_t repairs_in(const struct reading *reading)
{
    uint32_t all = 0;

    for (int i = 0; i < MIDI_REPAIRS; i++)
        all += reading->reader.repairs[i];
    return all;
}

enum { NOTHING = MIDI_REPAIRS };

static const struct {
    const char *what, *bytes;
    size_t len;
    unsigned tracks, notes;
    int repair;
    uint32_t count;
} cases[] = {
    { "whole", FILE_OF(HEAD("\2") ENTIRE ENTIRE), 2, 2, NOTHING, 0 },
    { "running status after a text", FILE_OF(HEAD("\1") "MTrk\0\0\0\x17" NOTE "\0\xff\1\2hi\0\x3e\x64\0\x3e\0" END), 1,
      2, MIDI_REPAIR_STATUS, 1 },
    { "running status after an exclusive message",
      FILE_OF(HEAD("\1") "MTrk\0\0\0\x16" NOTE "\0\xf0\2\x40\xf7\0\x3e\x64\0\x3e\0" END), 1, 2, MIDI_REPAIR_STATUS, 1 },
    { "a value over 127", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0b\0\x90\x3c\x80\x60\x3c\0" END), 1, 1, MIDI_REPAIR_VALUE,
      1 },
    { "a clock", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0d" NOTE "\0\xf8" END), 1, 1, MIDI_REPAIR_MESSAGE, 1 },
    { "a clock within a message", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0c\0\x90\x3c\xf8\x64\x60\x3c\0" END), 1, 1,
      MIDI_REPAIR_MESSAGE, 1 },
    { "a song position", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0f\0\xf2\1\2" NOTE END), 1, 1, MIDI_REPAIR_MESSAGE, 1 },
    { "a tempo of two bytes", FILE_OF(HEAD("\1") "MTrk\0\0\0\x11\0\xff\x51\2ab" NOTE END), 1, 1, MIDI_REPAIR_META, 1 },
    { "no end", FILE_OF(HEAD("\2") "MTrk\0\0\0\7" NOTE ENTIRE), 2, 2, MIDI_REPAIR_END, 1 },
    { "an end without its length", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0a" NOTE "\0\xff\x2f"), 1, 1, NOTHING, 0 },
    { "notes after the end", FILE_OF(HEAD("\1") "MTrk\0\0\0\x12" NOTE END NOTE), 1, 1, MIDI_REPAIR_REST, 1 },
    { "zeros after the tracks", FILE_OF(HEAD("\1") ENTIRE "\0\0\0\0\0\0\0\0\0\0\0\0"), 1, 1, MIDI_REPAIR_REST, 1 },
    { "a byte between the tracks", FILE_OF(HEAD("\2") ENTIRE "\0" ENTIRE), 2, 2, MIDI_REPAIR_REST, 1 },
    { "a length without the end", FILE_OF(HEAD("\2") "MTrk\0\0\0\7" NOTE END ENTIRE), 2, 2, MIDI_REPAIR_LENGTH, 1 },
    { "a length within an event", FILE_OF(HEAD("\2") "MTrk\0\0\0\5" NOTE END ENTIRE), 2, 2, MIDI_REPAIR_LENGTH, 1 },
    { "a length of the whole file", FILE_OF(HEAD("\2") "MTrk\0\0\0\x1e" NOTE END ENTIRE), 2, 2, MIDI_REPAIR_LENGTH, 1 },
    { "a length over the file", FILE_OF(HEAD("\2") "MTrk\xff\xff\xff\xff" NOTE END ENTIRE), 2, 2, MIDI_REPAIR_LENGTH,
      1 },
    { "a length that was never written", FILE_OF(HEAD("\1") "MTrk\0\0\0\0" NOTE END), 1, 1, MIDI_REPAIR_LENGTH, 1 },
    { "a recorder without power", FILE_OF(HEAD("\1") "MTrk\0\0\0\0" NOTE "\0\x90"), 1, 1, MIDI_REPAIR_CUT, 1 },
    { "a cut file", FILE_OF(HEAD("\1") "MTrk\0\0\0\x0b" NOTE), 1, 1, MIDI_REPAIR_CUT, 1 },
    { "another program's chunk", FILE_OF(HEAD("\1") "SEM1\0\0\0\2ab" ENTIRE), 1, 1, MIDI_REPAIR_CHUNK, 1 },
    { "its chunk after the tracks", FILE_OF(HEAD("\1") ENTIRE "XFIH\0\0\0\2ab"), 1, 1, MIDI_REPAIR_CHUNK, 1 },
    { "a byte that is no event", FILE_OF(HEAD("\2") "MTrk\0\0\0\x0c" NOTE "\xff\xff\xff\xff\xff" ENTIRE), 2, 2,
      MIDI_REPAIR_DAMAGE, 1 },
    { "no status at all", FILE_OF(HEAD("\2") "MTrk\0\0\0\7\0\x3c\x64" END ENTIRE), 2, 1, MIDI_REPAIR_DAMAGE, 1 },
    { "tracks that are missing", FILE_OF(HEAD("\4") ENTIRE ENTIRE), 2, 2, MIDI_REPAIR_MISSING, 2 },
    { "tracks that are not counted", FILE_OF(HEAD("\1") ENTIRE ENTIRE ENTIRE), 3, 3, MIDI_REPAIR_MORE, 2 },
    { "a longer head", FILE_OF("MThd\0\0\0\x8\0\1\0\1\0\140ab" ENTIRE), 1, 1, NOTHING, 0 },
    { "a wrong length of the head", FILE_OF("MThd\6\0\0\0\0\1\0\1\0\x60" ENTIRE), 1, 1, MIDI_REPAIR_LENGTH, 1 },
    { "in a RIFF", FILE_OF("RIFF\0\0\0\0RMIDINFO\1\0\0\0x\0data\x21\0\0\0" HEAD("\1") ENTIRE "LIST\0\0\0\0"), 1, 1,
      NOTHING, 0 },
};

static void check_case(size_t i)
{
    struct reading reading;

    assert_true(read_file(&reading, cases[i].bytes, cases[i].len));
    if (reading.tracks != cases[i].tracks || reading.notes != cases[i].notes ||
        repairs_in(&reading) != cases[i].count ||
        (cases[i].repair != NOTHING && reading.reader.repairs[cases[i].repair] != cases[i].count)) {
        for (int k = 0; k < MIDI_REPAIRS; k++)
            if (reading.reader.repairs[k])
                print_message("%u × %s\n", reading.reader.repairs[k], midi_repair_words((enum midi_repair)k));
        fail_msg("%s: %u tracks, %u notes", cases[i].what, reading.tracks, reading.notes);
    }
    if (cases[i].notes > 0)
        assert_true(reading.ticks >= 0x60 && reading.ticks < 0x200);
}

CLAIM(files_are_read_as_players_read_them_and_each_repair_is_counted)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_case(i);
}

CLAIM(a_mac_file_has_its_head_after_128_bytes)
{
    char file[128 + sizeof(HEAD("\1") ENTIRE) - 1] = { 0 };
    struct reading reading;

    memcpy(file + 128, HEAD("\1") ENTIRE, sizeof(file) - 128);
    assert_true(read_file(&reading, file, sizeof(file)));
    assert_int_equal(reading.notes, 1);
    assert_int_equal(repairs_in(&reading), 0);
    file[128] = 'X';
    assert_false(read_file(&reading, file, sizeof(file)));
}

/* A RIFF of many chunks before the one with the file. */
static bool is_found_after(uint32_t chunks)
{
    static const char file[] = "data\x21\0\0\0" HEAD("\1") ENTIRE;
    struct buffer riff = { 0 };
    struct reading reading;
    bool is_found;

    buffer_add(&riff, "RIFF\0\0\0\0RMID", 12);
    for (uint32_t i = 0; i < chunks; i++)
        buffer_add(&riff, "junk\0\0\0\0", 8);
    buffer_add(&riff, file, sizeof(file) - 1);
    is_found = read_file(&reading, riff.at, riff.len) && reading.notes == 1;
    buffer_free(&riff);
    return is_found;
}

CLAIM(the_file_in_a_riff_is_among_its_first_4096_chunks)
{
    assert_true(is_found_after(4095));
    assert_false(is_found_after(4096));
}

/* At each length, and with each byte changed in several ways: the reading ends, and stays in its bounds. */
CLAIM(any_damage_is_read_safely)
{
    char file[] = "RIFF\0\0\0\0RMIDdata\x60\0\0\0" HEAD(
        "\2") "SEM1\0\0\0\2ab" ENTIRE "MTrk\0\0\0\x1c\0\xff\1\2hi\0\xf0\2\x40\xf7\0\x90\x3c\x64\x60\x3e\x40" END;
    static const uint8_t changes[] = { 0xff, 0x80, 0x7f, 1 };
    struct reading reading;

    for (size_t i = 0; i < sizeof(file) - 1; i++) {
        (void)read_file(&reading, file, i);
        for (size_t k = 0; k < sizeof(changes); k++) {
            file[i] = (char)(file[i] ^ changes[k]);
            (void)read_file(&reading, file, sizeof(file) - 1);
            assert_true(reading.notes <= sizeof(file) && reading.tracks <= 3);
            file[i] = (char)(file[i] ^ changes[k]);
        }
    }
}
