/* What a capture ring gave is in the file once and in its place, whoever carried it and wherever he died. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "services/streamer/take_file.h"

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

static void done(struct errand *errand, bool lost)
{
    struct take_file *file = (struct take_file *)errand;

    assert_false(lost);
    capture.done++;
    capture.error = file->fault.code;
    capture.size = file->size;
    capture.is_gone = file->is_gone;
    capture.file = NULL;
}

/* The sound core's side: frame n of the take is n / 2^24 on both sides. */
static void play(uint64_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        float frame[2] = { (float)(from + i) / 16777216.0F, (float)(from + i) / 16777216.0F };
        assert_int_equal(ring_write(&capture.writer, frame, 1), 1);
    }
}

static void begin_capture(void)
{
    play(1000000, BEGIN); /* left by an older take */
    struct capture_header header = {
        .generation = GENERATION, .rate = RATE, .first = 123456, .begin = BEGIN, .end = UINT64_MAX
    };
    capture_header_put(capture.memory, 0, 1, &header);
}

static int set_up(void **state)
{
    size_t size = offsetof(struct capture_memory, ring) + ring_size(8, CELLS);

    (void)state;
    capture = (struct capture){ .memory = aligned_alloc(64, (size + 63) / 64 * 64) };
    memset((void *)capture.memory, 0, size);
    ring_make(&capture.memory->ring, 8, CELLS);
    assert_true(ring_open(&capture.writer, &capture.memory->ring, 8, CELLS));
    assert_true(ring_open(&capture.reader, &capture.memory->ring, 8, CELLS));
    assert_int_equal(mailbox_new(&capture.mailbox, NULL), ERR_OK);
    assert_int_equal(errands_new(capture.mailbox, 1, &capture.errands, NULL), ERR_OK);
    strcpy(capture.path, "/tmp/loophole-take.XXXXXX");
    close(mkstemp(capture.path));
    unlink(capture.path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (capture.errands)
        assert_true(errands_end(capture.errands));
    mailbox_free(capture.mailbox);
    unlink(capture.path);
    free((void *)capture.memory);
    return 0;
}

static void start(enum take_work work, uint64_t most)
{
    struct take_file *file = take_file_new(work, done, NULL);

    file->memory = capture.memory;
    file->ring = capture.reader;
    file->take.take = (struct wav_take){ .generation = GENERATION, .rate = RATE, .latency = 456, .most = most };
    strcpy(file->path, capture.path);
    capture.file = file;
    capture.done = 0;
    take_file_start(file, capture.errands);
}

static void await_done(void)
{
    while (!capture.done) {
        mailbox_open(capture.mailbox);
        clock_sleep(1000);
    }
}

static void await_taken(uint64_t index)
{
    while (ring_taken(&capture.reader) < index)
        clock_sleep(1000);
}

static void end_capture(void)
{
    struct capture_header header = capture_header_get(capture.memory);

    header.end = ring_written(&capture.writer);
    capture_header_put(capture.memory, 0, 3, &header);
}

/* The file holds frames 0 … count - 1, and its header says so. */
static void check_file(uint64_t count)
{
    int fd = open(capture.path, O_RDWR);
    struct fault fault;
    struct wav wav;
    float frame[2];

    assert_int_equal(wav_resume(&wav, fd, &fault), ERR_OK);
    assert_int_equal(wav.frames, count);
    assert_int_equal(wav.synced, count);
    assert_int_equal(wav.take.begin, BEGIN);
    assert_int_equal(wav.take.first, 123456 - 456);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(pread(fd, frame, 8, (off_t)(WAV_HEADER + i * 8)), 8);
        assert_true(frame[0] >= (float)i / 16777216.0F && frame[0] <= (float)i / 16777216.0F);
    }
    close(fd);
}

static void record(uint32_t count)
{
    start(TAKE_NEW, 0);
    begin_capture();
    play(0, count);
    await_taken(BEGIN + count);
}

/* The streamer ends; what its errand would have told is heard by nobody. */
static void die(void)
{
    assert_true(errands_end(capture.errands));
    mailbox_open(capture.mailbox);
    assert_int_equal(errands_new(capture.mailbox, 1, &capture.errands, NULL), ERR_OK);
}

static void a_take_is_in_its_file_from_its_first_frame_to_its_last(void **state)
{
    (void)state;
    record(3000);
    play(3000, 1500); /* over the ring's end */
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    assert_int_equal(capture.size, WAV_HEADER + 4500 * 8);
    check_file(4500);
}

static void one_that_is_long_enough_ends_though_frames_go_on_coming(void **state)
{
    (void)state;
    start(TAKE_NEW, 1234);
    begin_capture();
    play(0, 2000);
    await_done();
    check_file(1234);
}

/* Its streamer has died: what was carried and half of what was not stands in the file. */
static void a_successor_goes_on_at_the_very_frame(void **state)
{
    float junk[400];

    (void)state;
    record(2000);
    die();
    memset(junk, 0x7F, sizeof(junk));
    int fd = open(capture.path, O_RDWR | O_APPEND);
    assert_int_equal(write(fd, junk, sizeof(junk) - 3), sizeof(junk) - 3);
    close(fd);
    play(2000, 1500);
    start(TAKE_RESUME, 0);
    await_taken(BEGIN + 3500);
    play(3500, 100);
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    check_file(3600);
}

/* The memory is another: nothing says that what was not synced is whole. */
static void one_that_does_not_go_on_is_cut_to_what_was_synced(void **state)
{
    char junk[801] = { 0 };

    (void)state;
    record(2000);
    die();
    int fd = open(capture.path, O_RDWR | O_APPEND);
    assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
    close(fd);
    struct capture_header header = capture_header_get(capture.memory);

    header.generation = GENERATION + 1;
    capture_header_put(capture.memory, 0, 2, &header);
    start(TAKE_RESUME, 0);
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    check_file(2000);
}

static void what_is_not_there_or_not_ours_is_said(void **state)
{
    (void)state;
    start(TAKE_RESUME, 0);
    await_done();
    assert_true(capture.is_gone);
    int fd = open(capture.path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, "theirs", 6), 6);
    start(TAKE_RESUME, 0);
    await_done();
    assert_int_equal(capture.error, ERR_BAD_REQUEST);
    assert_false(capture.is_gone);
    start(TAKE_NEW, 0);
    await_done();
    assert_int_equal(capture.error, ERR_EXISTS);
    char there[6];
    assert_int_equal(pread(fd, there, 6, 0), 6);
    assert_memory_equal(there, "theirs", 6);
    close(fd);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_take_is_in_its_file_from_its_first_frame_to_its_last),
        CLAIM(one_that_is_long_enough_ends_though_frames_go_on_coming),
        CLAIM(a_successor_goes_on_at_the_very_frame),
        CLAIM(one_that_does_not_go_on_is_cut_to_what_was_synced),
        CLAIM(what_is_not_there_or_not_ours_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
