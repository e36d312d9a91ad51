/* Artefacts from before artefact.schema: each layout becomes its record, a damaged one is a loss, and everything else
 * is unchanged. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "store/artefact_old.h"
#include "tests/unit/claim.h"

#define OLD(text) bytes_of((text), sizeof(text) - 1)

static const char WAVEFORM[] = "LHW1\x80\0\0\0\x2c\x01\0\0\0\0\0\0"
                               "\x03\0\0\0\x81\x7f\xff\xf0\x10\x20\x01\x02\x03"
                               "\x02\0\0\0\x81\x7f\xff\x01\x02\x03"
                               "\x01\0\0\0\x81\x7f\xff";
static const char ONSETS[] = "LHO1\x02\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x3f\0\0\0\x3f";
static const char GIST[] = "LHG1\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10\0\0\x80\x3f\2\0\0\0\x7f\x81";

static int give_arena(void **state)
{
    *state = alloc_zeroed(1, sizeof(struct arena));
    return 0;
}

static int free_arena(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

#define ARENA_CLAIM(name) CLAIM_WITH(name, give_arena, free_arena)

static void convert_old(const char *type, struct bytes data, const struct shape *shape, struct arena *arena,
                        void *record)
{
    assert_int_equal(artefact_convert_old(text_of(type), arena, &data), ERR_OK);
    assert_int_equal(codec_decode(shape, data, arena, record, NULL), ERR_OK);
}

ARENA_CLAIM(a_waveforms_levels_are_taken_apart)
{
    struct arena *arena = *state;
    struct artefact_waveform wave = { 0 };

    convert_old("waveform", OLD(WAVEFORM), &artefact_waveform_shape, arena, &wave);
    assert_int_equal(wave.frames, 300);
    assert_int_equal(wave.frames_a_bin, 128);
    assert_int_equal(wave.levels.count, 3);
    assert_true(bytes_equal(wave.levels.at[0].low, OLD("\x81\xf0\x01")));
    assert_true(bytes_equal(wave.levels.at[0].high, OLD("\x7f\x10\x02")));
    assert_true(bytes_equal(wave.levels.at[0].rms, OLD("\xff\x20\x03")));
    assert_int_equal(wave.levels.at[2].rms.len, 1);
}

ARENA_CLAIM(a_sound_without_frames_has_no_level)
{
    struct arena *arena = *state;
    struct artefact_waveform wave = { 0 };

    convert_old("waveform", bytes_of(WAVEFORM, 16), &artefact_waveform_shape, arena, &wave);
    assert_int_equal(wave.levels.count, 0);
}

ARENA_CLAIM(onsets_become_two_rows_of_floats)
{
    struct arena *arena = *state;
    struct artefact_onsets onsets = { 0 };

    convert_old("onsets", OLD(ONSETS), &artefact_onsets_shape, arena, &onsets);
    assert_true(bytes_equal(onsets.seconds, OLD("\0\0\0\0\0\0\0\x3f")));
    assert_true(bytes_equal(onsets.strength, OLD("\0\0\x80\x3f\0\0\0\x3f")));
}

ARENA_CLAIM(single_numbers_keep_their_values)
{
    struct arena *arena = *state;
    struct artefact_loudness loudness = { 0 };
    struct artefact_beats beats = { 0 };
    struct artefact_spectrum spectrum = { 0 };
    struct artefact_print print = { 0 };
    struct artefact_gist gist = { 0 };

    convert_old("loudness", OLD("LHL1\x64\0\0\0\2\0\0\0\xe9\x80"), &artefact_loudness_shape, arena, &loudness);
    assert_true(loudness.values_a_second >= 10 && loudness.values_a_second <= 10);
    assert_true(bytes_equal(loudness.lufs, OLD("\xe9\x80")));
    convert_old("beats", OLD("LHB1\0\0\xf0\x42\0\0\0\x3f\1\0\0\0\0\0\0\x3f"), &artefact_beats_shape, arena, &beats);
    assert_true(beats.bpm >= 120 && beats.bpm <= 120 && beats.confidence >= 0.5 && beats.confidence <= 0.5);
    assert_true(bytes_equal(beats.seconds, OLD("\0\0\0\x3f")));
    convert_old("spectrum", OLD("LHS1\1\0\0\0\0\0\xf0\x41\0\0\x7a\x46\0\0\xa0\xc1"), &artefact_spectrum_shape, arena,
                &spectrum);
    assert_true(spectrum.lowest_hz >= 30 && spectrum.lowest_hz <= 30);
    assert_true(spectrum.highest_hz >= 16000 && spectrum.highest_hz <= 16000);
    assert_true(bytes_equal(spectrum.db, OLD("\0\0\xa0\xc1")));
    convert_old("print", OLD("LHP1\x80\x3e\0\0\2\0\0\0\x7f\x81"), &artefact_print_shape, arena, &print);
    assert_int_equal(print.rate, 16000);
    assert_true(bytes_equal(print.samples, OLD("\x7f\x81")));
    convert_old("gist", OLD(GIST), &artefact_gist_shape, arena, &gist);
    assert_int_equal(gist.samples_hash.len, 16);
    assert_true(gist.seconds >= 1 && gist.seconds <= 1);
    assert_true(bytes_equal(gist.bands, OLD("\x7f\x81")));
}

/* A waveform may end after any level. */
static bool ends_a_level(uint32_t len)
{
    return len == 16 || len == 29 || len == 39;
}

