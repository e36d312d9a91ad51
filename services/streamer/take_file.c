#include "services/streamer/take_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "services/streamer/take_flac.h"

enum { PATIENCE_US = 120000000, SYNC_US = 500000, WAIT_US = 5000, PIECE = 16384 };

/* ---- the ring ---- */

static bool is_captured(const struct take_file *file)
{
    return capture_header_get(file->memory).generation == file->take.take.generation;
}

/* The index behind the take's last cell, as far as it is known: looked at before the cells are. */
static uint64_t end_of(const struct take_file *file)
{
    const struct wav_take *take = &file->take.take;
    bool is_ending = atomic_load(&file->is_ending);
    struct capture_header header = capture_header_get(file->memory);
    uint64_t end = header.end, here = ring_taken(&file->ring) + ring_ready(&file->ring);

    if (header.generation != take->generation) /* what comes now is of another take */
        return ring_taken(&file->ring);
    if (is_ending && here < end)
        end = here;
    if (take->most > 0 && take->most < end - take->begin)
        end = take->begin + take->most;
    return end;
}

static enum err write_span(struct take_file *file, uint64_t at, const struct ring_span *span)
{
    uint64_t frame = at - file->take.take.begin;

    for (int i = 0; i < 2; i++) {
        const float *stereo = (const float *)(const void *)span->at[i];
        enum err e = wav_write(&file->take, frame, stereo, span->cells[i], &file->fault);
        if (e != ERR_OK)
            return e;
        frame += span->cells[i];
    }
    return ERR_OK;
}

/* All that is ready before `end`. One that was given up touches the ring no more. */
static enum err carry(struct take_file *file, uint64_t end)
{
    uint64_t at = ring_taken(&file->ring);
    enum err e = ERR_OK;

    while (e == ERR_OK && at < end && !atomic_load(&file->errand.lost)) {
        uint64_t left = end - at;
        struct ring_span span = ring_look(&file->ring, at, left < PIECE ? (uint32_t)left : PIECE);
        uint32_t cells = span.cells[0] + span.cells[1];
        if (cells == 0)
            break;
        e = write_span(file, at, &span);
        (void)errand_goes_on(&file->errand);
        if (e != ERR_OK || atomic_load(&file->errand.lost))
            break;
        ring_release(&file->ring, at += cells);
        atomic_store(&file->frames, file->take.frames);
    }
    return e;
}

/* Until the take ends, or the service: then it is left for the successor. */
static enum err drain(struct take_file *file)
{
    usec_t synced = clock_steady();
    enum err e = ERR_OK;

    for (bool goes_on = true; e == ERR_OK && goes_on;) {
        goes_on = errand_goes_on(&file->errand);
        uint64_t end = end_of(file);
        e = carry(file, end);
        if (ring_taken(&file->ring) >= end)
            break;
        if (e == ERR_OK && goes_on && clock_steady() - synced >= SYNC_US) {
            synced = clock_steady();
            e = wav_sync(&file->take, &file->fault);
        }
        if (goes_on)
            clock_sleep(WAIT_US * 4);
    }
    return e;
}

/* ---- the file ---- */

/* The folder it stands in: its name is on the disk. */
static enum err sync_folder(const char *path, struct fault *fault)
{
    char folder[PATH_MAX];
    size_t len = (size_t)(strrchr(path, '/') - path);

    memcpy(folder, path, len);
    folder[len] = '\0';
    return file_sync(folder, fault);
}

static enum err open_new(struct take_file *file)
{
    struct wav_take take = file->take.take;
    char flac[PATH_MAX + 8];

    if (take.is_for_flac && take_flac_is_there(file->path, flac))
        return fault_set(&file->fault, ERR_EXISTS, "cannot make the recording: there is %.150s already", flac);
    int fd = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

    file->take.fd = fd;
    if (fd < 0)
        return fault_errno(&file->fault, file_err(errno), errno, "cannot make the recording");
    enum err e = wav_begin(&file->take, fd, file->format, &take, &file->fault);
    return e == ERR_OK ? sync_folder(file->path, &file->fault) : e;
}

static enum err open_left(struct take_file *file)
{
    int fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    file->take.fd = fd;
    if (fd < 0) {
        char flac[PATH_MAX + 8];
        int number = errno;
        file->is_gone = number == ENOENT && sync_folder(file->path, NULL) == ERR_OK;
        file->is_flac = file->is_gone && take_flac_is_there(file->path, flac);
        return fault_errno(&file->fault, file_err(number), number, "cannot open the recording");
    }
    enum err e = wav_resume(&file->take, fd, &file->fault);
    atomic_store(&file->frames, file->take.frames);
    return e;
}

