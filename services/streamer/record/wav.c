#include "services/streamer/record/wav.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/pcm.h"

enum { DS64 = 28, BEXT = 602, TAKE = 96, GAPS = 16 + WAV_GAPS * 16, CUT = 16 + 200 + 16, PIECE = 1024 };
enum { TAG_PCM = 1, TAG_FLOAT = 3 };

static uint32_t frame_bytes(enum wav_format format)
{
    return WAV_CHANNELS * (format == WAV_PCM24 ? 3 : sizeof(float));
}

/* ---- the header ---- */

struct wav_head {
    uint8_t at[WAV_HEADER];
    size_t len;
};

static void put_bytes(struct wav_head *head, const void *bytes, size_t len)
{
    memcpy(head->at + head->len, bytes, len);
    head->len += len;
}

/* Little-endian, like all of RIFF. */
static void put_wav_number(struct wav_head *head, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        head->at[head->len++] = (uint8_t)(value >> 8 * i);
}

static void put_chunk(struct wav_head *head, const char *name, uint64_t size)
{
    put_bytes(head, name, 4);
    put_wav_number(head, size, 4);
}

static void put_text(struct wav_head *head, const char *text, size_t size)
{
    size_t len = strnlen(text, size);

    put_bytes(head, text, len);
    head->len += size - len; /* the rest is zero already */
}

/* `all`: bytes after the RIFF chunk's own head. */
static void put_sizes(struct wav_head *head, uint64_t all, uint64_t data, uint64_t frames)
{
    bool is_large = all > UINT32_MAX;

    put_bytes(head, is_large ? "RF64" : "RIFF", 4);
    put_wav_number(head, is_large ? UINT32_MAX : all, 4);
    put_bytes(head, "WAVE", 4);
    put_chunk(head, is_large ? "ds64" : "JUNK", DS64);
    put_wav_number(head, is_large ? all : 0, 8);
    put_wav_number(head, is_large ? data : 0, 8);
    put_wav_number(head, is_large ? frames : 0, 8);
    put_wav_number(head, 0, 4);
}

static void put_bext(struct wav_head *head, const struct wav_take *take)
{
    time_t seconds = (time_t)(take->began / 1000000);
    struct tm tm = { 0 };
    char when[32] = "", id[ID_TEXT_SIZE];
    size_t end;

    gmtime_r(&seconds, &tm);
    (void)strftime(when, sizeof(when), "%Y-%m-%d%H:%M:%S", &tm);
    put_chunk(head, "bext", BEXT);
    end = head->len + BEXT;
    put_text(head, "", 256);
    put_text(head, "loophole", 32);
    put_text(head, id_write(take->item, id), 32);
    put_text(head, when, 18); /* date (10 bytes) and time (8 bytes) */
    put_wav_number(head, take->first > 0 ? (uint64_t)take->first : 0, 8);
    put_wav_number(head, 1, 2);
    head->len = end;
}

static void put_format(struct wav_head *head, const struct wav *wav)
{
    uint32_t frame = frame_bytes(wav->format);

    put_chunk(head, "fmt ", 16);
    put_wav_number(head, wav->format == WAV_PCM24 ? TAG_PCM : TAG_FLOAT, 2);
    put_wav_number(head, WAV_CHANNELS, 2);
    put_wav_number(head, wav->take.rate, 4);
    put_wav_number(head, (uint64_t)wav->take.rate * frame, 4);
    put_wav_number(head, frame, 2);
    put_wav_number(head, frame * 8 / WAV_CHANNELS, 2);
}

static void put_take(struct wav_head *head, const struct wav *wav)
{
    const struct wav_take *take = &wav->take;
    size_t end;

    put_chunk(head, "take", TAKE);
    end = head->len + TAKE;
    put_bytes(head, take->item.b, sizeof(take->item.b));
    put_wav_number(head, take->generation, 4);
    put_wav_number(head, take->rate, 4);
    put_wav_number(head, take->begin, 8);
    put_wav_number(head, (uint64_t)take->first, 8);
    put_wav_number(head, (uint64_t)take->began, 8);
    put_wav_number(head, (uint64_t)take->latency_frames, 8);
    put_wav_number(head, take->most, 8);
    put_bytes(head, take->request.b, sizeof(take->request.b));
    put_wav_number(head, take->is_for_flac, 4);
    put_wav_number(head, take->is_filled, 4);
    put_wav_number(head, wav->has_ended, 4);
    put_wav_number(head, take->has_begun, 4);
    head->len = end;
}

static void put_gaps(struct wav_head *head, const struct wav_gaps *gaps)
{
    put_chunk(head, "gaps", GAPS);
    put_wav_number(head, gaps->lost, 8);
    put_wav_number(head, gaps->count, 8);
    for (uint32_t i = 0; i < WAV_GAPS; i++) {
        put_wav_number(head, gaps->each[i].at, 8);
        put_wav_number(head, gaps->each[i].frames, 8);
    }
}

