/* A WAV becomes a FLAC of the nearest integers of 24 bit; values that FLAC cannot represent are refused, and each
 * difference is detected. */
#include <pthread.h>
#include <sys/socket.h>

#include "schema_worker.h"
#include "services/worker/decode/decode.h"
#include "services/worker/encode.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { RATE = 48000, STEP = 65536 };

static struct test {
    struct pipe pipe; /* to the worker's loop, in a thread */
    int theirs;
    pthread_t thread;
    struct arena arena;
    uint64_t number;
    int wav, flac;
} test;

static void *run_worker(void *state)
{
    struct pipe pipe;

    pipe_open(&pipe, *(int *)state);
    assert_int_equal(encode_run(&pipe, NULL), ERR_OK);
    pipe_close(&pipe);
    return NULL;
}

static int set_up(void **state)
{
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pipe_open(&test.pipe, pair[0]);
    test.theirs = pair[1];
    test.wav = memfd_create("wav", MFD_CLOEXEC);
    test.flac = memfd_create("flac", MFD_CLOEXEC);
    return pthread_create(&test.thread, NULL, run_worker, &test.theirs);
}

static int tear_down(void **state)
{
    (void)state;
    pipe_close(&test.pipe);
    pthread_join(test.thread, NULL);
    close(test.wav);
    close(test.flac);
    arena_free(&test.arena);
    test = (struct test){ 0 };
    return 0;
}

static struct encode_done ask_worker(enum encode_verb verb, int fd)
{
    struct encode request = {
        .number = ++test.number, .verb = { .value = (int32_t)verb }, .title = TEXT("T"), .comment = TEXT("whose it is")
    };
    struct encode_done answer = { 0 };

    arena_reset(&test.arena);
    assert_int_equal(pipe_send(&test.pipe, &encode_shape, &request, fd, NULL), ERR_OK);
    assert_int_equal(pipe_receive(&test.pipe, PIPE_WAIT, &encode_done_shape, &test.arena, &answer, NULL, NULL), ERR_OK);
    assert_int_equal(answer.number, test.number);
    return answer;
}

static void make_wav(const float *samples, uint32_t frames, unsigned channels)
{
    struct buffer wav = { 0 };
    uint32_t bytes = frames * channels * 4;

    put_letters(&wav, "RIFF");
    put_le(&wav, 36 + bytes, 4);
    put_letters(&wav, "WAVEfmt ");
    put_le(&wav, 16, 4);
    put_le(&wav, 3, 2);
    put_le(&wav, channels, 2);
    put_le(&wav, RATE, 4);
    put_le(&wav, RATE * 4 * channels, 4);
    put_le(&wav, 4 * channels, 2);
    put_le(&wav, 32, 2);
    put_letters(&wav, "data");
    put_le(&wav, bytes, 4);
    buffer_add(&wav, samples, bytes);
    assert_int_equal(ftruncate(test.wav, 0), 0);
    assert_int_equal(pwrite(test.wav, wav.at, wav.len, 0), (ssize_t)wav.len);
    buffer_free(&wav);
}

static struct encode_done encode_all(void)
{
    struct encode_done answer;

    do {
        answer = ask_worker(ENCODE_VERB_ENCODE, -1);
        for (uint32_t i = 0; i < answer.pieces.count; i++) {
            const struct encoded_piece *piece = &answer.pieces.at[i];
            assert_int_equal(pwrite(test.flac, piece->bytes.at, piece->bytes.len, (off_t)piece->at), piece->bytes.len);
        }
    } while (!answer.end && answer.failure.len == 0);
    return answer;
}

static struct encode_done compare_all(void)
{
    struct encode_done answer = ask_worker(ENCODE_VERB_COMPARE, test.flac);

    while (!answer.end && answer.failure.len == 0)
        answer = ask_worker(ENCODE_VERB_COMPARE, -1);
    return answer;
}

static float *make_noise(uint32_t samples)
{
    float *to = malloc(samples * sizeof(*to));
    uint64_t seed = 7;

    for (uint32_t i = 0; i < samples; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        to[i] = (float)((double)(int64_t)seed / 9223372036854775808.0);
    }
    return to;
}

