/* After each sync a recording is a complete WAVE file, whatever later data is lost; above 4 GiB it is RF64. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/streamer/record/wav.h"
#include "tests/unit/claim.h"

enum { FRAMES = 5000 };

static const struct wav_take take = { .item = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } },
                                      .generation = 7,
                                      .rate = 48000,
                                      .begin = 123456,
                                      .first = 5000000000,
                                      .began = 1700000000000000,
                                      .latency_frames = -3,
                                      .most = 777,
                                      .request = { { 9, 8, 7, 6, 5, 4, 3, 2, 1 } },
                                      .has_begun = true };

static int new_file(void)
{
    char path[] = "/tmp/loophole-wav.XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

static uint32_t frame_bytes(enum wav_format format)
{
    return format == WAV_FLOAT ? 8 : 6;
}

static uint64_t number_at(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void read_page(int fd, uint8_t page[WAV_HEADER])
{
    assert_int_equal(pread(fd, page, WAV_HEADER, 0), WAV_HEADER);
}

/* Walks all chunks: each begins where the previous one ends. NULL: not found. */
static const uint8_t *chunk_of(const uint8_t *page, const char *name, uint64_t *size)
{
    for (uint64_t at = 12; at + 8 <= WAV_HEADER; at += 8 + *size + *size % 2) {
        *size = number_at(page + at + 4, 4);
        if (memcmp(page + at, name, 4) == 0)
            return page + at + 8;
    }
    return NULL;
}

static void fill_frames(float *stereo, uint32_t count)
{
    for (uint32_t i = 0; i < count * 2; i++)
        stereo[i] = (float)(int32_t)(i * 2654435761u) / 2147483648.0F;
}

CLAIM(the_header_describes_the_data)
{
    for (enum wav_format format = WAV_FLOAT; format <= WAV_PCM24; format++) {
        uint8_t page[WAV_HEADER];
        static float stereo[FRAMES * 2];
        struct fault fault = { 0 };
        struct wav wav;
        uint64_t size;
        int fd = new_file();

        fill_frames(stereo, FRAMES);
        assert_int_equal(wav_begin(&wav, fd, format, &take, &fault), ERR_OK);
        assert_int_equal(wav_write(&wav, 0, stereo, FRAMES, &fault), ERR_OK);
        read_page(fd, page);
        assert_non_null(chunk_of(page, "data", &size));
        assert_int_equal(size, 0); /* not reported before it is on the disk */
        assert_int_equal(wav_sync(&wav, &fault), ERR_OK);
        read_page(fd, page);
        assert_memory_equal(page, "RIFF", 4);
        assert_int_equal(number_at(page + 4, 4), WAV_HEADER - 8 + FRAMES * frame_bytes(format));
        assert_ptr_equal(chunk_of(page, "data", &size), page + WAV_HEADER);
        assert_int_equal(size, FRAMES * frame_bytes(format));
        const uint8_t *fmt = chunk_of(page, "fmt ", &size);
        assert_int_equal(number_at(fmt, 2), format == WAV_FLOAT ? 3 : 1);
        assert_int_equal(number_at(fmt + 2, 2), 2);
        assert_int_equal(number_at(fmt + 4, 4), 48000);
        assert_int_equal(number_at(fmt + 14, 2), format == WAV_FLOAT ? 32 : 24);
        const uint8_t *bext = chunk_of(page, "bext", &size);
        assert_memory_equal(bext + 256, "loophole", 8);
        assert_memory_equal(bext + 320, "2023-11-1422:13:20", 18);
        assert_int_equal(number_at(bext + 338, 8), 5000000000);
        close(fd);
    }
    (void)state;
}

CLAIM(past_4_gib_it_is_rf64)
{
    uint8_t page[WAV_HEADER];
    float stereo[4] = { 0.5F, -0.5F, 0.25F, -0.25F };
    struct fault fault = { 0 };
    struct wav wav;
    uint64_t size, frames = ((uint64_t)5 << 30) / 8;
    int fd = new_file();

    assert_int_equal(wav_begin(&wav, fd, WAV_FLOAT, &take, &fault), ERR_OK);
    wav.frames = frames; /* a hole of 5 GiB */
    assert_int_equal(wav_write(&wav, frames, stereo, 2, &fault), ERR_OK);
    assert_int_equal(wav_sync(&wav, &fault), ERR_OK);
    read_page(fd, page);
    assert_memory_equal(page, "RF64", 4);
    assert_int_equal(number_at(page + 4, 4), UINT32_MAX);
    const uint8_t *sizes = chunk_of(page, "ds64", &size);
    assert_int_equal(number_at(sizes, 8), (frames + 2) * 8 + WAV_HEADER - 8);
    assert_int_equal(number_at(sizes + 8, 8), (frames + 2) * 8);
    assert_int_equal(number_at(sizes + 16, 8), frames + 2);
    struct wav again;
    assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
    assert_int_equal(again.frames, frames + 2);
    assert_int_equal(again.synced, frames + 2);
    memcpy(page, "RIFF", 4); /* torn: this sector is from the previous sync, when there were 8 frames */
    page[4] = (uint8_t)(WAV_HEADER - 8 + 64), page[5] = (WAV_HEADER - 8 + 64) >> 8, page[6] = page[7] = 0;
    assert_int_equal(pwrite(fd, page, 512, 0), 512);
    assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
    assert_int_equal(again.synced, 8);
    close(fd);
}

