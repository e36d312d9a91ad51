#include "store/check/orphan.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/artefact.h"
#include "store/row.h"

enum { FOLDERS = 256, FOLDER_DIGITS = 2, HASH_DIGITS = 32, CONTENT_BYTES = 16 };
enum { ORPHAN_PATH = PATH_MAX + sizeof("/artefact/") + ARTEFACT_NAME_SIZE };
static const char temporary[] = ".loophole-";

/* ---- names ---- */

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool orphan_is_temporary(const char *name)
{
    return begins_with(name + FOLDER_DIGITS + 1, temporary);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the content from "ab/HASH-…", where HASH begins with ab. False: not a name of ours. */
static bool content_of(const char *name, uint8_t content[CONTENT_BYTES])
{
    const char *hex = name + FOLDER_DIGITS + 1;

    if (strlen(hex) <= HASH_DIGITS || hex[HASH_DIGITS] != '-' || memcmp(name, hex, FOLDER_DIGITS) != 0)
        return false;
    for (int i = 0; i < CONTENT_BYTES; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        content[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* ---- the folders ---- */

static bool each_of_folder(const char *path, const char *folder, void *state,
                           bool (*each)(void *state, const char *name))
{
    DIR *directory = opendir(path);
    uint8_t content[CONTENT_BYTES];
    char name[ARTEFACT_NAME_SIZE];
    struct dirent *entry;
    bool more = true;

    while (directory && more && (entry = readdir(directory))) {
        int len = snprintf(name, sizeof(name), "%s/%s", folder, entry->d_name);
        if (len > 0 && (size_t)len < sizeof(name) && (orphan_is_temporary(name) || content_of(name, content)))
            more = each(state, name);
    }
    if (directory)
        closedir(directory);
    return more;
}

bool orphan_each_name(const struct paths *paths, void *state, bool (*each)(void *state, const char *name))
{
    char path[ORPHAN_PATH], folder[8];
    bool more = true;

    for (unsigned i = 0; more && i < FOLDERS; i++) {
        snprintf(folder, sizeof(folder), "%02x", i);
        snprintf(path, sizeof(path), "%s/artefact/%s", paths->data, folder);
        more = each_of_folder(path, folder, state, each);
    }
    return more;
}

bool orphan_age(const struct paths *paths, const char *name, usec_t *age, uint64_t *size)
{
    char path[ORPHAN_PATH];
    struct stat st;

    snprintf(path, sizeof(path), "%s/artefact/%s", paths->data, name);
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *age = clock_now() - clock_usec(st.st_mtim);
    *size = (uint64_t)st.st_size;
    return true;
}

/* ---- rows ---- */

static enum err compare_name(struct txn *txn, struct arena *arena, const struct walk *walk, const char *name,
                             bool *same)
{
    struct text type, parameters;
    struct kept_artefact kept;
    char of_row[ARTEFACT_NAME_SIZE];
    enum err e = row_decode(txn, arena, walk->value, &kept_artefact_shape, &kept);

    if (e == ERR_OK && (walk->key.len <= CONTENT_BYTES || !key_artefact_parts(walk->key, &type, &parameters)))
        e = ERR_INTERNAL;
    if (e != ERR_OK)
        return e;
    artefact_name(bytes_of(walk->key.at, CONTENT_BYTES), type, parameters, kept.version, of_row);
    *same = kept.digest.len > 0 && strcmp(of_row, name) == 0;
    return ERR_OK;
}

enum err orphan_row(struct txn *txn, struct arena *arena, const char *name)
{
    uint8_t content[CONTENT_BYTES] = { 0 };
    struct bytes prefix = bytes_of(content, sizeof(content));
    struct walk walk;
    bool found = false;
    enum err e;

    if (!content_of(name, content))
        return ERR_NOT_FOUND;
    e = walk_begin(txn, DB_ARTEFACT, prefix, prefix, &walk);
    while (e == ERR_OK && !found && walk_next(&walk))
        e = compare_name(txn, arena, &walk, name, &found);
    walk_end(&walk);
    return e != ERR_OK || found ? e : ERR_NOT_FOUND;
}

/* ---- counting ---- */

struct counting {
    struct txn *txn;
    const struct paths *paths;
    struct orphan_count *count;
    struct arena arena;
    enum err e;
};

static bool count_one(void *state, const char *name)
{
    struct counting *c = state;
    uint64_t size;
    usec_t age;
    enum err e = orphan_row(c->txn, &c->arena, name);

    arena_reset(&c->arena);
    if (e == ERR_NOT_FOUND && orphan_age(c->paths, name, &age, &size)) {
        c->count->files++;
        c->count->bytes += size;
    }
    c->e = e == ERR_NOT_FOUND ? ERR_OK : e;
    return c->e == ERR_OK;
}

enum err orphan_count(struct txn *txn, const struct paths *paths, struct orphan_count *count)
{
    struct counting c = { .txn = txn, .paths = paths, .count = count };

    *count = (struct orphan_count){ 0 };
    (void)orphan_each_name(paths, &c, count_one);
    arena_free(&c.arena);
    return c.e;
}
