#include "services/worker/decode/decode.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

static struct decode *open_decode(struct made *made, struct decode_format *format)
{
    struct decode *decode;

    assert_int_equal(decode_open(&decode, &made->input, 0, format, NULL), ERR_OK);
    return decode;
}

static int64_t count_frames(struct decode *decode, unsigned channels)
{
    float *chunk = calloc(1000 * (size_t)channels, sizeof(float));
    int64_t frames = 0;

    for (size_t got; (got = decode_read(decode, chunk, 1000)) > 0; frames += (int64_t)got)
        for (size_t i = 0; i < got * channels; i++)
            assert_true(fabsf(chunk[i]) < 1.5f);
    free(chunk);
    return frames;
}

CLAIM(files_of_many_encoders_are_decoded_whole)
{
    static const struct {
        int format;
        const char *container, *sample;
        unsigned bits;
    } known[] = {
        { SF_FORMAT_WAV | SF_FORMAT_PCM_16, "wav", "pcm", 16 },
        { SF_FORMAT_WAV | SF_FORMAT_PCM_U8, "wav", "pcm", 8 },
        { SF_FORMAT_WAV | SF_FORMAT_FLOAT, "wav", "float", 32 },
        { SF_FORMAT_WAV | SF_FORMAT_DOUBLE, "wav", "float", 64 },
        { SF_FORMAT_WAV | SF_FORMAT_ULAW, "wav", "ulaw", 8 },
        { SF_FORMAT_RF64 | SF_FORMAT_PCM_24, "wav", "pcm", 24 },
        { SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "aiff", "pcm", 16 },
        { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "flac", "flac", 24 },
        { SF_FORMAT_OGG | SF_FORMAT_VORBIS, "ogg", "vorbis", 0 },
        { SF_FORMAT_AU | SF_FORMAT_PCM_16, "au", "pcm", 16 },
        { SF_FORMAT_CAF | SF_FORMAT_ALAC_16, "caf", "alac", 16 },
        { SF_FORMAT_W64 | SF_FORMAT_PCM_32, "w64", "pcm", 32 },
        { SF_FORMAT_VOC | SF_FORMAT_PCM_16, "voc", "pcm", 16 },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        struct buffer bytes = made_encoded((struct encoded){ known[i].format, 44100, 2, 440, NULL });
        struct made made = made_of(&bytes);
        struct decode_format format;
        struct decode *decode = open_decode(&made, &format);
        assert_string_equal(format.container, known[i].container);
        assert_string_equal(format.sample_format, known[i].sample);
        assert_int_equal(format.bit_depth, known[i].bits);
        assert_int_equal(format.rate, 44100);
        assert_int_equal(format.channels, 2);
        assert_int_equal(count_frames(decode, 2), MADE_FRAMES);
        decode_close(decode), made_close(&made), buffer_free(&bytes);
    }
}

CLAIM(mp3_and_opus_are_decoded)
{
    static const int formats[] = { SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, SF_FORMAT_OGG | SF_FORMAT_OPUS };
    static const char *const samples[] = { "mpeg", "opus" };
    for (size_t i = 0; i < 2; i++) {
        struct buffer bytes = made_encoded((struct encoded){ formats[i], 48000, 1, 440, "with a title" });
        struct made made = made_of(&bytes);
        struct decode_format format;
        struct decode *decode = open_decode(&made, &format);
        assert_string_equal(format.sample_format, samples[i]);
        assert_in_range(count_frames(decode, 1), MADE_FRAMES - 2000, MADE_FRAMES + 4000);
        decode_close(decode), made_close(&made), buffer_free(&bytes);
    }
}

CLAIM(nan_infinity_and_the_absurd_become_zero)
{
    static const float sound[] = { 0.5f, NAN, INFINITY, -INFINITY, 1e30f, -0.25f };
    struct buffer bytes = made_encoded((struct encoded){ SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 1, 440, NULL });
    memcpy(bytes.at + bytes.len - sizeof(sound), sound, sizeof(sound));
    struct made made = made_of(&bytes);
    struct decode_format format;
    struct decode *decode = open_decode(&made, &format);
    float *all = calloc(MADE_FRAMES, sizeof(float));
    assert_int_equal(decode_read(decode, all, MADE_FRAMES), MADE_FRAMES);
    static const float expected[] = { 0.5f, 0, 0, 0, 0, -0.25f };
    assert_memory_equal(all + MADE_FRAMES - 6, expected, sizeof(expected));
    free(all), decode_close(decode), made_close(&made), buffer_free(&bytes);
}

static void assert_refused(const void *bytes, size_t len, const char *why)
{
    struct made made = made_open(bytes, len);
    struct decode *decode;
    struct decode_format format;
    struct fault fault = { 0 };

    assert_int_equal(decode_open(&decode, &made.input, 0, &format, &fault), ERR_BAD_REQUEST);
    assert_null(decode);
    if (!strstr(fault.what, why))
        fail_msg("\"%s\" is not about \"%s\"", fault.what, why);
    made_close(&made);
}

CLAIM(a_file_that_is_not_a_sound_is_refused_with_a_reason)
{
    assert_refused("", 0, "empty");
    assert_refused("<?xml version=\"1.0\"?><drumkit/>", 32, "not an audio file");
    assert_refused("RIFF\0\0\0\0WAVE", 12, "damaged");
}

/* libsndfile reports "File does not exist" for the first, and "an unimplemented format" for the second. */
CLAIM(the_reason_of_a_failure_names_what_the_file_lacks)
{
    assert_refused("\xFF\xFB\x90\x64"
                   "\0\0\0\0\0\0\0\0\0\0\0\0",
                   16, "no sound can be found");
    assert_refused("fLaC\0\0\0\x22"
                   "0123456789",
                   18, "damaged, or an encoding");
}

CLAIM(channels_and_rates_outside_the_limits_are_refused)
{
    struct buffer many = made_wave(NULL, NULL), slow = made_wave(NULL, NULL);
    many.at[22] = 200, many.at[32] = 0x90, many.at[33] = 1;
    assert_refused(many.at, many.len, "channels");
    memcpy(slow.at + 24, "\x10\0\0\0", 4);
    assert_refused(slow.at, slow.len, "sample rate");
    buffer_free(&many), buffer_free(&slow);
}

CLAIM(a_header_that_promises_more_ends_where_the_file_ends)
{
    struct buffer wave = made_wave(NULL, NULL);
    memcpy(wave.at + 40, "\xF0\xFF\xFF\x6F", 4);
    struct made made = made_of(&wave);
    struct decode_format format;
    struct decode *decode = open_decode(&made, &format);
    assert_int_equal(count_frames(decode, 1), 1000);
    assert_false(decode_has_frame(decode, 5000));
    assert_true(decode_has_frame(decode, 999));
    decode_close(decode), made_close(&made), buffer_free(&wave);
}
