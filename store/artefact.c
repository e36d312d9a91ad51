#include "store/artefact.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/hash.h"

enum { PARAMETER_DIGITS = 16, PATH_SIZE = PATH_MAX + sizeof("/artefact/") + ARTEFACT_NAME_SIZE };

const char *artefact_name(struct bytes content, struct text type, struct text parameters, uint64_t version,
                          char to[ARTEFACT_NAME_SIZE])
{
    struct hash hash = { { 0 } };
    char hex[33], more[PARAMETER_DIGITS + 2] = "";

    if (content.len == sizeof(hash.b))
        memcpy(hash.b, content.at, sizeof(hash.b));
    hash_hex(hash, 32, hex);
    if (parameters.len) {
        more[0] = '-';
        hash_hex(hash_of(parameters.at, parameters.len), PARAMETER_DIGITS, more + 1);
    }
    snprintf(to, ARTEFACT_NAME_SIZE, "%.2s/%s-%.*s%s-%llu", hex, hex, TEXT_ARG(type), more,
             (unsigned long long)version);
    return to;
}

bool artefact_type_is_good(struct text type)
{
    for (uint32_t i = 0; i < type.len; i++) {
        char c = type.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return type.len > 0 && type.len <= 32;
}

static const char *artefact_path(const struct paths *paths, const char *name, char to[PATH_SIZE])
{
    snprintf(to, PATH_SIZE, "%s/artefact/%s", paths->data, name);
    return to;
}

/* ---- lists of names ---- */

const char *artefact_next_name(const struct buffer *names, const char *name)
{
    const char *at = (const char *)names->at, *end;

    if (names->len == 0)
        return NULL;
    end = at + names->len;
    if (name)
        at = name + strlen(name) + 1;
    while (at < end && !*at)
        at++;
    return at < end ? at : NULL;
}

void artefact_cross_out(struct buffer *names, const char *name)
{
    char *at = NULL;

    while ((at = (char *)(uintptr_t)artefact_next_name(names, at)))
        if (strcmp(at, name) == 0)
            memset(at, 0, strlen(name));
}

void artefact_add_name(struct buffer *names, const char *name)
{
    buffer_add(names, name, strlen(name) + 1);
}

/* ---- writing ---- */

bool artefact_is_large(const struct artefact *artefact)
{
    return artefact->data.len > ARTEFACT_INLINE;
}

void artefact_describe(const struct artefact *artefact, uint8_t digest[16], struct kept_artefact *kept)
{
    struct hash hash;

    *kept = (struct kept_artefact){ .version = artefact->version, .size = artefact->data.len };
    if (!artefact_is_large(artefact)) {
        kept->data = artefact->data;
        return;
    }
    hash = hash_of(artefact->data.at, artefact->data.len);
    memcpy(digest, hash.b, sizeof(hash.b));
    kept->digest = bytes_of(digest, sizeof(hash.b));
}

static bool has_same_bytes(const char *path, struct bytes data)
{
    struct buffer there = { 0 };
    bool same = file_read_all(path, data.len, &there, NULL) == ERR_OK && bytes_equal(buffer_bytes(&there), data);

    buffer_free(&there);
    return same;
}

static int open_disk(const struct paths *paths)
{
    char path[PATH_SIZE];

    mkdir(artefact_path(paths, "", path), 0700);
    return file_open_disk(path);
}

/* Also syncs the directory: an error of mkdir then shows at the second attempt too. */
static enum err write_new(const struct paths *paths, const char *name, struct bytes data, struct fault *fault)
{
    char path[PATH_SIZE], directory[3] = { name[0], name[1] };
    enum err e = file_write_new(artefact_path(paths, name, path), data, 0600, NULL);

    if (e != ERR_NOT_FOUND)
        return e == ERR_OK || e == ERR_EXISTS ? e : file_write_new(path, data, 0600, fault);
    mkdir(artefact_path(paths, directory, path), 0700);
    return file_write_new(artefact_path(paths, name, path), data, 0600, fault);
}

enum err artefact_write(const struct paths *paths, struct bytes content, const struct artefact *artefact,
                        struct artefact_files *files, struct fault *fault)
{
    char name[ARTEFACT_NAME_SIZE], path[PATH_SIZE];
    enum err e;

    artefact_name(content, artefact->type, artefact->parameters, artefact->version, name);
    artefact_add_name(&files->all, name);
    if (files->disk == 0)
        files->disk = open_disk(paths);
    e = write_new(paths, name, artefact->data, fault);
    if (e == ERR_EXISTS && has_same_bytes(artefact_path(paths, name, path), artefact->data))
        return ERR_OK;
    if (e == ERR_EXISTS) /* an incomplete file of a dead process */
        e = file_write_soon(path, artefact->data, 0600, fault);
    if (e == ERR_OK)
        artefact_add_name(&files->made, name);
    return e;
}

static enum err sync_one(const struct paths *paths, const char *name, size_t len, struct fault *fault)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/artefact/%.*s", paths->data, (int)len, name);
    return file_sync(path, fault);
}

