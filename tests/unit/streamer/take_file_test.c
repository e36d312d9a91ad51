/* The frames of a capture ring are in the file once and in their place, whichever process copied them and wherever it
 * died. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/streamer/record/take_file.h"

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

static void end_errand(struct errand *errand, bool lost)
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
static void play_frames(uint64_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        float frame[2] = { (float)(from + i) / 16777216.0F, (float)(from + i) / 16777216.0F };
        assert_int_equal(ring_write(&capture.writer, frame, 1), 1);
    }
}

static void begin_capture(void)
{
    play_frames(1000000, BEGIN); /* left by an older take */
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
    capture.errands = errands_new(capture.mailbox, 1);
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

static bool fills; /* the missing part */

static void start_take(enum take_work work, uint64_t most)
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

/* The file has frames 0 … count - 1, and its header says so. */
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

static void record_frames(uint32_t count)
{
    start_take(TAKE_NEW, 0);
    begin_capture();
    play_frames(0, count);
    await_taken(BEGIN + count);
}

/* The streamer ends; the result of its errand is lost. */
static void die_now(void)
{
    assert_true(errands_end(capture.errands));
    mailbox_open(capture.mailbox);
    capture.errands = errands_new(capture.mailbox, 1);
}

static void a_take_is_in_its_file_from_its_first_frame_to_its_last(void **state)
{
    (void)state;
    record_frames(3000);
    play_frames(3000, 1500); /* past the ring's end */
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    assert_int_equal(capture.size, WAV_HEADER + 4500 * 8);
    check_file(4500);
}

static void a_take_that_is_long_enough_ends_while_frames_still_arrive(void **state)
{
    (void)state;
    start_take(TAKE_NEW, 1234);
    begin_capture();
    play_frames(0, 2000);
    await_done();
    check_file(1234);
}

/* The streamer has died: the file contains the synced frames and half of the others. */
static void a_successor_goes_on_at_the_very_frame(void **state)
{
    float junk[400];

    (void)state;
    record_frames(2000);
    die_now();
    memset(junk, 0x7F, sizeof(junk));
    int fd = open(capture.path, O_RDWR | O_APPEND);
    assert_int_equal(write(fd, junk, sizeof(junk) - 3), sizeof(junk) - 3);
    close(fd);
    play_frames(2000, 1500);
    start_take(TAKE_RESUME, 0);
    await_taken(BEGIN + 3500);
    play_frames(3500, 100);
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    check_file(3600);
}

/* The memory is another one: nothing proves that unsynced data is complete. */
static void a_take_that_does_not_continue_is_cut_to_its_synced_frames(void **state)
{
    char junk[801] = { 0 };

    (void)state;
    record_frames(2000);
    die_now();
    int fd = open(capture.path, O_RDWR | O_APPEND);
    assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
    close(fd);
    struct capture_header header = capture_header_get(capture.memory);

    header.generation = GENERATION + 1;
    capture_header_put(capture.memory, 0, 2, &header);
    start_take(TAKE_RESUME, 0);
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    check_file(2000);
}

static void a_missing_file_and_a_foreign_file_are_reported(void **state)
{
    (void)state;
    start_take(TAKE_RESUME, 0);
    await_done();
    assert_int_equal(capture.error, ERR_NOT_FOUND);
    assert_false(capture.is_gone); /* the catalogue does not list its disk as present */
    int fd = open(capture.path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, "theirs", 6), 6);
    start_take(TAKE_RESUME, 0);
    await_done();
    assert_int_equal(capture.error, ERR_BAD_REQUEST);
    assert_false(capture.is_gone);
    start_take(TAKE_NEW, 0);
    await_done();
    assert_int_equal(capture.error, ERR_EXISTS);
    char there[6];
    assert_int_equal(pread(fd, there, 6, 0), 6);
    assert_memory_equal(there, "theirs", 6);
    close(fd);
}

/* ---- gaps ---- */

static uint64_t sounded, lost; /* by the core: frames of the take, each with its own number, lost ones included */

/* `count` frames without a cell, before the next one. */
static void lose_frames(uint64_t count)
{
    struct capture_header header = capture_header_get(capture.memory);
    uint64_t at = ring_written(&capture.writer);

    lost += count;
    header.lost = lost;
    if (header.gaps == 0 || header.gap[(header.gaps - 1) % CAPTURE_GAPS].at != at)
        header.gaps++;
    header.gap[(header.gaps - 1) % CAPTURE_GAPS] = (struct capture_gap){ .at = at, .total = lost };
    capture_header_put(capture.memory, 0, 2, &header);
    sounded += count;
}

static void sound_frames(uint32_t count)
{
    play_frames(sounded, count);
    sounded += count;
}

/* Each frame of the file is silence within the places in its header, and its own number elsewhere. */
static void check_places(uint64_t count, uint64_t lacks, bool is_filled)
{
    int fd = open(capture.path, O_RDWR);
    struct wav wav;
    struct fault fault;
    float frame[2];
    uint64_t skipped = 0, place = 0, sum = 0;

    assert_int_equal(wav_resume(&wav, fd, &fault), ERR_OK);
    assert_int_equal(wav.frames, count);
    assert_int_equal(wav.gaps.lost, lacks);
    for (uint64_t i = 0; i < count; i++) {
        const struct wav_gap *gap = &wav.gaps.each[place];
        bool is_silent;
        if (place < wav.gaps.count && gap->at == i && !is_filled)
            skipped += wav.gaps.each[place++].frames;
        else if (place < wav.gaps.count && gap->at + gap->frames == i && is_filled)
            gap = &wav.gaps.each[++place];
        is_silent = is_filled && place < wav.gaps.count && i >= gap->at;
        assert_int_equal(pread(fd, frame, 8, (off_t)(WAV_HEADER + i * 8)), 8);
        assert_true(frame[0] * 16777216.0F == (is_silent ? 0 : (float)(i + skipped)));
    }
    for (uint64_t i = 0; i < wav.gaps.count && i < WAV_GAPS; i++)
        sum += wav.gaps.each[i].frames;
    if (wav.gaps.count <= WAV_GAPS)
        assert_int_equal(sum, lacks);
    close(fd);
}