/* Cut at any byte after the header, the file is taken over with all complete frames; cut within the header, it is not a
 * take. */
CLAIM(the_file_of_a_predecessor_is_taken_over)
{
    static float stereo[FRAMES * 2], read[2];
    struct fault fault = { 0 };
    struct wav wav, again;
    int fd = new_file();

    fill_frames(stereo, FRAMES);
    assert_int_equal(wav_begin(&wav, fd, WAV_FLOAT, &take, &fault), ERR_OK);
    assert_int_equal(wav_write(&wav, 0, stereo, FRAMES, &fault), ERR_OK);
    for (off_t size = WAV_HEADER + FRAMES * 8; size > WAV_HEADER; size -= 1237) {
        assert_int_equal(ftruncate(fd, size), 0);
        assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
        assert_int_equal(again.frames, (uint64_t)(size - WAV_HEADER) / 8);
        assert_int_equal(again.synced, 0); /* no sync has confirmed them */
        assert_memory_equal(&again.take, &take, sizeof(take));
    }
    uint64_t there = again.frames;
    assert_int_equal(wav_write(&again, there, stereo + there * 2, FRAMES - (uint32_t)there, &fault), ERR_OK);
    assert_int_equal(wav_sync(&again, &fault), ERR_OK);
    for (uint32_t i = 0; i < FRAMES; i++) {
        assert_int_equal(pread(fd, read, sizeof(read), WAV_HEADER + i * 8), sizeof(read));
        assert_memory_equal(read, stereo + (size_t)i * 2, sizeof(read));
    }
    assert_int_equal(wav_cut(&again, 100, &fault), ERR_OK);
    assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
    assert_int_equal(again.frames, 100);
    for (off_t size = WAV_HEADER - 1; size >= 0; size -= 119) {
        assert_int_equal(ftruncate(fd, size), 0);
        assert_int_equal(wav_resume(&again, fd, &fault), ERR_BAD_REQUEST);
    }
    close(fd);
}

CLAIM(a_file_that_was_cut_says_why_to_its_successor)
{
    static const struct wav_cut cut = {
        .is_cut = true, .code = "full", .why = "No space left", .at = 8, .wanted = 1ULL << 40
    };
    static float stereo[16];
    struct fault fault = { 0 };
    struct wav wav, again;
    int fd = new_file();

    assert_int_equal(wav_begin(&wav, fd, WAV_PCM24, &take, &fault), ERR_OK);
    assert_int_equal(wav_write(&wav, 0, stereo, 8, &fault), ERR_OK);
    assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
    assert_false(again.cut.is_cut || again.was_ended);
    wav.cut = cut;
    assert_int_equal(wav_end(&wav, &fault), ERR_OK);
    assert_int_equal(wav_resume(&again, fd, &fault), ERR_OK);
    assert_memory_equal(&again.cut, &cut, sizeof(cut));
    assert_true(again.was_ended);
    close(fd);
}

/* A page that cannot be read may be the first page of a take. */
CLAIM(a_file_that_cannot_be_read_is_no_foreign_file)
{
    char path[] = "/tmp/loophole-wav.XXXXXX";
    struct fault fault = { 0 };
    struct wav wav;
    int fd = mkstemp(path), unreadable = open(path, O_WRONLY);

    unlink(path);
    assert_int_equal(wav_begin(&wav, fd, WAV_FLOAT, &take, &fault), ERR_OK);
    assert_int_equal(wav_resume(&wav, unreadable, &fault), ERR_IO);
    assert_int_equal(wav_resume(&wav, fd, &fault), ERR_OK);
    close(unreadable);
    assert_int_equal(wav_resume(&wav, unreadable, &fault), ERR_IO);
    close(fd);
}

CLAIM(samples_are_kept_or_rounded_and_never_poisoned)
{
    float stereo[8] = { 1, -1, 2, -2, (float)NAN, (float)INFINITY, 0.1F, -0.1F };
    const int32_t expected[8] = { 8388607, -8388607, 8388607, -8388607, 0, 0, 838861, -838861 };
    uint8_t bytes[24];
    float floats[8];
    struct fault fault = { 0 };
    struct wav wav;
    int fd = new_file();

    assert_int_equal(wav_begin(&wav, fd, WAV_PCM24, &take, &fault), ERR_OK);
    assert_int_equal(wav_write(&wav, 0, stereo, 4, &fault), ERR_OK);
    assert_int_equal(pread(fd, bytes, sizeof(bytes), WAV_HEADER), sizeof(bytes));
    for (int i = 0; i < 8; i++)
        assert_int_equal((int32_t)((uint32_t)number_at(bytes + i * 3, 3) << 8) >> 8, expected[i]);
    close(fd);
    fd = new_file();
    assert_int_equal(wav_begin(&wav, fd, WAV_FLOAT, &take, &fault), ERR_OK);
    assert_int_equal(wav_write(&wav, 0, stereo, 4, &fault), ERR_OK);
    assert_int_equal(pread(fd, floats, sizeof(floats), WAV_HEADER), sizeof(floats));
    stereo[4] = stereo[5] = 0;
    assert_memory_equal(floats, stereo, sizeof(floats));
    close(fd);
}
