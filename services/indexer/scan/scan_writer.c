#include "services/indexer/scan/scan_writer.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/wire/codec_copy.h"

enum { BUDGET_MS = 10000, LOOK_BUDGET_MS = 25000 /* longer than any look of availability */, PAUSE_US = 200000 };

enum err scan_writer_open(struct scan_writer *writer, const struct paths *paths, struct fault *fault)
{
    writer->asker = asker_new(paths, fault);
    return writer->asker ? ERR_OK : fault->code;
}

void scan_writer_close(struct scan_writer *writer)
{
    asker_free(writer->asker);
    arena_free(&writer->arena);
    writer->asker = NULL;
    writer->count = 0;
}

static bool is_transient(const struct scan_writer *writer, enum err e)
{
    return e == ERR_FULL || e == ERR_IO ? !writer->reports_disk : err_is_transient(e);
}

/* `name` is a constant. */
static enum err ask_once(struct scan_writer *writer, const char *name, const void *request, uint32_t budget_ms,
                         const struct id *request_id, void *answer, struct fault *fault)
{
    atomic_store(&writer->asked, name);
    enum err e = ask(writer->asker, name, request, budget_ms, request_id, answer, fault);
    atomic_store(&writer->asked, NULL);
    return e;
}

enum err scan_writer_ask(struct scan_writer *writer, const char *name, const void *request, void *answer,
                         struct fault *fault)
{
    return scan_writer_ask_for(writer, &(struct sender){ 0 }, name, request, answer, fault);
}

enum err scan_writer_ask_for(struct scan_writer *writer, const struct sender *sender, const char *name,
                             const void *request, void *answer, struct fault *fault)
{
    struct id request_id = sender->digest ? sender->request : id_new();

    asker_for(writer->asker, sender->digest);
    while (errand_goes_on(writer->errand)) {
        struct fault refused = { 0 };
        enum err e = ask_once(writer, name, request, BUDGET_MS, &request_id, answer, &refused);
        atomic_store(writer->waits, is_transient(writer, e));
        if (!is_transient(writer, e)) {
            *fault = refused;
            return e;
        }
        clock_sleep(PAUSE_US);
    }
    return fault_set(fault, ERR_TIMEOUT, "%s was given up", name);
}

/* The part of the path after the mount of its volume; NULL: it lies elsewhere. */
static const char *rest_of(const struct volume *volume, struct bytes path)
{
    size_t len = volume->mount.len <= 1 ? 0 : volume->mount.len;
    bool is_inside = len == 0 || bytes_equal(path, volume->mount) || bytes_path_contains(volume->mount, path);

    return is_inside ? (const char *)path.at + len : NULL;
}

bool scan_writer_has_mount(const struct volume *volume, struct bytes path)
{
    return rest_of(volume, path) != NULL;
}

static bool is_same_folder(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void scan_writer_move_to_volume(const struct place_seen *seen, char path[PATH_MAX])
{
    const struct bytes asked = bytes_of(path, strlen(path));
    char moved[PATH_MAX];

    if (rest_of(&seen->volume, asked) || !(bytes_equal(asked, seen->mount) || bytes_path_contains(seen->mount, asked)))
        return;
    int len = snprintf(moved, sizeof(moved), "%.*s%s", (int)seen->volume.mount.len, (const char *)seen->volume.mount.at,
                       path + (seen->mount.len == 1 ? 0 : seen->mount.len));
    if (len < (int)sizeof(moved) && is_same_folder(path, moved))
        memcpy(path, moved, (size_t)len + 1);
}

enum err scan_writer_put_folders(struct scan_writer *writer, const struct volume *volume, struct bytes path,
                                 struct id *folder, struct fault *fault)
{
    const char *rest = rest_of(volume, path);
    struct persist_put_folder put = { .folder = { .volume = volume->id } };
    struct done done = { 0 };
    enum err e = ERR_OK;

    if (!rest)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s does not lie on the mount %.*s of its volume", (int)path.len,
                         (const char *)path.at, (int)volume->mount.len, (const char *)volume->mount.at);
    do {
        rest += *rest == '/';
        size_t len = strcspn(rest, "/");
        put.folder.name = bytes_of(rest, len);
        e = scan_writer_ask(writer, "persist.put_folder", &put, &done, fault);
        put.folder.parent = *folder = done.id;
        rest += len;
    } while (e == ERR_OK && *rest);
    return e;
}

enum err scan_writer_look(struct scan_writer *writer, const char *name, const void *request, void *answer,
                          struct fault *fault)
{
    asker_for(writer->asker, 0);
    while (errand_goes_on(writer->errand)) {
        struct fault refused = { 0 };
        enum err e = ask_once(writer, name, request, LOOK_BUDGET_MS, NULL, answer, &refused);
        if (e != ERR_OFFLINE && e != ERR_BUSY) {
            if (e != ERR_OK)
                *fault = refused;
            return e;
        }
        clock_sleep(PAUSE_US);
    }
    return fault_set(fault, ERR_TIMEOUT, "%s was given up", name);
}

enum err scan_writer_add(struct scan_writer *writer, const struct operation *operation, void *about,
                         struct fault *fault)
{
    codec_keep(&operation_shape, operation, &writer->arena, &writer->operations[writer->count]);
    writer->about[writer->count++] = about;
    return writer->count == SCAN_WRITER_BATCH ? scan_writer_flush(writer, fault) : ERR_OK;
}

enum err scan_writer_flush(struct scan_writer *writer, struct fault *fault)
{
    struct persist_batch batch = { .operations = { writer->count, writer->operations } };
    struct outcomes outcomes = { 0 };

    if (writer->count == 0)
        return ERR_OK;
    enum err e = scan_writer_ask(writer, "persist.batch", &batch, &outcomes, fault);
    if (e == ERR_OK && outcomes.each.count != writer->count)
        e = fault_set(fault, ERR_INTERNAL, "persist answered %u of %u operations", outcomes.each.count, writer->count);
    for (uint32_t i = 0; e == ERR_OK && i < writer->count; i++)
        writer->answered(writer->state, &writer->operations[i], &outcomes.each.at[i], writer->about[i]);
    writer->count = 0;
    memset(writer->operations, 0, sizeof(writer->operations));
    arena_reset(&writer->arena);
    return e;
}
