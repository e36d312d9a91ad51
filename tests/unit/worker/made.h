/* made.h: files for the worker's tests, made in memory: by hand, or by libsndfile's encoders. */
#ifndef LOOPHOLE_TESTS_WORKER_MADE_H
#define LOOPHOLE_TESTS_WORKER_MADE_H

#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/tags.h"

enum { MADE_RATE = 44100, MADE_FRAMES = 11025 };

/* A file in memory, read as the worker reads. */
struct made {
    struct input input;
    enum container container;
};

static inline struct made made_open(const void *bytes, size_t len)
{
    struct made made;
    int fd = memfd_create("made", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(input_open(&made.input, fd, NULL), ERR_OK);
    made.container = kind_container(&made.input, TEXT(""));
    return made;
}

static inline struct made made_of(const struct buffer *buffer)
{
    return made_open(buffer->at, buffer->len);
}

static inline void made_close(struct made *made)
{
    close(made->input.fd);
}

/* ---- bytes ---- */

static inline void put_letters(struct buffer *to, const char *letters)
{
    buffer_add(to, letters, strlen(letters));
}

static inline void put_le(struct buffer *to, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buffer_add(to, &(uint8_t){ (uint8_t)(i < 8 ? number >> 8 * i : 0) }, 1);
}

static inline void put_be(struct buffer *to, uint64_t number, size_t size)
{
    for (size_t i = size; i-- > 0;)
        buffer_add(to, &(uint8_t){ (uint8_t)(i < 8 ? number >> 8 * i : 0) }, 1);
}

static inline void put_padded(struct buffer *to, const char *letters, size_t size)
{
    size_t len = strlen(letters);

    buffer_add(to, letters, len);
    for (; len < size; len++)
        buffer_add(to, "", 1);
}

static inline void put_chunk(struct buffer *to, const char *id, const struct buffer *data)
{
    put_letters(to, id);
    put_le(to, data->len, 4);
    buffer_add(to, data->at, data->len);
    if (data->len & 1)
        buffer_add(to, "", 1);
}

static inline void put_chunk_of(struct buffer *to, const char *id, const char *letters)
{
    struct buffer data = { 0 };

    buffer_add(&data, letters, strlen(letters) + 1);
    put_chunk(to, id, &data);
    buffer_free(&data);
}

/* A WAVE file of 16 bits, mono, with chunks before and after the sound. */
static inline struct buffer made_wave(const struct buffer *before, const struct buffer *behind)
{
    struct buffer wave = { 0 }, format = { 0 }, data = { 0 };

    put_le(&format, 1, 2), put_le(&format, 1, 2), put_le(&format, MADE_RATE, 4);
    put_le(&format, MADE_RATE * 2, 4), put_le(&format, 2, 2), put_le(&format, 16, 2);
    for (int i = 0; i < 1000; i++)
        put_le(&data, (uint64_t)(i * 37), 2);
    put_letters(&wave, "RIFF"), put_le(&wave, 0, 4), put_letters(&wave, "WAVE");
    put_chunk(&wave, "fmt ", &format);
    if (before)
        buffer_add(&wave, before->at, before->len);
    put_chunk(&wave, "data", &data);
    if (behind)
        buffer_add(&wave, behind->at, behind->len);
    buffer_free(&format), buffer_free(&data);
    return wave;
}

/* ---- encoders ---- */

struct encoded {
    int format; /* of sndfile.h */
    int rate, channels;
    double hertz; /* of a tone with a little noise */
    const char *title;
};

static inline void encode_sound(SNDFILE *file, const struct encoded *how)
{
    float *sound = calloc((size_t)how->channels * MADE_FRAMES, sizeof(float));

    for (int i = 0; i < MADE_FRAMES * how->channels; i++)
        sound[i] = 0.5f * (float)sin(i / how->channels * 2 * M_PI * how->hertz / how->rate) + (float)(i % 7) * 0.001f;
    assert_int_equal(sf_writef_float(file, sound, MADE_FRAMES), MADE_FRAMES);
    free(sound);
}

static inline struct buffer made_encoded(struct encoded how)
{
    struct buffer bytes = { 0 };
    SF_INFO info = { .samplerate = how.rate ? how.rate : MADE_RATE,
                     .channels = how.channels ? how.channels : 1,
                     .format = how.format };
    int fd = memfd_create("encoded", MFD_CLOEXEC);
    SNDFILE *file = sf_open_fd(fd, SFM_WRITE, &info, 0);

    assert_non_null(file);
    how.rate = info.samplerate, how.channels = info.channels;
    if (how.title)
        sf_set_string(file, SF_STR_TITLE, how.title);
    encode_sound(file, &how);
    sf_close(file);
    uint8_t chunk[4096];
    ssize_t got;
    for (off_t at = 0; (got = pread(fd, chunk, sizeof(chunk), at)) > 0; at += got)
        buffer_add(&bytes, chunk, (size_t)got);
    close(fd);
    return bytes;
}

/* ---- the worker's results for them ---- */

static inline struct hash made_content(const struct buffer *bytes)
{
    struct made made = made_of(bytes);
    struct hash_stream *stream = hash_new();
    struct hash hash = content_hash(&made.input, made.container, stream);

    hash_free(stream);
    made_close(&made);
    return hash;
}

static inline bool same_content(const struct buffer *a, const struct buffer *b)
{
    struct hash one = made_content(a), other = made_content(b);

    return memcmp(&one, &other, sizeof(one)) == 0;
}

static inline struct labels made_labels(const struct buffer *bytes, struct arena *arena)
{
    struct made made = made_of(bytes);
    struct labels labels;

    labels_begin(&labels, arena);
    tags_read(&made.input, made.container, &labels);
    made_close(&made);
    return labels;
}

static inline const struct fact *find_label(const struct labels *labels, const char *attribute)
{
    for (uint32_t i = 0; i < labels->list.count; i++)
        if (text_is(labels->list.at[i].attribute, attribute))
            return &labels->list.at[i];
    return NULL;
}

static inline void assert_word(const struct labels *labels, const char *attribute, const char *words)
{
    const struct fact *fact = find_label(labels, attribute);

    assert_non_null(fact);
    assert_true(fact->has_text);
    assert_int_equal(fact->text.len, strlen(words));
    assert_memory_equal(fact->text.at, words, strlen(words));
}

static inline void assert_number(const struct labels *labels, const char *attribute, double number, bool shown)
{
    const struct fact *fact = find_label(labels, attribute);

    assert_non_null(fact);
    assert_true(fact->has_number);
    assert_true(fabs(fact->number - number) < 1e-3);
    assert_int_equal(fact->shown, shown);
}

#endif
