/* The folder of a take: Media/Audio of the open project, else the recordings folder. A take is never refused because of
 * its project: if the folder of the project cannot be used, the take goes to the recordings folder. */
#include "services/streamer/record/take_folder.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "proto/wire/codec_copy.h"
#include "schema_indexer.h"
#include "schema_persist.h"
#include "services/streamer/record/take_end.h"
#include "store/catalogue_path.h"
#include "store/elements.h"

enum { BUDGET_MS = 10000, SHORTEST_MS = 500, PROJECT_PATIENCE_MS = 5000, PATIENCE_MS = 120000 };
static const char media_audio[] = "/Media/Audio";

static void make_folder(struct take *take);

/* Half of the time for which the client waits, so that it gets a take in the recordings folder, or the reason. */
static uint32_t find_budget(const struct take *take, uint32_t most_ms)
{
    const int64_t half_ms = (take->begin_by - clock_steady()) / 2000;

    if (take->begin_by == 0 || half_ms >= most_ms)
        return most_ms;
    return half_ms < SHORTEST_MS ? SHORTEST_MS : (uint32_t)half_ms;
}

static void use_recordings(struct take *take, const char *why)
{
    log_warn("the take \"%s\" goes to the recordings folder: %.100s cannot be used: %s", take->name, take->path, why);
    take->project = (struct id){ { 0 } };
    memcpy(take->path, take->takes->folder, sizeof(take->path));
    make_folder(take);
}

/* Fails the take: without a project there is no other folder to try. */
static void fail_folder(struct take *take, const struct fault *fault)
{
    struct fault shown = *fault;

    if (!id_is_zero(take->project)) {
        use_recordings(take, shown.what);
        return;
    }
    fault_hint(&shown, "recordings are in %.100s (setting recording.folder)", take->takes->folder);
    take_fail(take, &shown);
}

/* ---- its row in the catalogue ---- */

static void put_next_folder(struct take *take);

static void folder_put(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct done *done = answer;
    struct take *take = state;

    if (error != ERR_OK) {
        fail_folder(take, fault);
        return;
    }
    take->folder = done->id;
    put_next_folder(take);
}

/* Adds the folders below the library one after the other; persist answers the id of a known one. */
static void put_next_folder(struct take *take)
{
    const char *name = take->path + take->below;
    size_t len = strcspn(name, "/");
    struct persist_put_folder put = {
        .folder = { .volume = take->volume, .parent = take->folder, .name = bytes_of(name, len) }
    };
    struct fault fault = { 0 };

    if (len == 0) {
        take->due = TAKE_DUE_ITEM;
        return;
    }
    take->below += (unsigned)len + (name[len] == '/');
    if (service_ask(take->takes->service, "persist.put_folder", &put, BUDGET_MS, NULL, folder_put, take, &fault) !=
        ERR_OK)
        take_fail(take, &fault);
}

/* The part of the take's folder below the library; NULL: its path leads through a link. */
static const char *rest_below(const struct take *take, const struct library *library)
{
    size_t len = library->path.len > 1 ? library->path.len : 0;
    const char *path = (const char *)library->path.at;

    if (strncmp(take->path, path, len) != 0 || (take->path[len] && take->path[len] != '/'))
        return NULL;
    return take->path[len] ? take->path + len + 1 : "";
}

static void take_library(struct take *take, const struct library *library)
{
    const char *below = rest_below(take, library);
    struct fault fault = { 0 };
    char path[PATH_MAX], rest[PATH_MAX];

    if (!below || library->path.len + strlen(below) + 1 >= sizeof(path)) {
        fault_set(&fault, ERR_CONFLICT, "the path %.100s leads through a link into a library", take->path);
        fail_folder(take, &fault);
        return;
    }
    snprintf(rest, sizeof(rest), "%s", below);
    (void)bytes_copy(path, sizeof(path), library->path);
    take->volume = library->volume;
    take->folder = library->id;
    take->below = (unsigned)strlen(path) + (rest[0] != '\0');
    snprintf(take->path, sizeof(take->path), rest[0] ? "%.*s/%s" : "%.*s%s", (int)library->path.len, path, rest);
    put_next_folder(take);
}

static void library_added(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct library *library = answer;
    struct take *take = state;

    if (error == ERR_OK && library->path.len > 0 && library->path.len < PATH_MAX) {
        take_library(take, library);
        return;
    }
    fail_folder(take, fault ? fault : &(struct fault){ .code = ERR_TOO_LARGE, .what = "the path is too long" });
}

/* ---- a library that the catalogue has ---- */

/* The innermost library or tree around a folder, on the volume of that folder. */
struct known_library {
    struct bytes path;
    struct volume volume;
    struct arena *arena;
    struct library library; /* its id is zero if there is none */
};

static bool see_library(void *state, const struct library *library)
{
    struct known_library *known = state;
    const bool is_around = bytes_equal(library->path, known->path) || bytes_path_contains(library->path, known->path);

    if (is_around && id_equal(library->volume, known->volume.id) &&
        (id_is_zero(known->library.id) || library->path.len > known->library.path.len))
        codec_keep(&library_shape, library, known->arena, &known->library);
    return true;
}

