#include "services/indexer/scan/adopt.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/file.h"
#include "common/process/mount_point.h"
#include "proto/wire/codec_copy.h"
#include "schema_availability.h"
#include "services/indexer/scan/known_path.h"
#include "services/indexer/scan/renamed.h"
#include "services/indexer/scan/scan_writer.h"

enum { PATIENCE_US = 30000000, STORE_WAIT_US = 50000 };

struct adoption {
    struct errand errand;
    struct adopt_events events;
    struct ticket ticket;
    struct sender sender; /* of the ask */
    const struct paths *paths;
    struct catalogue_reader *catalogue;
    struct arena arena;
    struct indexer_add_library request;
    struct scan_writer writer;
    atomic_bool waits;
    char path[PATH_MAX];
    struct volume volume;   /* its texts lie in the arena */
    struct bytes_list also; /* further paths of the folder, in the arena */
    struct library library;
    struct library moved; /* the same library or project, whose former folder is gone; zero id: none */
    struct library_list all;
    bool is_found; /* a folder of a project lies in `library` */
    bool blames_disk;
    char real[PATH_MAX];  /* the path without links: constant once `device` is set */
    _Atomic dev_t device; /* of `real`; 0: unknown yet */
    struct fault fault;   /* code ok: it is a library */
};

/* ---- checks ---- */

/* From here on the loop knows which disk it waits for. */
static void publish_device(struct adoption *adoption)
{
    char mount[PATH_MAX];

    memcpy(adoption->real, adoption->path, sizeof(adoption->real));
    atomic_store(&adoption->device, mount_point_find(adoption->real, mount));
}

static const char media_audio[] = "/Media/Audio";

static bool is_project_media(const char *path)
{
    return text_ends(text_of(path), text_of(media_audio));
}

/* Finds the real path of the folder that the ask names. The folder of a project may come from a stranger, so no link
 * leads out of it unless a person trusts it (common/beneath/beneath.h). A take names the folder that it found in
 * this way, which may lie elsewhere. Errors: not_found, denied, io. */
static enum err find_project_media(const struct paths *paths, const struct indexer_add_library *ask, const char *asked,
                                   char real[PATH_MAX], struct fault *fault)
{
    struct beneath in;
    char project[PATH_MAX];
    enum err e;

    if (!ask->has_project || !is_project_media(asked))
        return realpath(asked, real) ? ERR_OK : file_refuse(fault, "find", asked);
    (void)snprintf(project, sizeof(project), "%.*s", (int)(strlen(asked) - strlen(media_audio)), asked);
    e = beneath_open(&in, project, paths->data, fault);
    if (e == ERR_OK)
        e = beneath_find_folder(&in, media_audio + 1, false, real, fault);
    beneath_close(&in);
    return e;
}

static enum err resolve_asked(struct adoption *adoption)
{
    struct fault *fault = &adoption->fault;
    char asked[PATH_MAX];
    struct stat st;

    if (!bytes_copy(asked, sizeof(asked), adoption->request.path) || asked[0] != '/') {
        fault_set(fault, ERR_BAD_REQUEST, "the path of a library must be absolute and must not contain a zero byte");
        return fault_field(fault, "path");
    }
    if (find_project_media(adoption->paths, &adoption->request, asked, adoption->path, fault) != ERR_OK)
        return fault_field(fault, "path");
    publish_device(adoption);
    if (stat(adoption->path, &st) < 0)
        fault_errno(fault, file_err(errno), errno, "cannot access %.150s", adoption->path);
    else if (!S_ISDIR(st.st_mode))
        fault_set(fault, ERR_BAD_REQUEST, "%.150s is not a folder", adoption->path);
    return fault->code ? fault_field(fault, "path") : ERR_OK;
}

/* Finds the volume of the path. If its file system does not answer, availability soon refuses with its mount. */
static enum err find_volume(struct adoption *adoption, struct bytes path, struct place_seen *seen)
{
    struct availability_find find = { .path = path };
    struct place_seen kept = { 0 };
    enum err e = scan_writer_look(&adoption->writer, "availability.find", &find, seen, &adoption->fault);

    if (e == ERR_OK)
        codec_keep(&place_seen_shape, seen, &adoption->arena, &kept);
    adoption->volume = kept.volume;
    adoption->also = kept.also;
    return e;
}