static void put_cut(struct wav_head *head, const struct wav_cut *cut)
{
    put_chunk(head, "cut ", CUT);
    put_bytes(head, cut->code, sizeof(cut->code));
    put_bytes(head, cut->why, sizeof(cut->why));
    put_wav_number(head, cut->at, 8);
    put_wav_number(head, cut->wanted, 8);
}

static void put_header(struct wav_head *head, const struct wav *wav, uint64_t frames)
{
    uint64_t data = frames * frame_bytes(wav->format), all = data + WAV_HEADER - 8 + wav->markers;
    bool is_large = all > UINT32_MAX;

    put_sizes(head, all, data, frames);
    put_bext(head, &wav->take);
    put_format(head, wav);
    put_chunk(head, "fact", 4);
    put_wav_number(head, is_large ? UINT32_MAX : frames, 4);
    put_take(head, wav);
    put_gaps(head, &wav->gaps);
    if (wav->cut.is_cut)
        put_cut(head, &wav->cut);
    put_chunk(head, "JUNK", WAV_HEADER - 8 - 8 - head->len);
    head->len = WAV_HEADER - 8;
    put_chunk(head, "data", is_large ? UINT32_MAX : data);
}

static enum err write_at(int fd, const void *bytes, size_t len, uint64_t at, struct fault *fault)
{
    const uint8_t *from = bytes;

    while (len > 0) {
        ssize_t wrote = pwrite(fd, from, len, (off_t)at);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fault_errno(fault, file_err(wrote < 0 ? errno : ENOSPC), wrote < 0 ? errno : ENOSPC,
                               "cannot write the take");
        from += wrote;
        at += (uint64_t)wrote;
        len -= (size_t)wrote;
    }
    return ERR_OK;
}

static enum err sync_fd(int fd, struct fault *fault)
{
    int result;

    do
        result = fdatasync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0 ? ERR_OK : fault_errno(fault, file_err(errno), errno, "cannot sync the take");
}

/* Writes the first page, which says that `frames` frames are on the disk. */
static enum err put_page(const struct wav *wav, uint64_t frames, struct fault *fault)
{
    struct wav_head head = { 0 };

    put_header(&head, wav, frames);
    return write_at(wav->fd, head.at, WAV_HEADER, 0, fault);
}

static enum err write_header(const struct wav *wav, struct fault *fault)
{
    enum err e = put_page(wav, wav->frames, fault);

    return e == ERR_OK ? sync_fd(wav->fd, fault) : e;
}

enum err wav_begin(struct wav *wav, int fd, enum wav_format format, const struct wav_take *take, struct fault *fault)
{
    *wav = (struct wav){ .fd = fd, .format = format, .take = *take };
    return write_header(wav, fault);
}

/* ---- an existing file ---- */

