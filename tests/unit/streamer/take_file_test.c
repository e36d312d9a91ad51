/* The frames of a capture ring are in the file once and in their place, whichever process copied them and wherever it
 * died. */
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/claim.h"
#include "tests/unit/streamer/captured.h"

static atomic_bool cannot_read, cannot_stat;

/* Called instead of the function of libc. */
ssize_t pread(int fd, void *to, size_t len, off_t at)
{
    static ssize_t (*real)(int, void *, size_t, off_t);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pread");
    return cannot_read ? (errno = EIO, -1) : real(fd, to, len, at);
}

/* Likewise. */
int fstat(int fd, struct stat *to)
{
    static int (*real)(int, struct stat *);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fstat");
    return cannot_stat ? (errno = EIO, -1) : real(fd, to);
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

PREPARED_CLAIM(a_take_is_in_its_file_from_its_first_frame_to_its_last)
{
    record_frames(3000);
    play_frames(3000, 1500); /* past the ring's end */
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    assert_int_equal(capture.size, WAV_HEADER + 4500 * 8);
    check_file(4500);
}

PREPARED_CLAIM(a_take_that_is_long_enough_ends_while_frames_still_arrive)
{
    start_take(TAKE_NEW, 1234);
    begin_capture();
    play_frames(0, 2000);
    await_done();
    check_file(1234);
}

PREPARED_CLAIM(an_end_that_moves_is_that_of_the_take_but_written_frames_stay)
{
    static const uint64_t ends[] = { 2500, 500 };

    for (int i = 0; i < 2; i++) {
        start_take(TAKE_NEW, 3000);
        begin_capture();
        play_frames(0, 1000);
        await_taken(BEGIN + 1000);
        atomic_store(&capture.file->most, ends[i]);
        if (ends[i] > 1000)
            play_frames(1000, 2500);
        await_done();
        check_file(ends[i] > 1000 ? ends[i] : 1000);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* The streamer dies before the take has a frame: its file stays. */
static void die_before_the_first_frame(void)
{
    char kept[80];

    snprintf(kept, sizeof(kept), "%s.kept", capture.path);
    assert_int_equal(link(capture.path, kept), 0);
    die_now();
    assert_int_equal(rename(kept, capture.path), 0);
}

/* The errand looks while the cells before the take's first one are not written yet. */
PREPARED_CLAIM(a_take_whose_header_comes_before_its_cells_has_all_of_them)
{
    for (int work = TAKE_NEW; work <= TAKE_RESUME; work++) {
        start_take(TAKE_NEW, 1234);
        while (atomic_load(&capture.file->stage) != TAKE_READY)
            clock_sleep(1000);
        play_frames(1000000, BEGIN - 100);
        if (work == TAKE_RESUME)
            die_before_the_first_frame();
        put_header(RATE);
        if (work == TAKE_RESUME)
            start_take(TAKE_RESUME, 0);
        for (int i = 0; i < 20 && !capture.done; i++) {
            mailbox_open(capture.mailbox);
            clock_sleep(5000);
        }
        assert_int_equal(capture.done, 0);
        play_frames(1000000 + BEGIN - 100, 100);
        play_frames(0, 2000);
        await_done();
        assert_int_equal(capture.error, ERR_OK);
        check_file(1234);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* The streamer has died: the file contains the synced frames and half of the others. */
PREPARED_CLAIM(a_successor_goes_on_at_the_very_frame)
{
    float junk[400];

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
PREPARED_CLAIM(a_take_that_does_not_continue_is_cut_to_its_synced_frames)
{
    char junk[801] = { 0 };

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

PREPARED_CLAIM(a_take_whose_disk_fails_when_it_is_opened_stays_as_it_is)
{
    record_frames(2000);
    die_now();
    play_frames(2000, 100);
    for (int i = 0; i < 2; i++) {
        cannot_read = i == 0;
        cannot_stat = i == 1;
        start_take(TAKE_RESUME, 0);
        await_done();
        cannot_read = cannot_stat = false;
        assert_int_equal(capture.error, ERR_IO);
        assert_false(capture.is_gone);
        check_file(2000);
    }
    start_take(TAKE_RESUME, 0);
    await_taken(BEGIN + 2100);
    end_capture();
    await_done();
    assert_int_equal(capture.error, ERR_OK);
    check_file(2100);
}

PREPARED_CLAIM(a_left_take_without_a_byte_is_gone)
{
    close(open(capture.path, O_RDWR | O_CREAT, 0600));
    start_take(TAKE_RESUME, 0);
    await_done();
    assert_true(capture.is_gone);
    assert_int_not_equal(access(capture.path, F_OK), 0);
}

PREPARED_CLAIM(a_missing_file_and_a_foreign_file_are_reported)
{
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
