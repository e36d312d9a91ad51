#include "services/streamer/record/take_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/beneath/way.h"
#include "common/file.h"
#include "common/process/closing.h"
#include "common/rt/capture.h"
#include "common/rt/state.h"
#include "services/streamer/record/take_flac.h"
#include "services/streamer/record/take_name.h"
#include "services/streamer/record/wav.h"

enum { PATIENCE_US = 120000000, SYNC_US = 500000, WAIT_US = 5000, PIECE = 16384 };

/* ---- the ring ---- */

/* The newest header of the capture. */
static const struct capture_header *read_header(struct take_file *file)
{
    capture_header_look(file->memory, &file->view);
    return &file->view.header;
}

static bool is_file_captured(struct take_file *file)
{
    return read_header(file)->generation == file->take.take.generation;
}

/* A view of the ring: the cells before `ready` are written. The header is read after that, so it has all gaps before
 * them. `end`: the index after the take's last cell; UINT64_MAX: unknown. */
struct sight {
    uint64_t ready, end;
    const struct capture_header *header;
};

static struct sight look_around(struct take_file *file)
{
    bool is_ending = atomic_load(&file->is_ending);
    uint64_t taken = ring_taken(&file->ring);
    struct sight sight = { .ready = taken + ring_ready(&file->ring) };

    sight.header = read_header(file);
    sight.end = sight.header->end;
    if (sight.header->generation != file->take.take.generation) /* the next cells belong to another take */
        sight.end = taken;
    else if (is_ending && sight.ready < sight.end)
        sight.end = sight.ready;
    if (sight.end < sight.ready)
        sight.ready = sight.end;
    return sight;
}

/* Maximum of a gap: 66 days at 192 kHz; larger values are invalid. */
static const uint64_t FRAMES_MOST = UINT64_C(1) << 40;

/* The file's frame for the cell `index`, with the gaps in the file. */
static uint64_t frame_of_cell(const struct wav *wav, uint64_t index)
{
    return index - wav->take.begin + (wav->take.is_filled ? wav->gaps.lost : 0);
}

/* Finds the first gap of the header (common/rt/capture.h) that the file does not have: totals rise from gap to gap, so
 * its total exceeds the lost frames of the file. If the header has forgotten older gaps, they are joined to one. False:
 * none. */
static bool find_new_gap(const struct wav *wav, const struct capture_header *header, uint64_t *at, uint64_t *frames)
{
    uint64_t named = header->gaps < CAPTURE_GAPS ? header->gaps : CAPTURE_GAPS;

    for (uint64_t n = header->gaps - named; n < header->gaps; n++) {
        const struct capture_gap *gap = &header->gap[n % CAPTURE_GAPS];
        if (gap->total <= wav->gaps.lost || gap->total - wav->gaps.lost > FRAMES_MOST)
            continue;
        *at = gap->at;
        *frames = gap->total - wav->gaps.lost;
        return true;
    }
    return false;
}

/* Frames that the take may still get. */
static uint64_t frames_left(const struct take_file *file)
{
    uint64_t place = frame_of_cell(&file->take, ring_taken(&file->ring)), most = file->take.take.most;

    if (most == 0)
        return UINT64_MAX;
    return most > place ? most - place : 0;
}

/* The next gap, if the file has reached it. A gap is final when a cell follows it or the take has ended. */
static bool has_gap(const struct take_file *file, const struct sight *sight, uint64_t *frames)
{
    uint64_t at, taken = ring_taken(&file->ring);

    return sight->header->generation == file->take.take.generation &&
           find_new_gap(&file->take, sight->header, &at, frames) && at <= taken &&
           (at < sight->ready || at == sight->end);
}

static enum err carry_gap(struct take_file *file, uint64_t frames)
{
    uint64_t left = frames_left(file), place = frame_of_cell(&file->take, ring_taken(&file->ring));
    bool is_cut = file->take.take.is_filled && frames > left;
    enum err e = wav_lose(&file->take, place, is_cut ? left : frames, &file->fault);

    atomic_store(&file->frames, file->take.frames);
    return e;
}