static void record_with_gaps(bool is_filled, uint64_t most)
{
    sounded = lost = 0;
    fills = is_filled;
    start_take(TAKE_NEW, most);
    begin_capture();
    sound_frames(1000);
    lose_frames(300);
    lose_frames(50); /* the same place */
    sound_frames(700);
    if (most == 0)
        await_taken(BEGIN + 1700);
    lose_frames(20);
}

static void missing_frames_are_silence_of_their_length_or_are_skipped(void **state)
{
    (void)state;
    for (int is_filled = 0; is_filled < 2; is_filled++) {
        record_with_gaps(is_filled, 0);
        sound_frames(500);
        lose_frames(40); /* the last frames of all */
        end_capture();
        await_done();
        check_places(is_filled ? sounded : sounded - lost, 410, is_filled);
        assert_true(capture.size > WAV_HEADER + (is_filled ? sounded : sounded - lost) * 8); /* markers */
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

static void a_successor_has_the_places_of_its_predecessor_and_goes_on(void **state)
{
    (void)state;
    for (int is_filled = 0; is_filled < 2; is_filled++) {
        record_with_gaps(is_filled, 0);
        die_now();
        lose_frames(60); /* the loss grows while no streamer runs */
        sound_frames(900);
        start_take(TAKE_RESUME, 0);
        await_taken(BEGIN + 2600);
        die_now();
        start_take(TAKE_RESUME, 0);
        sound_frames(10);
        end_capture();
        await_done();
        check_places(is_filled ? sounded : sounded - lost, 430, is_filled);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* The header of the capture keeps only the last places, and the file only the first: every sound is still in its
 * place. */
static void more_gaps_than_are_listed_displace_no_sound(void **state)
{
    (void)state;
    sounded = lost = 0;
    fills = true;
    start_take(TAKE_NEW, 0);
    begin_capture();
    sound_frames(1);
    await_taken(BEGIN + 1);
    for (int i = 0; i < 3 * CAPTURE_GAPS; i++) { /* while the streamer sleeps, or not */
        lose_frames(2);
        sound_frames(3);
    }
    await_taken(ring_written(&capture.writer));
    for (int i = 0; i < WAV_GAPS; i++) {
        lose_frames(1);
        sound_frames(1);
        await_taken(ring_written(&capture.writer));
    }
    lose_frames(7);
    sound_frames(1);
    end_capture();
    await_done();
    int fd = open(capture.path, O_RDWR);
    struct wav wav;
    float frame[2];
    assert_int_equal(wav_resume(&wav, fd, NULL), ERR_OK);
    assert_int_equal(wav.frames, sounded);
    assert_int_equal(wav.gaps.lost, lost);
    assert_true(wav.gaps.count > WAV_GAPS);
    for (uint64_t i = sounded - 2 * WAV_GAPS - 7; i < sounded; i++) {
        assert_int_equal(pread(fd, frame, 8, (off_t)(WAV_HEADER + i * 8)), 8);
        assert_true(frame[0] * 16777216.0F == (float)i || !(frame[0] > 0));
    }
    assert_true(frame[0] * 16777216.0F == (float)(sounded - 1));
    close(fd);
}

static void a_take_of_so_many_frames_has_them_where_some_are_missing(void **state)
{
    (void)state;
    record_with_gaps(true, 1200); /* ends within the silence */
    await_done();
    check_places(1200, 200, true);
}

/* Unsynced data is cut off, together with its missing frames. */
static void a_take_that_was_cut_lists_no_gap_after_its_end(void **state)
{
    struct wav wav;

    (void)state;
    record_with_gaps(true, 0);
    sound_frames(100);
    await_taken(BEGIN + 1800);
    die_now();
    int fd = open(capture.path, O_RDWR);
    assert_int_equal(wav_resume(&wav, fd, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 370);
    assert_int_equal(wav_cut(&wav, 2055, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 355);
    assert_int_equal(wav_cut(&wav, 1100, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 100);
    assert_int_equal(wav_cut(&wav, 900, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 0);
    assert_int_equal(wav_sync(&wav, NULL), ERR_OK);
    close(fd);
    check_places(900, 0, true);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_take_is_in_its_file_from_its_first_frame_to_its_last),
        CLAIM(a_take_that_is_long_enough_ends_while_frames_still_arrive),
        CLAIM(a_successor_goes_on_at_the_very_frame),
        CLAIM(a_take_that_does_not_continue_is_cut_to_its_synced_frames),
        CLAIM(a_missing_file_and_a_foreign_file_are_reported),
        CLAIM(missing_frames_are_silence_of_their_length_or_are_skipped),
        CLAIM(a_successor_has_the_places_of_its_predecessor_and_goes_on),
        CLAIM(more_gaps_than_are_listed_displace_no_sound),
        CLAIM(a_take_of_so_many_frames_has_them_where_some_are_missing),
        CLAIM(a_take_that_was_cut_lists_no_gap_after_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