ARENA_CLAIM(an_artefact_that_is_cut_or_too_long_is_lost)
{
    struct arena *arena = *state;

    for (uint32_t len = 4; len < sizeof(WAVEFORM) - 1; len++) {
        struct bytes data = bytes_of(WAVEFORM, len);
        enum err e = artefact_convert_old(TEXT("waveform"), arena, &data);
        assert_int_equal(e, ends_a_level(len) ? ERR_OK : ERR_NOT_FOUND);
    }
    for (uint32_t len = 4; len <= sizeof(GIST); len++) { /* the last one has a byte too many */
        struct bytes data = bytes_of(GIST, len);
        enum err e = artefact_convert_old(TEXT("gist"), arena, &data);
        assert_int_equal(e, len == sizeof(GIST) - 1 ? ERR_OK : ERR_NOT_FOUND);
    }
}

ARENA_CLAIM(an_artefact_with_impossible_counts_or_numbers_is_lost)
{
    const struct {
        const char *type;
        struct bytes data;
    } BAD[] = {
        { "print", OLD("LHP1\x80\x3e\0\0\xff\xff\xff\xff\x7f\x81") },
        { "onsets", OLD("LHO1\0\0\0\x20") },
        { "waveform", OLD("LHW1\x80\0\0\0\x2c\x01\0\0\0\0\0\0\x56\x55\x55\x55\1\2") },
        { "beats", OLD("LHB1\0\0\xc0\x7f\0\0\0\x3f\0\0\0\0") }, /* not a number */
    };
    struct arena *arena = *state;

    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        struct bytes data = BAD[i].data;
        assert_int_equal(artefact_convert_old(text_of(BAD[i].type), arena, &data), ERR_NOT_FOUND);
    }
}

ARENA_CLAIM(data_of_other_types_stays_unchanged)
{
    struct arena *arena = *state;
    struct bytes data = OLD("\x82\xa6"), other = OLD(GIST), none = { 0 };

    assert_int_equal(artefact_convert_old(TEXT("waveform"), arena, &data), ERR_OK);
    assert_true(bytes_equal(data, OLD("\x82\xa6")));
    assert_int_equal(artefact_convert_old(TEXT("of_tomorrow"), arena, &other), ERR_OK);
    assert_true(bytes_equal(other, OLD(GIST)));
    assert_int_equal(artefact_convert_old(TEXT("gist"), arena, &none), ERR_OK);
    assert_int_equal(none.len, 0);
}

/* Whichever bytes are changed, the result is a record or a loss. */
ARENA_CLAIM(an_artefact_with_changed_bytes_is_converted_or_lost)
{
    struct arena *arena = *state;
    uint8_t bytes[sizeof(WAVEFORM)];
    uint32_t chance = 1;

    for (int i = 0; i < 20000; i++) {
        memcpy(bytes, WAVEFORM, sizeof(bytes));
        for (int k = 0; k < 3; k++) {
            chance = chance * 1664525 + 1013904223;
            bytes[4 + (chance >> 16) % (sizeof(WAVEFORM) - 5)] = (uint8_t)(chance >> 8);
        }
        struct bytes data = bytes_of(bytes, sizeof(WAVEFORM) - 1);
        struct artefact_waveform wave = { 0 };
        enum err e = artefact_convert_old(TEXT("waveform"), arena, &data);
        assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
        if (e == ERR_OK)
            assert_int_equal(codec_decode(&artefact_waveform_shape, data, arena, &wave, NULL), ERR_OK);
        arena_reset(arena);
    }
}