/* Cells up to the next gap. */
static uint64_t cells_left(const struct take_file *file, const struct sight *sight)
{
    uint64_t at, frames, taken = ring_taken(&file->ring), until = sight->ready, left = frames_left(file);

    if (sight->header->generation == file->take.take.generation &&
        find_new_gap(&file->take, sight->header, &at, &frames) && at > taken && at < until)
        until = at;
    if (until <= taken)
        return 0;
    return until - taken < left ? until - taken : left;
}

static enum err write_span(struct take_file *file, uint64_t at, const struct ring_span *span)
{
    uint64_t frame = frame_of_cell(&file->take, at);

    for (int i = 0; i < 2; i++) {
        const float *stereo = (const float *)(const void *)span->at[i];
        enum err e = wav_write(&file->take, frame, stereo, span->cells[i], &file->fault);
        if (e != ERR_OK)
            return e;
        take_peaks_add(&file->peaks, frame, stereo, span->cells[i]);
        frame += span->cells[i];
    }
    return ERR_OK;
}

/* An abandoned errand does not touch the ring. */
static enum err carry_cells(struct take_file *file, uint64_t count)
{
    uint64_t at = ring_taken(&file->ring);
    struct ring_span span = ring_look(&file->ring, at, count < PIECE ? (uint32_t)count : PIECE);
    enum err e = write_span(file, at, &span);

    (void)errand_goes_on(&file->errand);
    if (e != ERR_OK || atomic_load(&file->errand.lost))
        return e;
    ring_release(&file->ring, at + span.cells[0] + span.cells[1]);
    atomic_store(&file->frames, file->take.frames);
    return e;
}

/* Writes all cells that are ready. */
static enum err carry_ready(struct take_file *file, const struct sight *sight)
{
    uint64_t frames, cells;
    enum err e = ERR_OK;

    while (e == ERR_OK && !atomic_load(&file->errand.lost) && frames_left(file) > 0) {
        if (has_gap(file, sight, &frames))
            e = carry_gap(file, frames);
        else if ((cells = cells_left(file, sight)) > 0)
            e = carry_cells(file, cells);
        else
            break;
    }
    return e;
}

/* The loop moves the end of a take in bars when the tempo changes. Frames that are written stay. */
static void follow_most(struct take_file *file)
{
    uint64_t most = atomic_load(&file->most), place = frame_of_cell(&file->take, ring_taken(&file->ring));

    if (most != 0 && most != file->take.take.most)
        file->take.take.most = most > place ? most : place;
}

/* Runs until the take ends. If the service ends first, the successor continues. */
static enum err drain_capture(struct take_file *file)
{
    usec_t synced = clock_steady();
    enum err e = ERR_OK;

    for (bool goes_on = true; e == ERR_OK && goes_on;) {
        goes_on = errand_goes_on(&file->errand);
        struct sight sight = look_around(file);
        follow_most(file);
        e = carry_ready(file, &sight);
        if (ring_taken(&file->ring) >= sight.end || frames_left(file) == 0)
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

/* Syncs the file's folder, so its name is durable. */
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
        return fault_set(&file->fault, ERR_EXISTS, "cannot make the take: %.150s exists already", flac);
    int fd = way_open_real(file->path, O_RDWR | O_CREAT | O_EXCL, 0644);

    file->take.fd = fd;
    if (fd < 0)
        return fault_errno(&file->fault, file_err(errno), errno, "cannot make the take");
    enum err e = wav_begin(&file->take, fd, file->format, &take, &file->fault);
    return e == ERR_OK ? sync_folder(file->path, &file->fault) : e;
}

static enum err open_left(struct take_file *file)
{
    int fd = way_open_real(file->path, O_RDWR | O_NONBLOCK, 0);

