#include "services/worker/tags/ogg.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

CLAIM(a_tag_edit_leaves_the_content_of_a_wave_file)
{
    struct buffer info = { 0 }, list = { 0 }, tags = { 0 };
    put_letters(&info, "INFO");
    put_chunk_of(&info, "INAM", "A kick");
    put_chunk(&list, "LIST", &info);
    put_chunk_of(&tags, "bext", "somebody");
    struct buffer plain = made_wave(NULL, NULL), before = made_wave(&list, NULL), both = made_wave(&tags, &list);
    assert_true(same_content(&plain, &before));
    assert_true(same_content(&plain, &both));
    plain.at[plain.len - 100] ^= 1;
    assert_false(same_content(&plain, &before));
    buffer_free(&info), buffer_free(&list), buffer_free(&tags);
    buffer_free(&plain), buffer_free(&before), buffer_free(&both);
}

CLAIM(the_same_bytes_at_another_rate_are_another_content)
{
    struct buffer one = made_wave(NULL, NULL), other = made_wave(NULL, NULL);
    other.at[24] ^= 1;
    assert_false(same_content(&one, &other));
    buffer_free(&one), buffer_free(&other);
}

CLAIM(a_title_leaves_the_content_of_every_container)
{
    static const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_24,         SF_FORMAT_RF64 | SF_FORMAT_FLOAT,
                                   SF_FORMAT_AIFF | SF_FORMAT_PCM_16,        SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                                   SF_FORMAT_OGG | SF_FORMAT_VORBIS,         SF_FORMAT_OGG | SF_FORMAT_OPUS,
                                   SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III };
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        int rate = 48000;
        struct buffer plain = made_encoded((struct encoded){ formats[i], rate, 2, 440, NULL });
        struct buffer titled = made_encoded((struct encoded){ formats[i], rate, 2, 440, "Kick 808" });
        struct buffer higher = made_encoded((struct encoded){ formats[i], rate, 2, 660, "Kick 808" });
        assert_true(same_content(&plain, &titled));
        assert_false(same_content(&plain, &higher));
        buffer_free(&plain), buffer_free(&titled), buffer_free(&higher);
    }
}

CLAIM(the_same_samples_in_wave_and_in_little_endian_aiff_are_one_content)
{
    struct buffer wave = made_encoded((struct encoded){ SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 440, NULL });
    struct buffer aiff =
        made_encoded((struct encoded){ SF_FORMAT_AIFF | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 44100, 2, 440, NULL });
    assert_true(same_content(&wave, &aiff));
    buffer_free(&wave), buffer_free(&aiff);
}

CLAIM(tags_around_the_frames_leave_the_content_of_an_mp3)
{
    struct buffer plain =
        made_encoded((struct encoded){ SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 1, 440, NULL });
    struct buffer tagged = { 0 };
    put_letters(&tagged, "ID3\3"), put_le(&tagged, 0, 2), put_be(&tagged, 20, 4), put_padded(&tagged, "TIT2", 20);
    buffer_add(&tagged, plain.at, plain.len);
    put_letters(&tagged, "APETAGEX"), put_le(&tagged, 2000, 4), put_le(&tagged, 32, 4), put_padded(&tagged, "", 16);
    put_padded(&tagged, "TAGtitle", 128);
    assert_true(same_content(&plain, &tagged));
    buffer_free(&plain), buffer_free(&tagged);
}

/* Writes the packets of an Ogg file again, each on pages of its own. */
static struct buffer change_pages(const struct buffer *from)
{
    struct made made = made_of(from);
    struct ogg *ogg = calloc(1, sizeof(*ogg));
    struct ogg_piece piece;
    struct buffer to = { 0 };

    assert_true(ogg_open(ogg, &made.input));
    for (bool first = true, inside = false; ogg_next(ogg, &piece); first = false, inside = !piece.ends) {
        size_t segments = piece.len / 255 + piece.ends;
        put_letters(&to, "OggS");
        put_le(&to, 0, 1), put_le(&to, (uint64_t)(first ? 2 : 0) | inside, 1), put_le(&to, 0, 8);
        put_le(&to, 77, 4), put_le(&to, 0, 8), put_le(&to, segments, 1);
        for (size_t i = 0; i < segments; i++)
            put_le(&to, i + 1 < segments || !piece.ends ? 255 : piece.len % 255, 1);
        buffer_add(&to, piece.at, piece.len);
    }
    made_close(&made);
    free(ogg);
    return to;
}

CLAIM(other_pages_leave_the_content_of_an_ogg_file)
{
    struct buffer plain = made_encoded((struct encoded){ SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2, 440, NULL });
    struct buffer other = change_pages(&plain);
    assert_int_not_equal(plain.len, other.len);
    assert_true(same_content(&plain, &other));
    other.at[other.len - 3] ^= 1;
    assert_false(same_content(&plain, &other));
    buffer_free(&plain), buffer_free(&other);
}

CLAIM(an_unknown_container_is_hashed_whole)
{
    struct buffer one = { 0 }, other = { 0 };
    put_letters(&one, "MThd and some more"), put_letters(&other, "MThd and some mare");
    assert_false(same_content(&one, &other));
    buffer_free(&one), buffer_free(&other);
}

CLAIM(a_file_cut_short_is_hashed_as_far_as_it_goes)
{
    struct buffer whole = made_wave(NULL, NULL), cut = made_wave(NULL, NULL), again = made_wave(NULL, NULL);
    cut.len -= 500, again.len -= 500;
    assert_false(same_content(&whole, &cut));
    assert_true(same_content(&cut, &again));
    buffer_free(&whole), buffer_free(&cut), buffer_free(&again);
}

CLAIM(waves_that_were_never_closed_are_as_many_contents_as_sounds)
{
    struct buffer one = made_wave(NULL, NULL), other = made_wave(NULL, NULL), again = made_wave(NULL, NULL);
    memset(one.at + 40, 0, 4), memset(other.at + 40, 0, 4), memset(again.at + 40, 0, 4);
    other.at[other.len - 100] ^= 1;
    assert_false(same_content(&one, &other));
    assert_true(same_content(&one, &again));
    buffer_free(&one), buffer_free(&other), buffer_free(&again);
}