/* Finds the folder on its volume. */
static enum err find_folder(struct adoption *adoption)
{
    struct place_seen seen = { 0 };
    enum err e = find_volume(adoption, bytes_of(adoption->path, strlen(adoption->path)), &seen);

    if (e == ERR_OK)
        scan_writer_move_to_volume(&seen, adoption->path);
    return e;
}

static enum err refuse_nested(struct adoption *adoption, const struct library *other, bool inside)
{
    fault_set(&adoption->fault, ERR_EXISTS, "%.100s %s the library %.100s", adoption->path,
              inside ? "lies in" : "contains", (const char *)other->path.at);
    fault_field(&adoption->fault, "path");
    if (inside)
        return fault_hint(&adoption->fault, "it is indexed already; `loophole library rescan` scans it again");
    return fault_hint(&adoption->fault, "remove that library first; the outer one will find all of its files");
}

/* ---- a library whose folder was renamed ---- */

static bool was_renamed(struct adoption *adoption, const struct library *library)
{
    struct renamed_look look = { adoption->catalogue, &adoption->arena, &adoption->errand, adoption->path };

    return !library->has_project && !library->has_within && id_equal(library->volume, adoption->volume.id) &&
           renamed_is_gone(library->path) && renamed_has_files_of(&look, library->id);
}

static enum err take_known_path(struct adoption *adoption, const struct library_list *all)
{
    const struct known_path_look look = { &adoption->arena, adoption->path, adoption->also, adoption->volume.id };
    const char *known = known_path_find(&look, all);

    return known && text_copy(adoption->path, PATH_MAX, text_of(known)) ? find_folder(adoption) : ERR_OK;
}

/* ---- a library ---- */

/* True for a library on another disk that had this mount point before the current one, or was at this very path. */
static bool was_here_before(struct adoption *adoption, const struct library *other)
{
    const struct bytes path = bytes_of(adoption->path, strlen(adoption->path));
    struct volume volume;

    if (id_equal(other->volume, adoption->volume.id))
        return false;
    return bytes_equal(other->path, path) ||
           (!other->online &&
            catalogue_reader_volume(adoption->catalogue, &adoption->arena, other->volume, &volume) == ERR_OK &&
            bytes_equal(volume.mount, adoption->volume.mount));
}

/* Finds the library of this folder, or a library whose folder was renamed to this path. */
static void find_library(struct adoption *adoption, const struct library_list *all, struct bytes path)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (bytes_equal(all->at[i].path, path) && !was_here_before(adoption, &all->at[i]))
            adoption->library = all->at[i];
    adoption->library.has_project = false;
    if (adoption->library.link.len) { /* a person adds the folder to which a link leads: it is a library of its own */
        adoption->library.has_within = false;
        adoption->library.link = (struct bytes){ 0 };
    }
    for (uint32_t i = 0; i < all->count && id_is_zero(adoption->library.id) && id_is_zero(adoption->moved.id); i++)
        if (was_renamed(adoption, &all->at[i]))
            adoption->moved = all->at[i];
}

/* True if `other` is a tree of the library around it: a disk that is mounted there moves with the folder. */
static bool is_tree_of(const struct library *other, const struct library *around)
{
    return other->has_within && !id_is_zero(around->id) && id_equal(other->within, around->id);
}

/* The tree of a project or a link ends when a library is added around it. */
static enum err check_nested(struct adoption *adoption, const struct library_list *all)
{
    struct bytes path = bytes_of(adoption->path, strlen(adoption->path));

    find_library(adoption, all, path);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct library *other = &all->at[i];
        bool is_around = bytes_path_contains(path, other->path) && !other->has_project && !other->link.len;
        if (bytes_equal(other->path, path) || was_here_before(adoption, other) || is_tree_of(other, &adoption->moved))
            continue;
        if (bytes_path_contains(other->path, path) || is_around)
            return refuse_nested(adoption, other, !is_around);
    }
    return ERR_OK;
}

/* ---- the tree of a project ---- */

/* The library in which the folder lies; else Media, unless a library lies in that one; else the folder: a link that a
 * person trusts leads to it. A former tree of the project moves here even if its folder is still there. */