    file->take.fd = fd;
    if (fd < 0) {
        char flac[PATH_MAX + 8];
        int number = errno;
        file->is_gone =
            number == ENOENT && sync_folder(file->path, NULL) == ERR_OK && take_place_is_here(&file->place, file->path);
        file->is_flac = file->is_gone && take_flac_is_there(file->path, flac);
        return fault_errno(&file->fault, file_err(number), number, "cannot open the take");
    }
    enum err e = wav_resume(&file->take, fd, &file->fault);
    atomic_store(&file->frames, file->take.frames);
    return e;
}

/* The core's header decides where the take begins. */
static void note_place(struct take_file *file)
{
    struct wav_take *take = &file->take.take;
    const struct capture_header *header = read_header(file);
    const uint64_t most = atomic_load(&file->most);

    take->most = most ? most : take->most;
    take->begin = header->begin;
    take->first = header->first - take->latency_frames;
    if (state_is_rate(header->rate))
        take->rate = header->rate;
    ring_release(&file->ring, take->begin); /* discards what an older take left */
}

/* True if the ring's next frame continues this file, or the file has it already. */
static bool goes_on(struct take_file *file)
{
    const struct wav_take *take = &file->take.take;
    uint64_t begin = read_header(file)->begin, taken = ring_taken(&file->ring);
    uint64_t filled = take->is_filled ? file->take.gaps.lost : 0;

    if (file->is_late || take->generation == 0 || !is_file_captured(file) || (take->begin != 0 && take->begin != begin))
        return false;
    return taken <= begin || taken - begin + filled <= file->take.frames;
}

/* The core publishes the header before the cells: the take's first cell may not be written yet. */
static bool has_begun(struct take_file *file)
{
    return is_file_captured(file) && file->view.header.begin <= ring_taken(&file->ring) + ring_ready(&file->ring);
}

/* False: the take was given up before the core began. */
static bool await_capture(struct take_file *file)
{
    while (!has_begun(file)) {
        if (!errand_goes_on(&file->errand) || atomic_load(&file->is_ending))
            return false;
        clock_sleep(WAIT_US);
    }
    return true;
}

/* Frames that a predecessor wrote without releasing their cells are written again. */
static enum err run_capture(struct take_file *file)
{
    note_place(file);
    file->take.cut = (struct wav_cut){ 0 }; /* it goes on */
    file->take.take.has_begun = true;
    uint64_t place = frame_of_cell(&file->take, ring_taken(&file->ring));
    enum err e = wav_cut(&file->take, place, &file->fault);
    if (e == ERR_OK)
        e = wav_sync(&file->take, &file->fault);
    if (e != ERR_OK)
        return e;
    atomic_store(&file->stage, TAKE_RUNNING);
    return drain_capture(file);
}

static bool measure_file(struct take_file *file)
{
    struct stat st;

    if (fstat(file->take.fd, &st) != 0)
        return false;
    file->size = (uint64_t)st.st_size;
    file->mtime = clock_usec(st.st_mtim);
    return true;
}

/* ---- the end ---- */

/* It was stopped, perhaps by an ask that a dead streamer got, or it has its length. */
static bool has_its_length(struct take_file *file)
{
    const struct wav *take = &file->take;

    if (atomic_load(&file->is_asked) || (take->take.most > 0 && take->frames >= take->take.most))
        return true;
    return is_file_captured(file) && file->view.header.end <= ring_taken(&file->ring);
}

/* Notes why the take is shorter than it was to be. The word of a predecessor that ended the file stays. */
static void note_cut(struct take_file *file)
{
    const struct wav *take = &file->take;

    if (!take->take.has_begun || file->is_gone || take->was_ended || take->cut.is_cut)
        return;
    if (file->fault.code != ERR_OK || !has_its_length(file))
        wav_note_cut(&file->take, &file->fault, file->work == TAKE_RESUME || !errand_goes_on(&file->errand));
}

/* True if nothing of it is to stay: it was cancelled, never ran, or was stopped before its first frame. */
static bool leaves_nothing(const struct take_file *file)
{
    return atomic_load(&file->is_erased) || (file->take.frames == 0 && !file->take.cut.is_cut);
}

/* A full disk has room for the header, which exists already, and for the synced frames. */
static void close_take_file(struct take_file *file, bool is_whole)
{
    struct wav *take = &file->take;
    struct fault ignored;

    take->cut.at = take->frames;
    if (leaves_nothing(file))
        (void)way_remove_real(file->path);
    else if ((!is_whole && wav_cut(take, take->frames, &ignored) != ERR_OK) ||
             wav_end(take, is_whole ? &file->fault : &ignored) != ERR_OK) {
        (void)wav_cut(take, take->synced, &ignored);
        take->cut.at = take->frames;
        (void)wav_sync(take, &ignored);
    }
    file->is_mark = take->frames == 0 && !leaves_nothing(file);
    atomic_store(&file->frames, take->frames);
}

/* The file is not ours, or it is a left take that could not be opened: a later errand may open it. */
static bool is_unchanged(const struct take_file *file, enum err e)
{
    return e == ERR_BAD_REQUEST ||
           (e != ERR_OK && file->work == TAKE_RESUME && atomic_load(&file->stage) != TAKE_RUNNING);
}

static void record_take(struct take_file *file)
{
    enum err e = file->work == TAKE_NEW ? open_new(file) : open_left(file);

    if (e == ERR_OK && file->work == TAKE_NEW)
        atomic_store(&file->stage, TAKE_READY);
    if (e == ERR_OK && (file->work == TAKE_NEW || goes_on(file)) && await_capture(file))
        e = run_capture(file);
    else if (e == ERR_OK) /* frames that were not synced may be incomplete */
        e = wav_cut(&file->take, file->take.synced, &file->fault);
    if (file->take.fd < 0)
        return;
    if (file->work == TAKE_NEW && atomic_load(&file->stage) == TAKE_OPENING)
        atomic_store(&file->is_erased, true); /* nothing has been acknowledged yet */
    /* its streamer died before the first byte */
    file->is_gone = file->work == TAKE_RESUME && measure_file(file) && file->size == 0;
    if (!is_unchanged(file, e))
        note_cut(file);
    if (file->is_gone || !is_unchanged(file, e))
        close_take_file(file, e == ERR_OK);
    (void)measure_file(file);
}

/* A mount point without its volume lies on the file system around it. */
static bool lies_on(const char *path, const char *mount)
{
    char real[PATH_MAX], around[PATH_MAX];
    struct stat at, top, outside;
    bool fits = (size_t)snprintf(around, sizeof(around), "%s/..", mount) < sizeof(around);

    if (!mount[0] || !fits || !realpath(path, real) || strcmp(real, path) != 0 || stat(path, &at) != 0 ||
        stat(mount, &top) != 0 || stat(around, &outside) != 0)
        return false;
    return at.st_dev == top.st_dev && (strcmp(mount, "/") == 0 || outside.st_dev != top.st_dev);
}

static enum err make_folder(struct take_file *file)
{
    struct beneath in = { .folder = -1 };
    enum err e;

