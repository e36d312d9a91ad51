#include <fcntl.h>

#include "services/worker/analyse.h"
#include "services/worker/decode/decode.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

enum { KINDS = 7 };

/* Small files with tags in every possible place. */
static struct buffer tagged_wave(void)
{
    struct buffer info = { 0 }, list = { 0 }, acid = { 0 }, smpl = { 0 }, bext = { 0 };

    put_letters(&info, "INFO"), put_chunk_of(&info, "INAM", "Kick"), put_chunk_of(&info, "IGNR", "Rock");
    put_chunk(&list, "LIST", &info);
    put_padded(&acid, "\2", 24), put_chunk(&list, "acid", &acid);
    put_padded(&smpl, "", 28), put_le(&smpl, 1, 4), put_padded(&smpl, "", 28), put_chunk(&list, "smpl", &smpl);
    put_padded(&bext, "Description", 602), put_chunk(&list, "bext", &bext);
    struct buffer wave = made_wave(&list, &list);
    buffer_free(&info), buffer_free(&list), buffer_free(&acid), buffer_free(&smpl), buffer_free(&bext);
    return wave;
}

static struct buffer tagged_mp3(void)
{
    struct buffer mp3 =
        made_encoded((struct encoded){ SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 1, 440, NULL });
    struct buffer all = { 0 };

    put_letters(&all, "ID3"), put_le(&all, 4, 2), put_le(&all, 0xC0, 1), put_be(&all, 56, 4);
    put_be(&all, 6, 4), put_be(&all, 0, 2);
    put_letters(&all, "TIT2"), put_be(&all, 8, 4), put_be(&all, 3, 2), put_be(&all, 7, 4), put_padded(&all, "\3abc", 4);
    put_letters(&all, "COMM"), put_be(&all, 20, 4), put_be(&all, 0, 2), put_padded(&all, "\1eng\xFF\xFE", 22);
    buffer_add(&all, mp3.at, mp3.len);
    put_letters(&all, "APETAGEX"), put_le(&all, 2000, 4), put_le(&all, 32, 4), put_le(&all, 0, 16);
    put_padded(&all, "TAGtitle", 128);
    buffer_free(&mp3);
    return all;
}

static struct buffer made_kind(int kind)
{
    static const int formats[] = { SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                                   SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
                                   SF_FORMAT_RF64 | SF_FORMAT_PCM_16 };
    if (kind < 5)
        return made_encoded((struct encoded){ formats[kind], 48000, 1, 440, "A title" });
    return kind == 5 ? tagged_wave() : tagged_mp3();
}

/* libmpg123 complains about every damaged frame on standard error. */
static void decode_quietly(struct input *input)
{
    struct decode *decode;
    struct decode_format format;
    int loud = dup(STDERR_FILENO), quiet = open("/dev/null", O_WRONLY);

    dup2(quiet, STDERR_FILENO);
    if (decode_open(&decode, input, 0, &format, NULL) == ERR_OK) {
        float *chunk = calloc(4096, format.channels * sizeof(float));
        for (int i = 0; i < 100 && decode_read(decode, chunk, 4096) > 0; i++)
            ;
        free(chunk);
        decode_close(decode);
    }
    dup2(loud, STDERR_FILENO);
    close(loud), close(quiet);
}

static void read_all(const void *bytes, size_t len, struct hash_stream *stream, bool decode_too)
{
    struct made made = made_open(bytes, len);
    struct arena arena = { 0 };
    struct labels labels;

    labels_begin(&labels, &arena);
    tags_read(&made.input, made.container, &labels);
    content_hash(&made.input, made.container, stream);
    for (uint32_t i = 0; i < labels.list.count; i++)
        assert_true(text_is_utf8(labels.list.at[i].text) && labels.list.at[i].text.len <= 1024);
    if (decode_too)
        decode_quietly(&made.input);
    arena_free(&arena), made_close(&made);
}

CLAIM(every_truncation_of_a_tagged_file_is_read_to_its_end)
{
    struct hash_stream *stream = hash_new();
    for (int kind = 0; kind < KINDS; kind++) {
        struct buffer bytes = made_kind(kind);
        size_t dense = bytes.len < 3000 ? bytes.len : 3000;
        for (size_t len = 0; len < dense; len++)
            read_all(bytes.at, len, stream, len % 31 == 0);
        for (size_t len = dense; len < bytes.len; len += 1 + (bytes.len - dense) / 300)
            read_all(bytes.at, len, stream, len % 7 == 0);
        for (size_t cut = 0; cut < 300; cut++)
            read_all(bytes.at, bytes.len - cut, stream, false);
        buffer_free(&bytes);
    }
    hash_free(stream);
}