static uint64_t number_at(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

/* The offsets of the chunks in our own header; a file with others is not ours. */
enum {
    AT_BEXT = 12 + 8 + DS64,
    AT_FORMAT = AT_BEXT + 8 + BEXT,
    AT_FACT = AT_FORMAT + 8 + 16,
    AT_TAKE = AT_FACT + 12,
    AT_GAPS = AT_TAKE + 8 + TAKE,
    AT_CUT = AT_GAPS + 8 + GAPS
};

/* A file of an older version has no gaps. */
/* The texts of a damaged file end too. */
static void read_cut(struct wav_cut *cut, const uint8_t *at)
{
    const uint8_t *numbers = at + sizeof(cut->code) + sizeof(cut->why);

    *cut = (struct wav_cut){ .is_cut = true, .at = number_at(numbers, 8), .wanted = number_at(numbers + 8, 8) };
    memcpy(cut->code, at, sizeof(cut->code) - 1);
    memcpy(cut->why, at + sizeof(cut->code), sizeof(cut->why) - 1);
}

static void read_gaps(struct wav *wav, const uint8_t *at)
{
    if (memcmp(at, "gaps", 4) != 0)
        return;
    at += 8;
    wav->gaps.lost = number_at(at, 8);
    wav->gaps.count = number_at(at + 8, 8);
    for (uint32_t i = 0; i < WAV_GAPS; i++)
        wav->gaps.each[i] =
            (struct wav_gap){ .at = number_at(at + 16 + i * 16, 8), .frames = number_at(at + 24 + i * 16, 8) };
}

static bool read_header(struct wav *wav, const uint8_t *at)
{
    const uint8_t *take = at + AT_TAKE + 8;

    if ((memcmp(at, "RIFF", 4) != 0 && memcmp(at, "RF64", 4) != 0) || memcmp(at + AT_FORMAT, "fmt ", 4) != 0 ||
        memcmp(at + AT_TAKE, "take", 4) != 0 || memcmp(at + WAV_HEADER - 8, "data", 4) != 0)
        return false;
    wav->format = number_at(at + AT_FORMAT + 8, 2) == TAG_PCM ? WAV_PCM24 : WAV_FLOAT;
    memcpy(wav->take.item.b, take, sizeof(wav->take.item.b));
    wav->take.generation = (uint32_t)number_at(take + 16, 4);
    wav->take.rate = (uint32_t)number_at(take + 20, 4);
    wav->take.begin = number_at(take + 24, 8);
    wav->take.first = (int64_t)number_at(take + 32, 8);
    wav->take.began = (usec_t)number_at(take + 40, 8);
    wav->take.latency_frames = (int64_t)number_at(take + 48, 8);
    wav->take.most = number_at(take + 56, 8);
    memcpy(wav->take.request.b, take + 64, sizeof(wav->take.request.b));
    wav->take.is_for_flac = number_at(take + 80, 4) == 1;
    wav->take.is_filled = number_at(take + 84, 4) == 1;
    wav->has_ended = number_at(take + 88, 4) == 1;
    wav->take.has_begun = number_at(take + 92, 4) == 1 || wav->take.begin != 0; /* older files have no flag */
    read_gaps(wav, at + AT_GAPS);
    if (memcmp(at + AT_CUT, "cut ", 4) == 0)
        read_cut(&wav->cut, at + AT_CUT + 8);
    return wav->take.rate > 0;
}

/* The header may be torn: its beginning from one sync, its end from the one before. Both parts were true at their
 * time. */
static uint64_t data_said(const uint8_t *header)
{
    uint64_t riff = number_at(header + 4, 4), data = number_at(header + WAV_HEADER - 4, 4);

    if (data != UINT32_MAX)
        return data;
    if (memcmp(header, "RF64", 4) == 0)
        return number_at(header + 28, 8);
    return riff > WAV_HEADER - 8 ? riff - (WAV_HEADER - 8) : 0;
}

enum err wav_resume(struct wav *wav, int fd, struct fault *fault)
{
    uint8_t header[WAV_HEADER];
    struct stat st;
    ssize_t got;

    *wav = (struct wav){ .fd = fd };
    if (fstat(fd, &st) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot access the take");
    got = st.st_size < WAV_HEADER ? 0 : pread(fd, header, sizeof(header), 0);
    if (got < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot read the take");
    if (got != sizeof(header) || !read_header(wav, header))
        return fault_set(fault, ERR_BAD_REQUEST, "this is not a take of loophole");
    wav->frames = (uint64_t)(st.st_size - WAV_HEADER) / frame_bytes(wav->format);
    wav->synced = data_said(header) / frame_bytes(wav->format);
    if (wav->synced > wav->frames)
        wav->synced = wav->frames;
    if (wav->has_ended) /* markers may follow the frames */
        wav->frames = wav->synced;
    wav->was_ended = wav->has_ended;
    wav->has_ended = false;
    return ERR_OK;
}

/* ---- frames ---- */

static void put_sample(struct wav *wav, float sample, uint8_t *to)
{
    if (!isfinite(sample))
        sample = 0;
    if (wav->format == WAV_FLOAT) {
        memcpy(to, &sample, sizeof(sample));
        return;
    }
    int32_t number = pcm24(sample);
    for (int i = 0; i < PCM24_BITS / 8; i++)
        to[i] = (uint8_t)((uint32_t)number >> 8 * i);
}

enum err wav_write(struct wav *wav, uint64_t at, const float *stereo, uint32_t count, struct fault *fault)
{
    uint8_t bytes[PIECE * WAV_CHANNELS * sizeof(float)];
    uint32_t frame = frame_bytes(wav->format), done = 0;

    while (done < count) {
        uint32_t piece = count - done < PIECE ? count - done : PIECE;

        for (uint32_t i = 0; i < piece * WAV_CHANNELS; i++)
            put_sample(wav, stereo[done * WAV_CHANNELS + i], bytes + i * frame / WAV_CHANNELS);
        enum err e = write_at(wav->fd, bytes, (size_t)piece * frame, WAV_HEADER + (at + done) * frame, fault);
        if (e != ERR_OK)
            return e;
        done += piece;
    }
    if (at + count > wav->frames)
        wav->frames = at + count;
    return ERR_OK;
}

enum err wav_sync(struct wav *wav, struct fault *fault)
{
    enum err e = sync_fd(wav->fd, fault);

    if (e == ERR_OK)
        e = write_header(wav, fault);
    if (e == ERR_OK)
        wav->synced = wav->frames;
    return e;
}

/* Makes the file end with its last frame. */
static enum err fit_length(const struct wav *wav, const char *what, struct fault *fault)
{
    uint64_t frame = frame_bytes(wav->format);

    if (wav->frames > (INT64_MAX - WAV_HEADER) / frame)
        return fault_set(fault, ERR_FULL, "%s: %llu frames are too many for a file", what,
                         (unsigned long long)wav->frames);
    if (ftruncate(wav->fd, (off_t)(WAV_HEADER + wav->frames * frame)) != 0)
        return fault_errno(fault, file_err(errno), errno, "%s", what);
    return ERR_OK;
}

/* Of places beyond the list only the number is known, so their frames stay counted. */
static void forget_gaps(struct wav_gaps *gaps, uint64_t frames)
{
    while (gaps->count > 0 && gaps->count <= WAV_GAPS && gaps->each[gaps->count - 1].at >= frames)
        gaps->lost -= gaps->each[--gaps->count].frames;
}

static void shorten_gap(struct wav_gaps *gaps, uint64_t frames)
{
    struct wav_gap *last = gaps->count > 0 && gaps->count <= WAV_GAPS ? &gaps->each[gaps->count - 1] : NULL;

    if (!last || last->frames <= frames - last->at)
        return;
    gaps->lost -= last->frames - (frames - last->at);
    last->frames = frames - last->at;
}

enum err wav_cut(struct wav *wav, uint64_t frames, struct fault *fault)
{
    if (frames < wav->frames)
        wav->frames = frames;
    forget_gaps(&wav->gaps, wav->frames);
    if (wav->take.is_filled)
        shorten_gap(&wav->gaps, wav->frames);
    return fit_length(wav, "cannot cut the take", fault);
}

/* ---- missing frames ---- */

enum err wav_lose(struct wav *wav, uint64_t at, uint64_t count, struct fault *fault)
{
    struct wav_gaps *gaps = &wav->gaps;

    if (gaps->count < WAV_GAPS)
        gaps->each[gaps->count] = (struct wav_gap){ at, count };
    gaps->count++;
    gaps->lost += count;
    if (wav->take.is_filled) { /* the bytes that extend a file are zero */
        wav->frames = at;
        enum err e = fit_length(wav, "cannot write the take", fault);
        wav->frames = at + count;
        if (e == ERR_OK)
            e = fit_length(wav, "cannot write the take", fault);
        if (e != ERR_OK)
            return e;
    }
    return put_page(wav, wav->synced, fault);
}

/* ---- the end ---- */

/* The machine was off, or started again, since then. */
static bool is_before_boot(usec_t when)
{
    struct timespec up;

    return clock_gettime(CLOCK_BOOTTIME, &up) == 0 && when < clock_now() - clock_usec(up);
}

static const char *why_it_stopped(usec_t began, bool has_engine_stopped)
{
    if (is_before_boot(began))
        return "the machine stopped while it was recorded";
    return has_engine_stopped ? "the engine stopped while it was recorded"
                              : "the audio core stopped while it was recorded";
}

void wav_note_cut(struct wav *wav, const struct fault *fault, bool has_engine_stopped)
{
    const char *why = fault->code ? fault->what : why_it_stopped(wav->take.began, has_engine_stopped);
    struct wav_cut *cut = &wav->cut;

    *cut = (struct wav_cut){ .is_cut = true, .wanted = wav->take.most };
    (void)snprintf(cut->code, sizeof(cut->code), "%s", err_name(fault->code ? fault->code : ERR_OFFLINE));
    (void)snprintf(cut->why, sizeof(cut->why), "%.*s", (int)sizeof(cut->why) - 1, why);
}

static enum err write_markers(struct wav *wav)
{
    uint8_t bytes[WAV_MARKERS_SIZE];
    size_t size = wav_markers(&wav->gaps, wav->take.rate, wav->take.is_filled, bytes);
    enum err e = write_at(wav->fd, bytes, size, WAV_HEADER + wav->frames * frame_bytes(wav->format), NULL);

    if (e == ERR_OK)
        e = sync_fd(wav->fd, NULL);
    if (e == ERR_OK)
        wav->markers = size;
    return e == ERR_OK ? write_header(wav, NULL) : e;
}

/* A take is complete without its markers too, because its item also names the places. */
enum err wav_end(struct wav *wav, struct fault *fault)
{
    enum err e = fit_length(wav, "cannot end the take", fault);

    wav->has_ended = true;
    if (e == ERR_OK)
        e = wav_sync(wav, fault);
    if (e != ERR_OK || wav->gaps.count == 0 || write_markers(wav) == ERR_OK)
        return e;
    wav->markers = 0;
    e = fit_length(wav, "cannot end the take", fault);
    return e == ERR_OK ? wav_sync(wav, fault) : e;
}