    if (!file->project[0])
        return file_make_dirs(file->path, 0755, &file->fault);
    e = file_make_dirs(file->project, 0755, &file->fault);
    if (e == ERR_OK)
        e = beneath_open(&in, file->project, file->paths->data, &file->fault);
    if (e == ERR_OK)
        e = beneath_find_folder(&in, "Media/Audio", true, file->path, &file->fault);
    beneath_close(&in);
    return e;
}

static void run_work(struct errand *errand)
{
    struct take_file *file = (struct take_file *)errand;

    if (file->work == TAKE_FOLDER)
        file->is_on_mount = make_folder(file) == ERR_OK &&
                            take_name_find_free(file->path, file->name, &file->attempt, &file->fault) == ERR_OK &&
                            lies_on(file->path, file->mount);
    else if (file->work != TAKE_ERASE)
        record_take(file);
    else if (way_remove_real(file->path) != 0 && errno != ENOENT)
        fault_errno(&file->fault, file_err(errno), errno, "cannot delete the take");
}

static void free_file(struct errand *errand)
{
    struct take_file *file = (struct take_file *)errand;

    closing_start(file->take.fd);
    take_peaks_close(&file->peaks);
    free(file);
}

struct take_file *take_file_new(enum take_work work, void (*done)(struct errand *errand, bool lost), void *state)
{
    struct take_file *file = alloc_zeroed(1, sizeof(*file));

    file->errand = (struct errand){ .run = run_work, .done = done, .drop = free_file, .patience = PATIENCE_US };
    file->state = state;
    file->work = work;
    file->take.fd = -1;
    take_peaks_open(&file->peaks);
    return file;
}

void take_file_start(struct take_file *file, struct errands *errands)
{
    errand_start(errands, &file->errand);
}
