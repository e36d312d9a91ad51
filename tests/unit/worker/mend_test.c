/* Files as recorders and taggers leave them: what readers see of them. */
#include "services/worker/decode/decode.h"
#include "services/worker/tags/mend.h"
#include "services/worker/tags/wave.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

#define FMT   "fmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0\2\0\x10\0"
#define SOUND "\1\2\3\4\5\6\7\x88\x99\xaa"

/* Checks the bytes of sound that a reader finds. */
static void expect_sound(const char *file, size_t len, int64_t bytes, bool is_guessed)
{
    struct made made = made_open(file, len);
    struct payload payload;

    mend_input(&made.input);
    assert_true(wave_payload(&made.input, &payload));
    assert_int_equal(payload.size, bytes);
    assert_int_equal(payload.announced, bytes);
    assert_int_equal(made.input.guess != NULL, is_guessed);
    made_close(&made);
}
#define EXPECT_SOUND(file, bytes, is_guessed) expect_sound(file, sizeof(file) - 1, bytes, is_guessed)

CLAIM(a_file_that_was_not_closed_has_the_sound_until_its_end)
{
    EXPECT_SOUND("RIFF\0\0\0\0WAVE" FMT "data\0\0\0\0" SOUND, 10, true);
    EXPECT_SOUND("RIFF\xff\xff\xff\xffWAVE" FMT "data\0\0\0\0" SOUND, 10, true);
    EXPECT_SOUND("RF64\xff\xff\xff\xffWAVE"
                 "ds64\x1c\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0" FMT "data\xff\xff\xff\xff" SOUND,
                 10, true);
}

#define SOUND_8    SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND
#define FILLER     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NUMBER(at) at "\0\0\0"

CLAIM(a_size_that_was_written_in_advance_does_not_end_the_sound)
{
    EXPECT_SOUND("RIFF" NUMBER("\x24") "WAVE" FMT "data" NUMBER("\x24") SOUND_8, 80, true);
    EXPECT_SOUND("RIFF" NUMBER("\x74") "WAVE" FMT "data" NUMBER("\x24") SOUND_8, 80, true);
    EXPECT_SOUND("RIFF" NUMBER("\0") "WAVE" FMT "data" NUMBER("\x28") SOUND_8, 80, true);
    EXPECT_SOUND("RIFF" NUMBER("\x2c") "WAVE" FMT "data" NUMBER("\x08") SOUND_8, 80, true);
    EXPECT_SOUND("RIFF\xff\xff\xff\xffWAVE" FMT "data" NUMBER("\x08") SOUND_8, 80, true);
}

CLAIM(what_follows_a_true_size_is_no_sound)
{
    EXPECT_SOUND("RIFF" NUMBER("\x2e") "WAVE" FMT "data" NUMBER("\x0a") SOUND FILLER, 10, false);
    EXPECT_SOUND("RIFF" NUMBER("\x42") "WAVE" FMT "data" NUMBER("\x0a") SOUND FILLER, 10, false);
    EXPECT_SOUND("RIFF" NUMBER("\x2e") "WAVE" FMT "data" NUMBER("\x0a") SOUND SOUND SOUND, 10, false);
    EXPECT_SOUND("RIFF" NUMBER("\x2e") "WAVE" FMT "data" NUMBER("\x0a") SOUND "TAGtitle of the old kind", 10, false);
    EXPECT_SOUND("RIFF" NUMBER("\x3a") "WAVE" FMT "data" NUMBER("\x0a") SOUND "LIST" NUMBER("\xff") "cut", 10, false);
    EXPECT_SOUND("RIFF" NUMBER("\x3e") "WAVE" FMT "data" NUMBER("\x09") SOUND "LIST" NUMBER("\x04") "INFO", 9, false);
}

CLAIM(a_file_without_sound_stays_empty)
{
    EXPECT_SOUND("RIFF\x24\0\0\0WAVE" FMT "data\0\0\0\0", 0, false);
    EXPECT_SOUND("RIFF\x32\0\0\0WAVE" FMT "data\0\0\0\0LIST\6\0\0\0INFOab", 0, false);
}

CLAIM(a_tag_before_the_head_takes_nothing_from_the_end)
{
    EXPECT_SOUND("ID3\3\0\0\0\0\0\x0c"
                 "TXXX\0\0\0\2\0\0ab"
                 "RIFF\x2e\0\0\0WAVE" FMT "data\x0a\0\0\0" SOUND,
                 10, false);
}

CLAIM(bw64_is_read_as_rf64_and_a_short_fact_as_filler)
{
    char head[4];
    struct made made = made_open("BW64\xff\xff\xff\xffWAVE" FMT "fact\0\0\0\0"
                                 "data\x0a\0\0\0" SOUND,
                                 62);

    mend_input(&made.input);
    assert_true(input_fill(&made.input, 0, head, 4));
    assert_memory_equal(head, "RF64", 4);
    assert_true(input_fill(&made.input, 36, head, 4));
    assert_memory_equal(head, "JUNK", 4);
    made_close(&made);
}

/* ---- AIFF, W64, CAF and AU ---- */

enum { FRAMES = 500, BYTES = FRAMES * 2 };

static void put_hex(struct buffer *to, const char *hex)
{
    for (; hex[0]; hex += 2)
        put_be(to, (uint64_t)strtoul((char[]){ hex[0], hex[1], 0 }, NULL, 16), 1);
}

static void put_tone(struct buffer *to)
{
    for (int i = 0; i < FRAMES; i++)
        put_be(to, (uint64_t)(i * 97), 2);
}

static struct buffer aiff_of(uint64_t frames, uint64_t size)
{
    struct buffer to = { 0 };