/* False: the indexer must make a library of the folder, or refuses to. */
static bool is_library_of(const struct take *take, const struct known_library *known)
{
    const struct library *library = &known->library;

    if (id_is_zero(library->id) || !library->online || library->link.len)
        return false;
    if (id_is_zero(take->project))
        return !library->has_project && bytes_equal(library->path, known->path);
    return !library->has_project || id_equal(library->project, take->project);
}

/* Finds the library or tree of the take's folder in the catalogue, and the mount of its volume. False: it has none. */
static bool find_library(struct take *take, struct library *library, char mount[PATH_MAX])
{
    struct locator *locator = take->takes->locator;
    struct known_library known = { .path = bytes_of(take->path, strlen(take->path)), .arena = &locator->arena };
    struct txn *txn;

    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return false;
    bool found = catalogue_volume_at(txn, &locator->arena, known.path, &known.volume) == ERR_OK &&
                 bytes_copy(mount, PATH_MAX, known.volume.mount) &&
                 catalogue_each_library(txn, &locator->arena, see_library, &known) == ERR_OK &&
                 is_library_of(take, &known);
    txn_end(txn);
    *library = known.library;
    return found;
}

static void log_adding(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("adding the library of a take", fault);
}

/* ---- on the disk ---- */

/* If the catalogue has the library, the take does not wait for the indexer, which may hang. The indexer adds a library
 * that a person removes meanwhile. */
static void add_take_library(struct take *take, bool is_on_mount)
{
    char mount[PATH_MAX];
    struct library library;
    const bool is_known = is_on_mount && find_library(take, &library, mount);
    struct indexer_add_library request = { .path = bytes_of(take->path, strlen(take->path)),
                                           .has_project = !id_is_zero(take->project),
                                           .project = take->project };
    struct fault fault = { 0 };

    const uint32_t budget_ms = id_is_zero(take->project) ? BUDGET_MS : find_budget(take, BUDGET_MS);
    if (service_ask(take->takes->service, "indexer.add_library", &request, budget_ms, NULL,
                    is_known ? log_adding : library_added, take, &fault) != ERR_OK &&
        !is_known)
        take_fail(take, &fault);
    else if (is_known)
        take_library(take, &library);
}

static void blame_disk(const struct take *take, struct fault *fault)
{
    mount_point_blame(take->path, fault, "takes are recorded to %.200s", take->path);
}

static void folder_made(struct errand *errand, bool lost)
{
    struct take_file *file = (struct take_file *)errand;
    struct take *take = file->state;
    struct fault hung = { 0 };
    const struct fault *fault = lost ? &hung : &file->fault;

    take->file = NULL;
    if (lost)
        blame_disk(take, &hung);
    if (fault->code == ERR_OK) {
        memcpy(take->path, file->path, sizeof(take->path));
        take->attempt = file->attempt;
        add_take_library(take, file->is_on_mount);
    } else if (!id_is_zero(take->project))
        use_recordings(take, fault->what);
    else
        take_fail(take, fault);
}

static void make_folder(struct take *take)
{
    struct take_file *file = take_file_new(TAKE_FOLDER, folder_made, take);
    struct library unused;

    if (!find_library(take, &unused, file->mount))
        file->mount[0] = '\0';
    memcpy(file->path, take->path, sizeof(file->path));
    memcpy(file->name, take->name, sizeof(file->name));
    file->attempt = take->attempt;
    file->errand.patience =
        (usec_t)find_budget(take, id_is_zero(take->project) ? PATIENCE_MS : PROJECT_PATIENCE_MS) * 1000;
    if (!id_is_zero(take->project)) {
        snprintf(file->project, sizeof(file->project), "%.*s", (int)(strlen(take->path) - strlen(media_audio)),
                 take->path);
        file->paths = take->takes->locator->paths;
    }
    take_file_start(file, take->takes->errands);
}

/* Chooses the project's folder, or the recordings folder. Takes of the draft project go to the recordings folder,
 * because a person does not know the draft's own. */
static void choose_folder(struct take *take)
{
    struct locator *locator = take->takes->locator;
    struct text folder = { 0 };
    struct txn *txn;
    struct id id = { { 0 } };

    memcpy(take->path, take->takes->folder, sizeof(take->path));
    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return;
    if (elements_current(txn, &locator->arena, &id) == ERR_OK && !id_equal(id, elements_draft_id))
        folder = elements_folder(txn, &locator->arena, id);
    if (folder.len > 0 && folder.len + sizeof(media_audio) < sizeof(take->path)) {
        take->project = id;
        snprintf(take->path, sizeof(take->path), "%.*s%s", TEXT_ARG(folder), media_audio);
    }
    txn_end(txn);
}

void take_is_connected(struct take *take)
{
    choose_folder(take);
    make_folder(take);
}