static void choose_tree(struct adoption *adoption, const struct library_list *all)
{
    struct bytes path = bytes_of(adoption->path, strlen(adoption->path)), media = path;
    bool is_around = false;

    while (media.len > 1 && media.at[--media.len] != '/')
        ;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct library *other = &all->at[i];
        if (!was_here_before(adoption, other) &&
            (bytes_equal(other->path, path) || bytes_path_contains(other->path, path))) {
            adoption->library = *other;
            adoption->is_found = true;
        }
        is_around |= bytes_path_contains(media, other->path);
        if (other->has_project && id_equal(other->project, adoption->request.project))
            adoption->moved = *other;
    }
    if (!adoption->is_found && !is_around && is_project_media(adoption->path))
        adoption->path[media.len] = '\0';
}

/* ---- a tree inside a library ---- */

/* Finds the innermost library around the folder. The tree belongs to the library that a person added. */
static enum err check_tree(struct adoption *adoption, const struct library_list *all)
{
    struct bytes path = bytes_of(adoption->path, strlen(adoption->path));
    const struct library *outer = NULL;

    for (uint32_t i = 0; i < all->count; i++) {
        const struct library *other = &all->at[i];
        if (bytes_equal(other->path, path) && other->online) {
            adoption->library = *other;
            adoption->is_found = true;
        }
        if (bytes_path_contains(other->path, path) && other->online && (!outer || outer->path.len < other->path.len))
            outer = other;
    }
    if (adoption->is_found)
        return ERR_OK;
    if (!outer) {
        fault_set(&adoption->fault, ERR_NOT_FOUND, "%.150s lies in no library", adoption->path);
        return fault_field(&adoption->fault, "path");
    }
    adoption->library = (struct library){ .ignore = outer->ignore,
                                          .hidden_files = outer->hidden_files,
                                          .has_within = true,
                                          .within = outer->has_within ? outer->within : outer->id };
    return ERR_OK;
}

/* ---- all libraries ---- */

/* Compares the folder with the other libraries. If the folder is a library already, copies it to adoption->library. */
static enum err compare_with_others(struct adoption *adoption)
{
    struct library_list *all = &adoption->all;
    enum err e;

    while ((e = catalogue_reader_libraries(adoption->catalogue, &adoption->arena, all)) == ERR_OFFLINE &&
           errand_goes_on(&adoption->errand))
        clock_sleep(STORE_WAIT_US);
    if (e != ERR_OK)
        return fault_set(&adoption->fault, e, "cannot read the libraries");
    if (adoption->request.has_tree && adoption->request.tree)
        return check_tree(adoption, all);
    if (!adoption->request.has_project)
        return take_known_path(adoption, all) == ERR_OK ? check_nested(adoption, all) : adoption->fault.code;
    choose_tree(adoption, all);
    return ERR_OK;
}

/* ---- making the library ---- */

static enum err ask_id(struct adoption *adoption, const char *name, const void *request, struct id *id)
{
    struct done done = { 0 };
    enum err e = scan_writer_ask(&adoption->writer, name, request, &done, &adoption->fault);

    *id = done.id;
    return e;
}

static enum err put_folders(struct adoption *adoption, struct id *folder)
{
    return scan_writer_put_folders(&adoption->writer, &adoption->volume,
                                   bytes_of(adoption->path, strlen(adoption->path)), folder, &adoption->fault);
}

/* Moves the folder of a renamed library, or of a tree whose project moved, so that its items stay. False: the folder
 * cannot be moved. */
static bool move_tree(struct adoption *adoption)
{
    const struct library *moved = &adoption->moved;
    char *slash = strrchr(adoption->path, '/');
    struct persist_move_folder move = { .id = moved->id, .name = bytes_of(slash + 1, strlen(slash + 1)) };
    struct id unused;

    if (id_is_zero(moved->id) || !id_equal(moved->volume, adoption->volume.id) || slash == adoption->path)
        return false;
    *slash = '\0';
    enum err e = put_folders(adoption, &move.parent);
    *slash = '/';
    if (e == ERR_OK)
        e = ask_id(adoption, "persist.move_folder", &move, &unused);
    if (e == ERR_OK)
        adoption->library = *moved;
    else
        adoption->fault = (struct fault){ 0 };
    return e == ERR_OK;
}