/* Read here only by the decoder, and rounded here in double. */
PREPARED_CLAIM(every_sample_is_the_nearest_integer)
{
    enum { FRAMES = 2 * STEP + 1234 };
    float *samples = make_noise(2 * FRAMES);
    int32_t *found = malloc(2 * FRAMES * sizeof(*found));
    struct decode_format format;
    struct decode *decode;
    struct input input;

    memcpy(samples, (const float[]){ 1, -1, 0, -0.0F, 1e-9F, 0.5F / 8388607, 1.5F / 8388607, 8388606.4F / 8388607 },
           8 * sizeof(float));
    make_wav(samples, FRAMES, 2);
    assert_int_equal(ask_worker(ENCODE_VERB_OPEN, test.wav).frames, FRAMES);
    assert_int_equal(encode_all().frames, FRAMES);
    assert_int_equal(input_open(&input, test.flac, NULL), ERR_OK);
    assert_int_equal(decode_open(&decode, &input, 0, &format, NULL), ERR_OK);
    assert_string_equal(format.container, "flac");
    assert_int_equal(format.bit_depth, 24);
    assert_int_equal(format.rate, RATE);
    assert_int_equal(format.frames, FRAMES);
    assert_int_equal(decode_read_integers(decode, found, FRAMES), FRAMES);
    for (uint32_t i = 0; i < 2 * FRAMES; i++)
        assert_int_equal(found[i] / 256, lrint((double)samples[i] * 8388607));
    decode_close(decode);
    struct encode_done answer = compare_all();
    assert_int_equal(answer.frames, FRAMES);
    assert_int_equal(answer.content.len, 16);
    assert_true(text_equal(answer.comment, TEXT("whose it is")));
    free(samples);
    free(found);
}

PREPARED_CLAIM(one_different_sample_is_found)
{
    enum { FRAMES = 100000 };
    float *samples = make_noise(2 * FRAMES);

    make_wav(samples, FRAMES, 2);
    (void)ask_worker(ENCODE_VERB_OPEN, test.wav);
    (void)encode_all();
    samples[2 * 99999 + 1] += samples[2 * 99999 + 1] > 0 ? -2.0F / 8388607 : 2.0F / 8388607;
    make_wav(samples, FRAMES, 2);
    (void)ask_worker(ENCODE_VERB_OPEN, test.wav);
    assert_true(text_starts(compare_all().failure, TEXT("the FLAC differs from the take")));
    free(samples);
}

PREPARED_CLAIM(samples_that_24_bits_cannot_represent_are_refused)
{
    static const float bad[] = { 1.0000001F, -1.0000001F, 2, INFINITY, NAN };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        make_wav((const float[]){ 0, 0, 1, bad[i] }, 2, 2);
        (void)ask_worker(ENCODE_VERB_OPEN, test.wav);
        struct encode_done answer = ask_worker(ENCODE_VERB_ENCODE, -1);
        assert_true(text_starts(answer.failure, TEXT("frame 1 is ")));
    }
}

PREPARED_CLAIM(silence_mono_and_nothing_at_all_are_takes)
{
    static const float silence[STEP] = { 0 };

    for (uint32_t frames = 0; frames <= STEP; frames += STEP / 2) {
        make_wav(silence, frames, 1);
        assert_int_equal(ask_worker(ENCODE_VERB_OPEN, test.wav).frames, frames);
        assert_int_equal(ftruncate(test.flac, 0), 0);
        assert_true(encode_all().end);
        if (frames > 0)
            assert_int_equal(compare_all().frames, frames);
    }
}

PREPARED_CLAIM(another_file_is_refused)
{
    assert_int_equal(write(test.wav, "fLaC", 4), 4);
    assert_true(ask_worker(ENCODE_VERB_OPEN, test.wav).failure.len > 0);
    assert_true(ask_worker(ENCODE_VERB_COMPARE, test.wav).failure.len > 0);
    assert_true(ask_worker(ENCODE_VERB_COMPARE, -1).failure.len > 0);
}
