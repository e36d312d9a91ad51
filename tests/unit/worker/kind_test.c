#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

CLAIM(a_container_is_known_by_its_first_bytes)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *word;
        enum kind kind;
    } known[] = {
        { "RIFF....WAVEfmt ", 16, "wav", KIND_AUDIO },
        { "RF64....WAVEds64", 16, "wav", KIND_AUDIO },
        { "FORM....AIFCCOMM", 16, "aiff", KIND_AUDIO },
        { "fLaC\0\0\0\42", 8, "flac", KIND_AUDIO },
        { "\0\0\0\40ftypM4A ....", 16, "m4a", KIND_AUDIO },
        { "MThd\0\0\0\6", 8, "midi", KIND_MIDI },
        { "RIFF....RMIDdata", 16, "midi", KIND_MIDI },
        { "\0\0\0\40ftypisom....", 16, "mp4", KIND_VIDEO },
        { "\0\0\0\24ftypqt  ....", 16, "mov", KIND_VIDEO },
        { "\x1A\x45\xDF\xA3\x93\x42\x82\x88matroska", 16, "mkv", KIND_VIDEO },
        { "\x1A\x45\xDF\xA3\x93\x42\x82\x88webm....", 16, "webm", KIND_VIDEO },
        { "RIFF....AVI LIST", 16, "avi", KIND_VIDEO },
        { "hello", 5, "", KIND_AUDIO },
        { "", 0, "", KIND_AUDIO },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        struct made made = made_open(known[i].bytes, known[i].len);
        assert_string_equal(kind_word(made.container), known[i].word);
        assert_int_equal(kind_of(made.container), known[i].kind);
        made_close(&made);
    }
}

CLAIM(the_container_of_each_encoder_is_recognised)
{
    static const struct {
        int format;
        enum container container;
    } known[] = { { SF_FORMAT_WAV | SF_FORMAT_FLOAT, CONTAINER_WAV },
                  { SF_FORMAT_AIFF | SF_FORMAT_PCM_S8, CONTAINER_AIFF },
                  { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, CONTAINER_FLAC },
                  { SF_FORMAT_OGG | SF_FORMAT_VORBIS, CONTAINER_OGG },
                  { SF_FORMAT_OGG | SF_FORMAT_OPUS, CONTAINER_OGG },
                  { SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, CONTAINER_MP3 } };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        struct buffer bytes = made_encoded((struct encoded){ known[i].format, 48000, 2, 440, "title" });
        struct made made = made_of(&bytes);
        assert_int_equal(made.container, known[i].container);
        made_close(&made);
        buffer_free(&bytes);
    }
}

CLAIM(a_tag_before_the_sound_does_not_hide_it)
{
    struct buffer flac = made_encoded((struct encoded){ SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 1, 440, NULL });
    struct buffer tagged = { 0 };
    put_letters(&tagged, "ID3\4"), put_le(&tagged, 0, 2), put_be(&tagged, 16, 4), put_padded(&tagged, "", 16);
    buffer_add(&tagged, flac.at, flac.len);
    struct made made = made_of(&tagged);
    assert_int_equal(made.container, CONTAINER_FLAC);
    assert_true(same_content(&flac, &tagged));
    made_close(&made);
    buffer_free(&flac), buffer_free(&tagged);
}