CLAIM(damage_at_any_place_is_survived)
{
    struct hash_stream *stream = hash_new();
    srand(7);
    for (int kind = 0; kind < KINDS; kind++) {
        struct buffer bytes = made_kind(kind);
        uint8_t *copy = malloc(bytes.len);
        for (int round = 0; round < 1500; round++) {
            size_t reach = round % 2 ? bytes.len : 400;
            memcpy(copy, bytes.at, bytes.len);
            for (int i = rand() % 8; i >= 0; i--)
                copy[(size_t)rand() % reach] = (uint8_t)(rand() % 3 ? rand() : 0xFF);
            read_all(copy, bytes.len, stream, round % 10 == 0);
        }
        free(copy), buffer_free(&bytes);
    }
    hash_free(stream);
}

static struct analysed analysed_by(struct job job, const struct buffer *bytes, struct arena *arena)
{
    struct analyser *analyser = analyser_new();
    struct made made = made_of(bytes);
    struct result result = { 0 };

    assert_non_null(analyser);
    analyse(analyser, &job, made.input.fd, arena, &result);
    assert_int_equal(result.number, 7);
    result.found.failure = arena_text(arena, result.found.failure);
    result.found.content = arena_bytes(arena, result.found.content);
    made_close(&made), analyser_free(analyser);
    return result.found;
}

static struct analysed analysed_of(const struct buffer *bytes, struct arena *arena)
{
    return analysed_by((struct job){ .number = 7, .mode = { .value = WORKER_MODE_ANALYSE }, .extension = TEXT("mp3") },
                       bytes, arena);
}

CLAIM(a_file_cut_short_is_analysed_as_far_as_it_goes)
{
    struct arena arena = { 0 };
    struct buffer wave = made_wave(NULL, NULL), flac = made_kind(1);
    wave.len -= 1000, flac.len = flac.len * 2 / 3;
    struct analysed found = analysed_of(&wave, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_DONE);
    assert_int_equal(found.frames, 500);
    struct labels labels = { .list = found.facts };
    assert_word(&labels, "truncated", "500 of 1000 frames");
    found = analysed_of(&flac, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_DONE);
    assert_in_range(found.frames, 1, MADE_FRAMES - 1);
    labels.list = found.facts;
    assert_non_null(find_label(&labels, "truncated"));
    buffer_free(&wave), buffer_free(&flac), arena_free(&arena);
}

CLAIM(an_mp3_after_padding_is_found)
{
    struct arena arena = { 0 };
    struct buffer mp3 = tagged_mp3(), padded = { 0 };
    put_padded(&padded, "", 5000);
    buffer_add(&padded, mp3.at, mp3.len);
    struct analysed plain = analysed_of(&mp3, &arena), found = analysed_of(&padded, &arena);
    assert_int_equal(plain.state.value, ANALYSIS_STATE_DONE);
    assert_int_equal(found.state.value, ANALYSIS_STATE_DONE);
    assert_int_equal(found.frames, plain.frames);
    assert_memory_equal(found.content.at, plain.content.at, 16);
    buffer_free(&mp3), buffer_free(&padded), arena_free(&arena);
}

CLAIM(midi_and_video_are_known_but_not_decoded)
{
    struct arena arena = { 0 };
    struct buffer midi = { 0 };
    put_letters(&midi, "MThd and a song");
    struct analysed found = analysed_of(&midi, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_NONE);
    assert_true(text_is(found.container, "midi"));
    assert_int_equal(found.content.len, 16);
    buffer_free(&midi), arena_free(&arena);
}

/* Also if the sound cannot be analysed, the result is that of the file that it came from. */
CLAIM(the_sound_of_another_file_has_the_content_of_that_file)
{
    struct arena arena = { 0 };
    struct buffer text = { 0 };
    const struct job job = { .number = 7,
                             .mode = { .value = WORKER_MODE_ANALYSE },
                             .has_content = true,
                             .content = bytes_of("of another file.", 16),
                             .has_container = true,
                             .container = TEXT("m4a") };
    put_letters(&text, "just some words in a file");
    struct analysed found = analysed_by(job, &text, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_FAILED);
    assert_true(bytes_equal(found.content, job.content));
    assert_true(text_is(found.container, "m4a"));
    buffer_free(&text), arena_free(&arena);
}

CLAIM(a_sound_that_cannot_be_decoded_has_a_reason)
{
    struct arena arena = { 0 };
    struct buffer text = { 0 }, m4a = { 0 };
    put_letters(&text, "just some words in a file"), put_be(&m4a, 32, 4), put_letters(&m4a, "ftypM4A and so on");
    struct analysed found = analysed_of(&text, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_FAILED);
    assert_true(text_is(found.failure, "not an audio file"));
    found = analysed_of(&m4a, &arena);
    assert_int_equal(found.state.value, ANALYSIS_STATE_WAITING); /* for ffmpeg */
    buffer_free(&text), buffer_free(&m4a), arena_free(&arena);
}