/* Syncs the files, then each of their directories once. The first two characters of a name are its directory. */
static enum err sync_each(const struct paths *paths, const struct buffer *names, struct fault *fault)
{
    bool is_synced[1 << 16] = { false };
    const char *name = NULL;
    enum err e = ERR_OK;

    while (e == ERR_OK && (name = artefact_next_name(names, name)))
        e = sync_one(paths, name, strlen(name), fault);
    while (e == ERR_OK && (name = artefact_next_name(names, name))) {
        bool *synced = &is_synced[(uint8_t)name[0] << 8 | (uint8_t)name[1]];
        e = *synced ? ERR_OK : sync_one(paths, name, 2, fault);
        *synced = true;
    }
    if (e == ERR_OK)
        e = sync_one(paths, "", 0, fault);
    return e == ERR_OK ? file_sync(paths->data, fault) : e;
}

enum err artefact_settle(const struct paths *paths, const struct artefact_files *files, struct fault *fault)
{
    if (files->all.len == 0)
        return ERR_OK;
    return files->disk > 0 ? file_sync_disk(files->disk, fault) : sync_each(paths, &files->all, fault);
}

void artefact_take_back(const struct paths *paths, const struct artefact_files *files)
{
    const char *name = NULL;

    while ((name = artefact_next_name(&files->made, name)))
        artefact_remove(paths, name);
}

void artefact_files_free(struct artefact_files *files)
{
    buffer_free(&files->all);
    buffer_free(&files->made);
    if (files->disk > 0)
        close(files->disk);
}

/* ---- reading ---- */

enum err artefact_read(const struct paths *paths, struct arena *arena, const char *name,
                       const struct kept_artefact *kept, struct bytes *data)
{
    char path[PATH_SIZE];
    struct buffer buffer = { 0 };
    struct hash hash;
    enum err e = ERR_OK;

    *data = kept->data;
    if (kept->digest.len == 0)
        return ERR_OK;
    if (file_read_all(artefact_path(paths, name, path), kept->size, &buffer, NULL) != ERR_OK) {
        e = ERR_NOT_FOUND;
        goto undo;
    }
    hash = hash_of(buffer.at, buffer.len);
    if (!bytes_equal(bytes_of(hash.b, sizeof(hash.b)), kept->digest)) {
        e = ERR_NOT_FOUND;
        goto undo;
    }
    *data = arena_bytes(arena, buffer_bytes(&buffer));
    if (data->len != kept->size)
        e = ERR_FULL;
undo:
    buffer_free(&buffer);
    return e;
}

void artefact_remove(const struct paths *paths, const char *name)
{
    char path[PATH_SIZE];

    unlink(artefact_path(paths, name, path));
}
