/* captured.h: a capture ring whose audio core is the test, and an errand that writes the take's file. */
#ifndef LOOPHOLE_TESTS_STREAMER_CAPTURED_H
#define LOOPHOLE_TESTS_STREAMER_CAPTURED_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/streamer/record/take_file.h"
#include "tests/unit/claim.h"

enum { CELLS = 5000, BEGIN = 700, GENERATION = 7, RATE = 48000 };

static struct capture {
    struct capture_memory *memory;
    struct ring writer, reader;
    struct mailbox *mailbox;
    struct errands *errands;
    char path[64];
    struct take_file *file;
    int done;
    enum err error;
    uint64_t size;
    bool is_gone;
} capture;

static inline void end_errand(struct errand *errand, bool lost)
{
    struct take_file *file = (struct take_file *)errand;

    assert_false(lost);
    capture.done++;
    capture.error = file->fault.code;
    capture.size = file->size;
    capture.is_gone = file->is_gone;
    capture.file = NULL;
}

/* The audio core's side: frame n of the take is n / 2^24 on both sides. */
static inline void play_frames(uint64_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        float frame[2] = { (float)(from + i) / 16777216.0F, (float)(from + i) / 16777216.0F };
        assert_int_equal(ring_write(&capture.writer, frame, 1), 1);
    }
}

static inline void put_header(uint32_t rate)
{
    struct capture_header header = {
        .generation = GENERATION, .rate = rate, .first = 123456, .begin = BEGIN, .end = UINT64_MAX
    };

    capture_header_put(capture.memory, 0, 1, &header);
}

static inline void begin_capture(void)
{
    play_frames(1000000, BEGIN); /* left by an older take */
    put_header(RATE);
}

static inline int set_up(void **state)
{
    size_t size = offsetof(struct capture_memory, ring) + ring_size(8, CELLS);

    (void)state;
    capture = (struct capture){ .memory = aligned_alloc(64, (size + 63) / 64 * 64) };
    memset((void *)capture.memory, 0, size);
    ring_make(&capture.memory->ring, 8, CELLS);
    assert_true(ring_open(&capture.writer, &capture.memory->ring, 8, CELLS));
    assert_true(ring_open(&capture.reader, &capture.memory->ring, 8, CELLS));
    assert_int_equal(mailbox_new(&capture.mailbox, NULL), ERR_OK);
    capture.errands = errands_new(capture.mailbox, 1);
    strcpy(capture.path, "/tmp/loophole-take.XXXXXX");
    close(mkstemp(capture.path));
    unlink(capture.path);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    if (capture.errands)
        assert_true(errands_end(capture.errands));
    mailbox_free(capture.mailbox);
    unlink(capture.path);
    free((void *)capture.memory);
    return 0;
}

static bool fills; /* the missing part */

static inline void start_take(enum take_work work, uint64_t most)
{
    struct take_file *file = take_file_new(work, end_errand, NULL);

    file->memory = capture.memory;
    file->ring = capture.reader;
    file->take.take = (struct wav_take){
        .generation = GENERATION, .rate = RATE, .latency_frames = 456, .most = most, .is_filled = fills
    };
    strcpy(file->path, capture.path);
    capture.file = file;
    capture.done = 0;
    take_file_start(file, capture.errands);
}

static inline void await_done(void)
{
    while (!capture.done) {
        mailbox_open(capture.mailbox);
        clock_sleep(1000);
    }
}

static inline void await_taken(uint64_t index)
{
    while (ring_taken(&capture.reader) < index)
        clock_sleep(1000);
}

static inline void end_capture(void)
{
    struct capture_header header = capture_header_get(capture.memory);

    header.end = ring_written(&capture.writer);
    capture_header_put(capture.memory, 0, 3, &header);
}

/* The streamer ends; the result of its errand is lost. */
static inline void die_now(void)
{
    assert_true(errands_end(capture.errands));
    mailbox_open(capture.mailbox);
    capture.errands = errands_new(capture.mailbox, 1);
}

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

#endif