/* A tree on another volume is where its mount is. A mount without an identity is known by its place, which moved. */
static void find_moved_mount(struct adoption *adoption, const struct library *tree, struct bytes path)
{
    const struct availability_find find = {
        .path = path, .has_own = true, .own = true, .has_moved = true, .moved = tree->volume
    };
    struct place_seen unused = { 0 };

    if (scan_writer_look(&adoption->writer, "availability.find", &find, &unused, &adoption->fault) != ERR_OK)
        adoption->fault = (struct fault){ 0 }; /* its items stay offline */
}

/* The folder of a tree moved with that of the library around it. */
static enum err put_moved_tree(struct adoption *adoption, const struct library *tree)
{
    const struct library *moved = &adoption->moved;
    const char *below = (const char *)tree->path.at + moved->path.len;
    struct persist_put_library put = { .library = *tree };
    struct done unused = { 0 };
    char path[PATH_MAX];

    if (!is_tree_of(tree, moved) || !bytes_path_contains(moved->path, tree->path) ||
        snprintf(path, sizeof(path), "%s%s", adoption->path, below) >= (int)sizeof(path))
        return ERR_OK;
    if (!id_equal(tree->volume, moved->volume)) {
        find_moved_mount(adoption, tree, bytes_of(path, strlen(path)));
        return ERR_OK;
    }
    put.library.path = bytes_of(path, strlen(path));
    put.library.online = !renamed_is_gone(put.library.path);
    return scan_writer_ask(&adoption->writer, "persist.put_library", &put, &unused, &adoption->fault);
}

static enum err put_moved_trees(struct adoption *adoption)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < adoption->all.count; i++)
        e = put_moved_tree(adoption, &adoption->all.at[i]);
    return e;
}

/* Reads the library that persist has put. If a person removed it before, persist restores that person's settings. The
 * first scan needs these: it must not read the files of a cloud. */
static enum err read_again(struct adoption *adoption)
{
    struct library_list all = { 0 };
    enum err e = catalogue_reader_libraries(adoption->catalogue, &adoption->arena, &all);

    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        if (id_equal(all.at[i].id, adoption->library.id))
            adoption->library = all.at[i];
    return e == ERR_OK ? e : fault_set(&adoption->fault, e, "cannot read the libraries");
}

static enum err put_library(struct adoption *adoption, struct id folder, struct id volume)
{
    struct library *library = &adoption->library;
    struct done unused = { 0 };

    if (id_is_zero(library->id)) {
        library->id = folder;
        library->volume = volume;
    }
    if (adoption->request.has_project) {
        library->has_project = true;
        library->project = adoption->request.project;
    }
    if (adoption->request.ignore.count > 0)
        library->ignore = adoption->request.ignore;
    library->hidden_files |= adoption->request.hidden_files;
    library->follow_links |= adoption->request.has_follow_links && adoption->request.follow_links;
    library->has_follow_links = library->follow_links;
    library->path = bytes_of(adoption->path, strlen(adoption->path));
    library->online = true;
    struct persist_put_library put = { .library = *library };
    enum err e = scan_writer_ask_for(&adoption->writer, &adoption->sender, "persist.put_library", &put, &unused,
                                     &adoption->fault);
    if (e == ERR_OK)
        e = read_again(adoption);
    if (e != ERR_OK || library->has_within) /* items of a tree that a person forgot stay forgotten */
        return e;
    struct persist_recall recall = { .folder = library->id };
    return scan_writer_ask(&adoption->writer, "persist.recall", &recall, &unused, &adoption->fault);
}

static enum err make_library(struct adoption *adoption)
{
    struct id volume = adoption->library.volume, folder = adoption->library.id;
    enum err e = ERR_OK;

    if (adoption->is_found)
        return ERR_OK;
    if (id_is_zero(folder)) {
        e = find_folder(adoption);
        volume = adoption->volume.id;
        if (e == ERR_OK && move_tree(adoption))
            e = put_moved_trees(adoption);
        else if (e == ERR_OK)
            e = put_folders(adoption, &folder);
    }
    return e == ERR_OK ? put_library(adoption, folder, volume) : e;
}

