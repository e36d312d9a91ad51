/* MIDI files made by hand: tempo, length, key and notes, in one track and in several; damaged ones. */
#include "common/musical_key.h"
#include "services/worker/tags/midi.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

enum { QUARTER = 96 };

static bool is_near(double x, double y)
{
    return fabs(x - y) < 1e-6;
}

static void put_meta(struct buffer *to, unsigned wait, unsigned type, const char *bytes, size_t len)
{
    put_be(to, wait, 1), put_be(to, 0xFF, 1), put_be(to, type, 1), put_be(to, len, 1);
    buffer_add(to, bytes, len);
}

static void put_tempo(struct buffer *to, unsigned wait, double bpm)
{
    put_be(to, wait, 1), put_be(to, 0xFF5103, 3), put_be(to, (uint64_t)(60e6 / bpm + 0.5), 3);
}

/* A note of `length` ticks. */
static void put_note(struct buffer *to, unsigned channel, unsigned note, unsigned length)
{
    put_be(to, 0, 1), put_be(to, 0x90 | channel, 1), put_be(to, note, 1), put_be(to, 100, 1);
    put_be(to, length, 1), put_be(to, 0x80 | channel, 1), put_be(to, note, 1), put_be(to, 0, 1);
}

static void put_end(struct buffer *to)
{
    put_be(to, 0x00FF2F00, 4);
}

static struct buffer file_of(unsigned division, const struct buffer *tracks, unsigned count)
{
    struct buffer file = { 0 };

    put_letters(&file, "MThd"), put_be(&file, 6, 4), put_be(&file, count > 1, 2), put_be(&file, count, 2);
    put_be(&file, division, 2);
    for (unsigned i = 0; i < count; i++) {
        put_letters(&file, "MTrk"), put_be(&file, tracks[i].len, 4);
        buffer_add(&file, tracks[i].at, tracks[i].len);
    }
    return file;
}

static struct midi_song song_of(const struct buffer *file)
{
    struct made made = made_of(file);
    struct midi_song song;

    assert_true(midi_song_read(&made.input, &song));
    made_close(&made);
    return song;
}

static const unsigned major[] = { 0, 4, 7, 12, 9, 7, 5, 4, 2, 7, 4, 0 };

static void put_melody(struct buffer *to, unsigned channel, unsigned tonic)
{
    for (size_t i = 0; i < sizeof(major) / sizeof(*major); i++)
        put_note(to, channel, tonic + major[i], QUARTER);
}

CLAIM(tempo_length_key_and_notes_follow_from_the_events)
{
    struct buffer track = { 0 };
    struct arena arena = { 0 };
    put_meta(&track, 0, 3, "Lead", 4), put_tempo(&track, 0, 150), put_melody(&track, 0, 62), put_end(&track);
    struct buffer file = file_of(QUARTER, &track, 1);
    struct midi_song song = song_of(&file);
    assert_int_equal(song.notes, 12);
    assert_int_equal(song.low, 62), assert_int_equal(song.high, 74);
    assert_true(is_near(song.seconds, 12 * 60 / 150.0));
    assert_string_equal(musical_key_name(song.key), "Dmaj");
    assert_true(song.key_confidence > 0.5 && song.has_tempo);
    struct labels labels = made_labels(&file, &arena);
    assert_number(&labels, "bpm", 150, true);
    assert_word(&labels, "title", "Lead");
    assert_null(find_label(&labels, "key"));
    buffer_free(&track), buffer_free(&file), arena_free(&arena);
}