/* What the sound core says of the take that it writes is the truth about its place. */
static void note_place(struct take_file *file)
{
    struct wav_take *take = &file->take.take;
    struct capture_header header = capture_header_get(file->memory);

    take->begin = header.begin;
    take->first = header.first - take->latency;
    take->rate = header.rate;
    ring_release(&file->ring, take->begin); /* what an older take left */
}

/* The ring holds the very next frame of this file, or one that it has. */
static bool goes_on(const struct take_file *file)
{
    const struct wav_take *take = &file->take.take;
    struct capture_header header = capture_header_get(file->memory);
    uint64_t begin = header.begin, taken = ring_taken(&file->ring);

    if (take->generation == 0 || header.generation != take->generation || (take->begin != 0 && take->begin != begin))
        return false;
    return taken <= begin || taken - begin <= file->take.frames;
}

/* False: it was given up before the sound core began. */
static bool await_capture(struct take_file *file)
{
    atomic_store(&file->stage, TAKE_READY);
    while (!is_captured(file)) {
        if (!errand_goes_on(&file->errand) || atomic_load(&file->is_ending))
            return false;
        clock_sleep(WAIT_US);
    }
    return true;
}

static enum err run_capture(struct take_file *file)
{
    note_place(file);
    enum err e = wav_sync(&file->take, &file->fault);
    if (e != ERR_OK)
        return e;
    atomic_store(&file->stage, TAKE_RUNNING);
    return drain(file);
}

static void measure(struct take_file *file)
{
    struct stat st;

    if (fstat(file->take.fd, &st) != 0)
        return;
    file->size = (uint64_t)st.st_size;
    file->mtime = clock_usec(st.st_mtim);
}

/* A disk that is full has room for the header, which is there already, and for what was synced. */
static void close_file(struct take_file *file, bool is_whole)
{
    struct wav *take = &file->take;
    struct fault ignored;

    if (atomic_load(&file->is_erased) || take->frames == 0)
        unlink(file->path);
    else if ((!is_whole && wav_cut(take, take->frames, &ignored) != ERR_OK) ||
             wav_sync(take, is_whole ? &file->fault : &ignored) != ERR_OK) {
        (void)wav_cut(take, take->synced, &ignored);
        (void)wav_sync(take, &ignored);
    }
    atomic_store(&file->frames, take->frames);
}

static void record(struct take_file *file)
{
    enum err e = file->work == TAKE_NEW ? open_new(file) : open_left(file);

    if (e == ERR_OK && (file->work == TAKE_NEW ? await_capture(file) : goes_on(file)))
        e = run_capture(file);
    else if (e == ERR_OK) /* nothing says that what was not synced is whole */
        e = wav_cut(&file->take, file->take.synced, &file->fault);
    if (file->take.fd < 0)
        return;
    if (file->work == TAKE_NEW && atomic_load(&file->stage) == TAKE_OPENING)
        atomic_store(&file->is_erased, true); /* nothing was promised yet */
    measure(file);
    file->is_gone = file->work == TAKE_RESUME && file->size == 0; /* its maker died before the first byte */
    if (e != ERR_BAD_REQUEST || file->is_gone)                   /* else not ours: it is left as it is */
        close_file(file, e == ERR_OK);
    measure(file);
}

static void run(struct errand *errand)
{
    struct take_file *file = (struct take_file *)errand;

    if (file->work == TAKE_FOLDER)
        (void)file_make_dirs(file->path, 0755, &file->fault);
    else if (file->work != TAKE_ERASE)
        record(file);
    else if (unlink(file->path) != 0 && errno != ENOENT)
        fault_errno(&file->fault, file_err(errno), errno, "cannot delete the recording");
}

static void drop(struct errand *errand)
{
    struct take_file *file = (struct take_file *)errand;

    if (file->take.fd >= 0)
        close(file->take.fd);
    free(file);
}

struct take_file *take_file_new(enum take_work work, void (*done)(struct errand *errand, bool lost), void *state)
{
    struct take_file *file = calloc(1, sizeof(*file));

    if (!file)
        return NULL;
    file->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = PATIENCE_US };
    file->state = state;
    file->work = work;
    file->take.fd = -1;
    return file;
}

void take_file_start(struct take_file *file, struct errands *errands)
{
    errand_start(errands, &file->errand);
}
