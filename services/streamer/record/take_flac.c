#include "services/streamer/record/take_flac.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/way.h"
#include "common/file.h"

enum { PATIENCE_US = 120000000, SPARE_BYTES = 1 << 20 };

/* ---- the files ---- */

/* The name of one of the files in their folder. */
static const char *find_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* Opens one of the files; a link in its place is not followed. -1: errno. */
static int open_there(const struct take_flac *flac, const char *path, int flags)
{
    return openat(flac->folder, find_name(path), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
}

static int remove_there(const struct take_flac *flac, const char *path)
{
    return unlinkat(flac->folder, find_name(path), 0);
}

/* A rename or removal in their folder is then durable. */
static enum err sync_folder(struct take_flac *flac)
{
    if (fsync(flac->folder) == 0)
        return ERR_OK;
    return fault_errno(&flac->fault, file_err(errno), errno, "the folder of the take cannot be synced");
}

/* FLAC needs at most 24 bits for each sample. With this much free space no take recorded meanwhile ends early. */
static enum err check_room(struct take_flac *flac, int wav, int to)
{
    struct statvfs room;
    struct stat st;

    if (fstat(wav, &st) != 0 || fstatvfs(to, &room) != 0)
        return fault_errno(&flac->fault, ERR_IO, errno, "cannot look for room");
    if ((uint64_t)room.f_bavail * room.f_frsize >= (uint64_t)st.st_size / 4 * 3 + SPARE_BYTES)
        return ERR_OK;
    return fault_set(&flac->fault, ERR_FULL, "the disk has no room for a FLAC beside it");
}

static enum err refuse_other(struct take_flac *flac)
{
    return fault_set(&flac->fault, ERR_EXISTS, "another file is at %.150s", flac->flac);
}

/* Never replaces another file. If the file system cannot guarantee that, the name is checked just before. */
static enum err rename_part(struct take_flac *flac)
{
    const char *from = find_name(flac->part), *to = find_name(flac->flac);
    const int folder = flac->folder;
    const int result = file_rename_new(folder, from, folder, to);

    if (result != 0 && errno == EEXIST)
        return refuse_other(flac);
    return result == 0 ? ERR_OK : fault_errno(&flac->fault, file_err(errno), errno, "the FLAC cannot get its name");
}

static void close_both(int a, int b)
{
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
}

/* The worker gets a read-only descriptor. */
static enum err make_flac(struct take_flac *flac, int wav)
{
    int to = open_there(flac, flac->part, O_WRONLY | O_CREAT);
    int back = to < 0 ? -1 : open_there(flac, flac->part, O_RDONLY);
    enum err e = back < 0 ? fault_errno(&flac->fault, file_err(errno), errno, "the FLAC cannot be made") : ERR_OK;

    if (e == ERR_OK)
        e = check_room(flac, wav, to);
    if (e == ERR_OK)
        e = take_encode(flac, wav, to, back);
    close_both(to, back);
    return e == ERR_OK ? rename_part(flac) : e;
}

static enum err hold_against(struct take_flac *flac, int wav, int there)
{
    enum err e = take_encode(flac, wav, -1, there);

    return e == ERR_BAD_REQUEST ? refuse_other(flac) : e;
}

static void measure_flac(struct take_flac *flac)
{
    struct stat st;

    if (fstatat(flac->folder, find_name(flac->flac), &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    flac->size = (uint64_t)st.st_size;
    flac->mtime = clock_usec(st.st_mtim);
}

/* The FLAC is complete and durable under its name: from now on it alone is the take. */
static enum err replace_wav(struct take_flac *flac)
{
    enum err e = sync_folder(flac);

    if (!errand_goes_on(&flac->errand))
        return fault_set(&flac->fault, ERR_BUSY, "it was interrupted");
    if (e == ERR_OK && remove_there(flac, flac->wav) != 0 && errno != ENOENT)
        e = fault_errno(&flac->fault, file_err(errno), errno, "the WAV cannot be deleted");
    if (e == ERR_OK)
        (void)sync_folder(flac); /* if it fails: a WAV that returns after a power cut is compared with the FLAC */
    else
        (void)remove_there(flac, flac->flac);
    return e;
}

static enum take_became judge_result(struct take_flac *flac, enum err e)
{
    if (e == ERR_OK)
        return TAKE_IS_FLAC;
    if (!errand_goes_on(&flac->errand)) /* the successor makes the part again */
        return TAKE_IS_LEFT;
    (void)remove_there(flac, flac->part);
    return TAKE_STAYS_WAV;
}

static enum take_became make_or_compare(struct take_flac *flac, int wav)
{
    int there = open_there(flac, flac->flac, O_RDONLY);
    enum err e = there >= 0 ? hold_against(flac, wav, there) : make_flac(flac, wav);

    if (there >= 0)
        close(there);
    return judge_result(flac, e == ERR_OK ? replace_wav(flac) : e);
}

/* The streamer died after it deleted the WAV and before its report, or a person deleted the WAV. */
static enum take_became find_flac(struct take_flac *flac)
{
    int there = open_there(flac, flac->flac, O_RDONLY);

    enum err e = there >= 0 ? take_encode(flac, -1, -1, there)
                            : fault_errno(&flac->fault, file_err(errno), errno, "cannot open the FLAC");

    if (there >= 0)
        close(there);
    if (e == ERR_OK)
        return TAKE_IS_FLAC;
    if (e != ERR_BAD_REQUEST && e != ERR_NOT_FOUND)
        return TAKE_IS_LEFT;
    return take_place_is_here(&flac->place, flac->wav) ? TAKE_IS_GONE : TAKE_IS_LEFT;
}

/* The folder is gone, or was replaced by a link: then its files are not those of the take. */
static enum take_became miss_folder(struct take_flac *flac)
{
    const bool is_gone = errno == ENOENT;

    fault_errno(&flac->fault, file_err(errno), errno, "cannot open the folder of the take");
    return is_gone && take_place_is_here(&flac->place, flac->wav) ? TAKE_IS_GONE : TAKE_IS_LEFT;
}

static enum take_became settle_files(struct take_flac *flac)
{
    int wav = open_there(flac, flac->wav, O_RDONLY);
    enum take_became became;

    if (wav >= 0) {
        became = make_or_compare(flac, wav);
        close(wav);
        return became;
    }
    if (errno != ENOENT) {
        fault_errno(&flac->fault, file_err(errno), errno, "cannot open the take");
        return TAKE_IS_LEFT;
    }
    (void)remove_there(flac, flac->part);
    return find_flac(flac);
}

static void run_flac(struct errand *errand)
{
    struct take_flac *flac = (struct take_flac *)errand;
    struct way_end end;

    if (way_to_real(flac->wav, &end) != 0) {
        flac->became = miss_folder(flac);
        return;
    }
    flac->folder = end.folder;
    flac->became = settle_files(flac);
    measure_flac(flac);
    close(flac->folder);
}

static void free_flac(struct errand *errand)
{
    free(errand);
}

static bool name_flac(const char *wav, char flac[PATH_MAX + 8])
{
    const struct text path = text_of(wav), ending = TEXT(".wav");

    if (!text_ends(path, ending) || !strchr(wav, '/'))
        return false;
    snprintf(flac, PATH_MAX + 8, "%.*s.flac", (int)(path.len - ending.len), wav);
    return true;
}

bool take_flac_is_there(const char *path, char flac[PATH_MAX + 8])
{
    struct stat st;

    return name_flac(path, flac) && lstat(flac, &st) == 0;
}

struct take_flac *take_flac_new(const char *path, void (*done)(struct errand *errand, bool lost), void *state)
{
    struct take_flac *flac = alloc_zeroed(1, sizeof(*flac));

    if (!name_flac(path, flac->flac)) {
        free(flac);
        return NULL;
    }
    flac->errand = (struct errand){ .run = run_flac, .done = done, .drop = free_flac, .patience = PATIENCE_US };
    flac->state = state;
    snprintf(flac->wav, sizeof(flac->wav), "%s", path);
    snprintf(flac->part, sizeof(flac->part), "%s.part", flac->flac);
    return flac;
}

void take_flac_start(struct take_flac *flac, struct errands *errands)
{
    errand_start(errands, &flac->errand);
}