CLAIM(each_key_is_found_and_a_signature_says_it)
{
    static const char *const signed_keys[] = { "Cmaj", "Gmaj", "Dmaj", "Amaj", "Emaj", "Bmaj" };
    for (unsigned tonic = 0; tonic < 12; tonic++) {
        struct buffer track = { 0 };
        put_melody(&track, 2, 60 + tonic), put_end(&track);
        struct buffer file = file_of(QUARTER, &track, 1);
        assert_int_equal(song_of(&file).key, 2 * (int)tonic);
        buffer_free(&track), buffer_free(&file);
    }
    for (unsigned sharps = 0; sharps < 6; sharps++) {
        struct buffer track = { 0 };
        struct arena arena = { 0 };
        put_meta(&track, 0, 0x59, (char[]){ (char)sharps, 0 }, 2), put_end(&track);
        struct buffer file = file_of(QUARTER, &track, 1);
        struct labels labels = made_labels(&file, &arena);
        assert_word(&labels, "key", signed_keys[sharps]);
        buffer_free(&track), buffer_free(&file), arena_free(&arena);
    }
    struct buffer track = { 0 };
    struct arena arena = { 0 };
    put_meta(&track, 0, 0x59, "\xFD\1", 2), put_end(&track); /* three flats, minor */
    struct buffer file = file_of(QUARTER, &track, 1);
    struct labels labels = made_labels(&file, &arena);
    assert_word(&labels, "key", "Cmin");
    buffer_free(&track), buffer_free(&file), arena_free(&arena);
}

/* Only the key of C major that programs write unasked is doubted. */
CLAIM(a_signature_that_nobody_chose_yields_to_the_notes)
{
    static const struct {
        char signature[2];
        unsigned tonic;
        bool is_shown;
    } cases[] = { { { 0, 0 }, 66, false },
                  { { 0, 0 }, 62, false },
                  { { 0, 0 }, 60, true },
                  { { 2, 0 }, 66, true },
                  { { 0, 1 }, 66, true } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buffer track = { 0 };
        struct arena arena = { 0 };
        put_meta(&track, 0, 0x59, cases[i].signature, 2), put_melody(&track, 0, cases[i].tonic), put_end(&track);
        struct buffer file = file_of(QUARTER, &track, 1);
        struct labels labels = made_labels(&file, &arena);
        assert_int_equal(find_label(&labels, "key")->shown, cases[i].is_shown);
        buffer_free(&track), buffer_free(&file), arena_free(&arena);
    }
}

/* One quarter at 60, then four at 120: the second lasts longer. */
CLAIM(tempos_of_one_track_hold_for_the_notes_of_another)
{
    struct buffer tracks[2] = { { 0 }, { 0 } };
    struct arena arena = { 0 };
    put_tempo(&tracks[0], 0, 60), put_tempo(&tracks[0], QUARTER, 120), put_end(&tracks[0]);
    for (int i = 0; i < 5; i++)
        put_note(&tracks[1], 9, 36, QUARTER);
    put_end(&tracks[1]);
    struct buffer file = file_of(QUARTER, tracks, 2);
    struct midi_song song = song_of(&file);
    assert_true(is_near(song.seconds, 1 + 4 * 0.5));
    assert_int_equal(song.notes, 5);
    assert_int_equal(song.pitched, 0);
    assert_int_equal(song.key, -1);
    struct labels labels = made_labels(&file, &arena);
    assert_number(&labels, "bpm", 120, true);
    assert_true(is_near(find_label(&labels, "bpm")->confidence, 2.0 / 3));
    buffer_free(&tracks[0]), buffer_free(&tracks[1]), buffer_free(&file), arena_free(&arena);
}

CLAIM(time_can_be_frames_and_the_file_can_lie_in_a_riff)
{
    struct buffer track = { 0 }, riff = { 0 };
    put_note(&track, 0, 60, 100), put_end(&track);
    struct buffer file = file_of(0xE728, &track, 1); /* 25 frames a second of 40 ticks */
    assert_true(is_near(song_of(&file).seconds, 0.1));
    put_letters(&riff, "RIFF"), put_le(&riff, file.len + 12, 4), put_letters(&riff, "RMID");
    put_chunk(&riff, "data", &file);
    assert_true(is_near(song_of(&riff).seconds, 0.1));
    assert_int_equal(song_of(&riff).notes, 1);
    buffer_free(&track), buffer_free(&file), buffer_free(&riff);
}

CLAIM(running_status_counts_and_a_note_that_never_ends_ends_with_its_track)
{
    static const char notes[] = "\0\x90\x3C\x64\x60\x3E\x64\x60\x3E\0\0\xFF\x2F\0"; /* 60 stays, 62 ends */
    struct buffer track = { 0 };
    buffer_add(&track, notes, sizeof(notes) - 1);
    struct buffer file = file_of(QUARTER, &track, 1);
    struct midi_song song = song_of(&file);
    assert_int_equal(song.notes, 2);
    assert_false(song.has_tempo);
    assert_true(is_near(song.seconds, 1));
    buffer_free(&track), buffer_free(&file);
}

