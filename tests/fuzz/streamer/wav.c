/* A damaged take, as a power cut or another program leaves it: refused, or taken over with at most its real number of
 * frames, and valid again after the next sync. An input: two bytes, the length of the data after the header; then
 * changes of the header, each two bytes for the place and one for the value. */
#include "services/streamer/record/wav.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { DATA_MOST = 4096, STEREO = 64 };

static const struct wav_take take = {
    .item = { { 1, 2, 3 } }, .rate = 48000, .first = 4711, .began = 1700000000000000
};

static void write_all(int fd, const void *bytes, size_t len, off_t at)
{
    holds(pwrite(fd, bytes, len, at) == (ssize_t)len);
}

/* A header as wav_sync makes it, with the changes. */
static void make_file(int fd, struct fuzz_input *input)
{
    uint8_t header[WAV_HEADER], data[DATA_MOST] = { 0 };
    const float stereo[2 * STEREO] = { 0.5F };
    size_t len = fuzz_number(input) % (DATA_MOST + 1);
    struct wav wav;

    holds(wav_begin(&wav, fd, len & 1 ? WAV_PCM24 : WAV_FLOAT, &take, NULL) == ERR_OK);
    holds(wav_write(&wav, 0, stereo, STEREO, NULL) == ERR_OK && wav_sync(&wav, NULL) == ERR_OK);
    holds(pread(fd, header, sizeof(header), 0) == sizeof(header));
    while (input->left >= 3) {
        size_t at = fuzz_number(input) % WAV_HEADER;
        header[at] = fuzz_take(input, 1).at[0];
    }
    holds(ftruncate(fd, 0) == 0);
    write_all(fd, header, sizeof(header), 0);
    write_all(fd, data, len, WAV_HEADER);
}

static uint32_t frame_bytes(enum wav_format format)
{
    return format == WAV_FLOAT ? 8 : 6;
}

/* A successor takes the file over. */
static void goes_on(struct wav *wav, int fd)
{
    const float stereo[2 * STEREO] = { -1e30F, 1e30F };
    struct fault fault = { 0 };
    struct wav again;

    holds(wav->synced <= wav->frames && wav->frames <= DATA_MOST / frame_bytes(wav->format));
    holds(wav_cut(wav, wav->synced, &fault) == ERR_OK && wav->frames == wav->synced);
    holds(wav_write(wav, wav->frames / 2, stereo, STEREO, &fault) == ERR_OK);
    holds(wav_sync(wav, &fault) == ERR_OK);
    holds(wav_resume(&again, fd, &fault) == ERR_OK);
    holds(again.frames == wav->frames && again.synced == wav->synced && again.format == wav->format);
    holds(memcmp(&again.take.item, &wav->take.item, sizeof(struct id)) == 0 && again.take.rate == wav->take.rate &&
          again.take.begin == wav->take.begin && again.take.first == wav->take.first &&
          again.take.began == wav->take.began && again.take.most == wav->take.most);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct fault fault = { 0 };
    static int fd = -1;
    struct wav wav;

    if (fd < 0)
        fd = memfd_create("take", MFD_CLOEXEC);
    holds(fd >= 0 && ftruncate(fd, 0) == 0);
    make_file(fd, &input);
    if (wav_resume(&wav, fd, &fault) == ERR_OK)
        goes_on(&wav, fd);
    else
        holds(fault.code == ERR_BAD_REQUEST && fault.what[0]);
    return 0;
}