static void run_adoption(struct errand *errand)
{
    struct adoption *adoption = (struct adoption *)errand;
    struct place_seen unused = { 0 };
    enum err e = scan_writer_open(&adoption->writer, adoption->paths, &adoption->fault);

    if (e == ERR_OK)
        e = find_volume(adoption, adoption->request.path, &unused); /* before any call touches the path */
    if (e == ERR_OK)
        e = resolve_asked(adoption);
    if (e == ERR_OK)
        e = find_folder(adoption);
    if (e == ERR_OK)
        e = compare_with_others(adoption);
    if (e == ERR_OK)
        make_library(adoption);
    scan_writer_close(&adoption->writer);
}

/* ---- as an errand ---- */

enum err adopt_blame_disk(struct bytes path, struct fault *fault)
{
    char name[PATH_MAX];

    (void)snprintf(name, sizeof(name), "%.*s", (int)path.len, path.len ? (const char *)path.at : "");
    mount_point_blame(name, fault, "cannot add %.200s", name);
    fault_hint(fault, "`loophole volume list` shows the disks; add the folder again when it answers");
    return fault_field(fault, "path");
}

/* A link of the path may lead to another disk, so the disk that hangs is not known. */
static void blame_unresolved(struct bytes path, struct fault *fault)
{
    fault_set(fault, ERR_TIMEOUT, "the disk of %.*s does not answer", (int)path.len, (const char *)path.at);
    fault_hint(fault, "`loophole volume list` shows the disks; add the folder again when it answers");
    fault_field(fault, "path");
}

/* Distinguishes a file system that hangs from a service that does not answer. */
static void explain_lost(struct adoption *adoption, struct fault *fault)
{
    const char *asked = atomic_load(&adoption->writer.asked);

    adoption->blames_disk = !asked;
    if (asked)
        fault_set(fault, ERR_TIMEOUT, "the answer of %s did not come in time", asked);
    else if (adopt_device(adoption) != 0)
        adopt_blame_disk(bytes_of(adoption->real, strlen(adoption->real)), fault);
    else
        blame_unresolved(adoption->request.path, fault);
}

static void end_adoption(struct errand *errand, bool lost)
{
    struct adoption *adoption = (struct adoption *)errand;
    struct fault hung = { 0 };
    const struct fault *fault = lost ? &hung : &adoption->fault;

    if (lost)
        explain_lost(adoption, &hung);
    adoption->events.adopted(adoption->events.state, adoption->ticket, fault->code ? NULL : &adoption->library, fault);
}

static void free_adoption(struct errand *errand)
{
    struct adoption *adoption = (struct adoption *)errand;
    atomic_bool *is_over = adoption->events.is_over;

    arena_free(&adoption->arena);
    free(adoption);
    atomic_store(is_over, true);
}

struct adoption *adopt_new(const struct paths *paths, struct catalogue_reader *catalogue, struct call *call,
                           struct ticket ticket, const struct indexer_add_library *request,
                           const struct adopt_events *events)
{
    struct adoption *adoption = alloc_zeroed(1, sizeof(*adoption));

    adoption->errand =
        (struct errand){ .run = run_adoption, .done = end_adoption, .drop = free_adoption, .patience = PATIENCE_US };
    adoption->events = *events;
    adoption->ticket = ticket;
    adoption->sender = call_sender(call);
    adoption->paths = paths;
    adoption->catalogue = catalogue;
    adoption->writer.errand = &adoption->errand;
    adoption->writer.waits = &adoption->waits;
    adoption->writer.reports_disk = true; /* a person waits for the answer */
    codec_keep(&indexer_add_library_shape, request, &adoption->arena, &adoption->request);
    return adoption;
}

void adopt_start(struct adoption *adoption, struct errands *errands, usec_t answer_by)
{
    adoption->errand.answer_by = answer_by;
    errand_start(errands, &adoption->errand);
}

void adopt_refuse(struct adoption *adoption, const struct fault *fault)
{
    adoption->events.adopted(adoption->events.state, adoption->ticket, NULL, fault);
    free_adoption(&adoption->errand);
}

bool adopt_blames_disk(const struct adoption *adoption)
{
    return adoption->blames_disk;
}

dev_t adopt_device(const struct adoption *adoption)
{
    return atomic_load(&adoption->device);
}

usec_t adopt_waited(const struct adoption *adoption)
{
    return atomic_load(&adoption->writer.asked) ? 0 : errand_waited(&adoption->errand);
}