/* At each length, and with each byte changed: no read outside the file, and no number out of its range. */
CLAIM(a_damaged_file_is_read_safely)
{
    struct buffer track = { 0 };
    put_tempo(&track, 0, 150), put_melody(&track, 0, 62), put_end(&track);
    struct buffer file = file_of(QUARTER, &track, 1);
    for (size_t i = 0; i < file.len; i++) {
        struct made cut = made_open(file.at, i);
        struct midi_song song;
        (void)midi_song_read(&cut.input, &song);
        assert_true(song.notes <= 12 && song.seconds >= 0 && song.seconds <= 1e7);
        made_close(&cut);
        file.at[i] ^= 0xFF;
        struct made changed = made_of(&file);
        (void)midi_song_read(&changed.input, &song);
        assert_true(song.notes <= file.len && song.seconds >= 0 && song.seconds <= 1e7);
        made_close(&changed);
        file.at[i] ^= 0xFF;
    }
    buffer_free(&track), buffer_free(&file);
}

/* Two notes of which the second has running status after a text, a clock between them, and notes after the end. */
CLAIM(a_track_is_read_as_players_read_it)
{
    static const uint8_t track_bytes[] = { 0,   0x90, 60,   100,  96, 60,   0,    0,    0xFF, 1,  2,  'h',
                                           'i', 0,    62,   100,  0,  0xF8, 48,   0xF2, 1,    2,  48, 62,
                                           0,   0,    0xFF, 0x2F, 0,  0,    0x90, 64,   100,  96, 64, 0 };
    struct buffer track = { 0 };
    buffer_add(&track, track_bytes, sizeof(track_bytes));
    struct buffer file = file_of(96, &track, 1);
    struct midi_song song = song_of(&file);
    assert_int_equal(song.notes, 2);
    assert_true(is_near(song.seconds, 1));
    buffer_free(&track), buffer_free(&file);
}

CLAIM(a_tempo_is_found_in_spite_of_rounding)
{
    static const double tempos[] = { 90, 87.5, 133.37, 174 };
    for (size_t i = 0; i < sizeof(tempos) / sizeof(*tempos); i++) {
        struct buffer track = { 0 };
        struct arena arena = { 0 };
        put_tempo(&track, 0, tempos[i]), put_note(&track, 0, 60, QUARTER), put_end(&track);
        struct buffer file = file_of(QUARTER, &track, 1);
        struct labels labels = made_labels(&file, &arena);
        assert_number(&labels, "bpm", tempos[i], true);
        buffer_free(&track), buffer_free(&file), arena_free(&arena);
    }
}

CLAIM(a_file_without_tracks_is_refused)
{
    struct made made = made_open("MThd and a song", 15);
    struct midi_song song;
    assert_false(midi_song_read(&made.input, &song));
    made_close(&made);
}

static uint32_t notes_before(int64_t second_track)
{
    static const char track[] = "MTrk\0\0\0\x0b\0\x90\x3c\x64\x60\x3c\0\0\xff\x2f\0";
    struct made made = made_open("MThd\0\0\0\6\0\1\0\2\0\x60", 14);
    struct midi_song song;

    assert_int_equal(pwrite(made.input.fd, track, sizeof(track) - 1, 14), sizeof(track) - 1);
    assert_int_equal(pwrite(made.input.fd, track, sizeof(track) - 1, second_track), sizeof(track) - 1);
    assert_int_equal(input_open(&made.input, made.input.fd, NULL), ERR_OK);
    (void)midi_song_read(&made.input, &song);
    made_close(&made);
    return (uint32_t)song.notes;
}

/* Zeros between two tracks, as in a sparse file, are all looked at. */
CLAIM(a_file_is_read_up_to_64_mib)
{
    assert_int_equal(notes_before(1 << 20), 2);
    assert_int_equal(notes_before(65 << 20), 1);
}