    put_letters(&to, "FORM"), put_be(&to, 0, 4), put_letters(&to, "AIFFCOMM"), put_be(&to, 18, 4), put_be(&to, 1, 2);
    put_be(&to, frames, 4), put_be(&to, 16, 2), put_hex(&to, "400eac44000000000000"), put_letters(&to, "SSND");
    put_be(&to, size, 4), put_be(&to, 0, 8), put_tone(&to);
    return to;
}

static struct buffer w64_of(uint64_t size)
{
    static const char *const rest = "f3acd3118cd100c04f8edb8a";
    struct buffer to = { 0 };

    put_letters(&to, "riff"), put_hex(&to, "2e91cf11a5d628db04c10000"), put_le(&to, 0, 8);
    put_letters(&to, "wave"), put_hex(&to, rest), put_letters(&to, "fmt "), put_hex(&to, rest), put_le(&to, 40, 8);
    put_hex(&to, "0100010044ac00008858010002001000"), put_letters(&to, "data"), put_hex(&to, rest);
    put_le(&to, size, 8), put_tone(&to);
    return to;
}

static struct buffer caf_of(uint64_t size)
{
    struct buffer to = { 0 };

    put_letters(&to, "caff"), put_hex(&to, "00010000"), put_letters(&to, "desc"), put_be(&to, 32, 8);
    put_hex(&to, "40e5888000000000"), put_letters(&to, "lpcm"), put_be(&to, 0, 4), put_be(&to, 2, 4);
    put_be(&to, 1, 4), put_be(&to, 1, 4), put_be(&to, 16, 4), put_letters(&to, "data"), put_be(&to, size, 8);
    put_be(&to, 0, 4), put_tone(&to);
    return to;
}

static struct buffer au_of(uint64_t size)
{
    struct buffer to = { 0 };

    put_letters(&to, ".snd"), put_be(&to, 24, 4), put_be(&to, size, 4), put_be(&to, 3, 4), put_be(&to, 44100, 4);
    put_be(&to, 1, 4), put_tone(&to);
    return to;
}

/* Checks what libsndfile reads of the mended file, and frees it. `announced`: bytes; 0: all are there. */
static void expect_frames(struct buffer file, int64_t frames, bool is_guessed, int64_t announced)
{
    struct made made = made_of(&file);
    struct decode_format format;
    struct decode *decode;

    assert_int_equal(decode_open(&decode, &made.input, 0, &format, NULL), ERR_OK);
    assert_int_equal(format.frames, frames);
    assert_int_equal(made.input.guess != NULL, is_guessed);
    assert_int_equal(made.input.announced, announced);
    decode_close(decode);
    made_close(&made);
    buffer_free(&file);
}

CLAIM(other_forms_that_were_not_closed_have_the_sound_until_their_end)
{
    expect_frames(aiff_of(0, 0), FRAMES, true, 0);
    expect_frames(aiff_of(0, 8), FRAMES, true, 0);
    expect_frames(aiff_of(FRAMES / 2, 8), FRAMES / 2, true, 0);
    expect_frames(aiff_of(0xFFFFFFFF, 0xFFFFFFFF), FRAMES, false, 0);
    expect_frames(w64_of(0), FRAMES, true, 0);
    expect_frames(w64_of(24), FRAMES, true, 0);
    expect_frames(w64_of(INT64_MAX), FRAMES, false, 0);
    expect_frames(caf_of(0), FRAMES, true, 0);
    expect_frames(caf_of(4), FRAMES, true, 0);
    expect_frames(caf_of(UINT64_MAX), FRAMES, false, 0);
    expect_frames(au_of(0), FRAMES, true, 0);
    expect_frames(au_of(UINT32_MAX), FRAMES, false, 0);
}

CLAIM(other_forms_say_what_is_missing_of_them)
{
    expect_frames(w64_of(24 + 3 * BYTES), FRAMES, false, 3 * BYTES);
    expect_frames(caf_of(4 + 3 * BYTES), FRAMES, false, 3 * BYTES);
    expect_frames(au_of(3 * BYTES), FRAMES, false, 3 * BYTES);
    expect_frames(w64_of(24 + BYTES), FRAMES, false, 0);
    expect_frames(caf_of(4 + BYTES), FRAMES, false, 0);
    expect_frames(au_of(BYTES), FRAMES, false, 0);
}

CLAIM(other_forms_are_mended_safely)
{
    struct buffer files[] = { aiff_of(0, 0), w64_of(0), caf_of(4), au_of(0) };

    for (size_t f = 0; f < sizeof(files) / sizeof(*files); f++) {
        for (size_t i = 0; i < 128; i++)
            for (int by = 1; by < 256; by += 127) {
                files[f].at[i] ^= (uint8_t)by;
                struct made made = made_open(files[f].at, files[f].len - i % 7 * 9);
                assert_true(made.input.there <= (int64_t)files[f].len && made.input.announced >= made.input.there);
                made_close(&made);
                files[f].at[i] ^= (uint8_t)by;
            }
        buffer_free(&files[f]);
    }
}

/* At each length, and with each byte changed: no read outside the file. */
CLAIM(a_damaged_file_is_mended_safely)
{
    uint8_t file[] = "BW64\xff\xff\xff\xffWAVE" FMT "fact\0\0\0\0"
                     "data\0\0\0\0" SOUND;

    for (size_t i = 0; i < sizeof(file); i++) {
        struct payload payload;
        file[i] ^= 0xFF;
        struct made made = made_open(file, sizeof(file) - i % 7);
        mend_input(&made.input);
        (void)wave_payload(&made.input, &payload);
        assert_true(payload.size >= 0 && payload.at + payload.size <= made.input.size);
        made_close(&made);
        file[i] ^= 0xFF;
    }
}
