#include "services/worker/mp4_length.h"

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    BOXES_MOST = 4096 /* looked at in one box */,
    TRACKS_MOST = 64,
    RUNS_MOST = 64 /* of equal packets */,
    FULL = 4
};

struct box {
    uint64_t at, end; /* of its content */
    char type[4];
};

static uint64_t read_big_endian(const uint8_t *from, int bytes)
{
    uint64_t number = 0;

    for (int i = 0; i < bytes; i++)
        number = number << 8 | from[i];
    return number;
}

static bool read_at(int fd, uint64_t at, void *to, size_t len)
{
    return at < INT64_MAX && pread(fd, to, len, (off_t)at) == (ssize_t)len;
}

/* The box at `at`, which ends before `end`. */
static bool read_box(int fd, uint64_t at, uint64_t end, struct box *box)
{
    uint8_t head[16];
    uint64_t size, len = 8;

    if (end - at < 8 || !read_at(fd, at, head, 8))
        return false;
    size = read_big_endian(head, 4);
    if (size == 1) {
        len = 16;
        if (end - at < 16 || !read_at(fd, at, head, 16))
            return false;
        size = read_big_endian(head + 8, 8);
    } else if (size == 0) {
        size = end - at;
    }
    if (size < len || size > end - at)
        return false;
    memcpy(box->type, head + 4, 4);
    box->at = at + len;
    box->end = at + size;
    return true;
}

/* The first box of this type in `in` that begins at `from` or after it. */
static bool find_box(int fd, const struct box *in, uint64_t from, const char *type, struct box *box)
{
    uint64_t at = from;

    for (int i = 0; i < BOXES_MOST && at < in->end && read_box(fd, at, in->end, box); i++) {
        if (memcmp(box->type, type, 4) == 0)
            return true;
        at = box->end;
    }
    return false;
}

/* `path` has the types of boxes, of four letters each, one inside the other. */
static bool find_inner(int fd, const struct box *in, const char *path, struct box *box)
{
    *box = *in;
    for (; *path; path += 4) {
        const struct box outer = *box;
        if (!find_box(fd, &outer, outer.at, path, box))
            return false;
    }
    return true;
}

static bool read_content(int fd, const struct box *box, uint64_t at, void *to, size_t len)
{
    return box->end - box->at >= at + len && read_at(fd, box->at + at, to, len);
}

static bool is_sound(int fd, const struct box *track)
{
    struct box handler;
    char type[4];

    return find_inner(fd, track, "mdiahdlr", &handler) && read_content(fd, &handler, FULL + 4, type, 4) &&
           memcmp(type, "soun", 4) == 0;
}

static bool find_sound(int fd, struct box *track)
{
    const struct box file = { .at = 0, .end = INT64_MAX };
    struct box movie = { 0 };
    uint64_t from;

    if (!find_box(fd, &file, 0, "moov", &movie))
        return false;
    from = movie.at;
    for (int i = 0; i < TRACKS_MOST && find_box(fd, &movie, from, "trak", track); i++) {
        if (is_sound(fd, track))
            return true;
        from = track->end;
    }
    return false;
}

/* The rate and the length of the media, in its own unit. */
static bool read_media(int fd, const struct box *track, uint64_t *rate, uint64_t *length)
{
    struct box header;
    uint8_t b[FULL + 28];

    if (!find_inner(fd, track, "mdiamdhd", &header) || !read_content(fd, &header, 0, b, FULL + 20))
        return false;
    if (b[0] == 1 && !read_content(fd, &header, 0, b, sizeof(b)))
        return false;
    *rate = read_big_endian(b + FULL + (b[0] == 1 ? 16 : 8), 4);
    *length = b[0] == 1 ? read_big_endian(b + FULL + 20, 8) : read_big_endian(b + FULL + 12, 4);
    return b[0] <= 1 && *rate > 0 && *length < (uint64_t)1 << 40;
}

/* Where a list of one edit begins in the media. */
static bool read_start(int fd, const struct box *track, uint64_t *start)
{
    struct box list;
    uint8_t b[FULL + 4 + 20];
    bool is_long;

    if (!find_inner(fd, track, "edtselst", &list) || !read_content(fd, &list, 0, b, FULL + 4 + 12))
        return false;
    is_long = b[0] == 1;
    if (read_big_endian(b + FULL, 4) != 1 || b[0] > 1 || (is_long && !read_content(fd, &list, 0, b, sizeof(b))))
        return false;
    *start = is_long ? read_big_endian(b + FULL + 4 + 8, 8) : read_big_endian(b + FULL + 4 + 4, 4);
    return *start < (is_long ? (uint64_t)1 << 40 : (uint64_t)INT32_MAX);
}

/* True if the packets, all as long as the first one, have less than two packets more than `length`. */
static bool fits_packets(int fd, const struct box *track, uint64_t length)
{
    struct box times;
    uint8_t b[FULL + 4], run[8];
    uint64_t packets = 0, packet = 0;

    if (!find_inner(fd, track, "mdiaminfstblstts", &times) || !read_content(fd, &times, 0, b, sizeof(b)))
        return false;
    const uint64_t runs = read_big_endian(b + FULL, 4);
    for (uint64_t i = 0; i < runs; i++) {
        if (i == RUNS_MOST || !read_content(fd, &times, sizeof(b) + 8 * i, run, sizeof(run)))
            return false;
        packets += read_big_endian(run, 4);
        packet = i == 0 ? read_big_endian(run + 4, 4) : packet;
    }
    return packet > 0 && packet < 65536 && packets * packet >= length && packets * packet - length < 2 * packet;
}

uint64_t mp4_length_us(int fd)
{
    struct box track;
    uint64_t rate, length, start;

    if (!find_sound(fd, &track) || !read_media(fd, &track, &rate, &length) || !read_start(fd, &track, &start) ||
        start >= length || !fits_packets(fd, &track, length))
        return 0;
    length -= start;
    return length / rate * 1000000 + (length % rate * 1000000 + rate / 2) / rate;
}
