#include "store/backup/survey.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/wire/codec.h"
#include "proto/wire/codec_copy.h"
#include "store/artefact.h"
#include "store/open/replace.h"
#include "store/open/store_open.h"

enum { ROWS = 1000 };
static const struct bytes no_prefix = { 0, NULL };

static enum err copy_row(struct txn *txn, struct arena *arena, const struct walk *walk, struct survey_row *to)
{
    struct text type, parameters;
    char name[ARTEFACT_NAME_SIZE];
    struct kept_artefact kept;
    enum err e = row_decode(txn, arena, walk->value, &kept_artefact_shape, &kept);

    if (e == ERR_OK && (walk->key.len < 17 || !key_artefact_parts(walk->key, &type, &parameters)))
        e = ERR_INTERNAL;
    if (e == ERR_OK)
        e = codec_copy(&kept_artefact_shape, &kept, arena, &to->kept);
    if (e != ERR_OK)
        return e;
    memcpy(to->content, walk->key.at, sizeof(to->content));
    artefact_name(bytes_of(to->content, sizeof(to->content)), type, parameters, kept.version, name);
    to->name = arena_printf(arena, "%s", name).at;
    return ERR_OK;
}

/* Sets `to` to the smallest key after `key`. */
static void set_after(struct key *to, struct bytes key)
{
    to->len = key.len < sizeof(to->b) ? key.len + 1 : key.len;
    memset(to->b, 0, to->len);
    memcpy(to->b, key.at, key.len < sizeof(to->b) ? key.len : sizeof(to->b));
}

enum err survey_read(struct txn *txn, struct arena *arena, struct key *from, uint32_t most, struct survey_rows *rows,
                     bool *more)
{
    struct key start = *from;
    struct walk walk;
    enum err e = walk_begin(txn, DB_ARTEFACT, key_bytes(&start), no_prefix, &walk);

    *more = false;
    rows->count = 0;
    rows->at = arena_array(arena, most, sizeof(*rows->at));
    for (uint32_t i = 0; e == ERR_OK && i < most && (*more = walk_next(&walk)); i++) {
        e = copy_row(txn, arena, &walk, &rows->at[rows->count]);
        rows->count += e == ERR_OK && rows->at[rows->count].kept.digest.len > 0;
        set_after(from, walk.key);
    }
    walk_end(&walk);
    return e;
}

bool survey_is_whole(const struct paths *paths, struct arena *arena, const struct survey_row *row, usec_t read_from)
{
    char path[PATH_MAX + ARTEFACT_NAME_SIZE + 16];
    struct bytes data;
    struct stat st;

    snprintf(path, sizeof(path), "%s/artefact/%s", paths->data, row->name);
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != row->kept.size)
        return false;
    if (clock_usec(st.st_ctim) < read_from)
        return true;
    return artefact_read(paths, arena, row->name, &row->kept, &data) != ERR_NOT_FOUND;
}

static void count_rows(const struct paths *paths, struct arena *arena, const struct survey_rows *rows, uint8_t last[16],
                       struct survey_count *lost)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        if (survey_is_whole(paths, arena, &rows->at[i], INT64_MAX))
            continue;
        lost->contents += lost->files == 0 || memcmp(last, rows->at[i].content, 16) != 0;
        lost->files++;
        memcpy(last, rows->at[i].content, 16);
    }
}

static enum err count_all(const struct paths *paths, struct store *store, struct survey_count *lost,
                          struct fault *fault)
{
    struct arena arena = { 0 };
    struct survey_rows rows;
    struct key at = { .len = 0 };
    uint8_t last[16] = { 0 };
    bool more = true;
    struct txn *txn;
    enum err e = ERR_OK;

    while (e == ERR_OK && more) {
        e = store_read(store, &txn, fault);
        if (e != ERR_OK)
            break;
        e = survey_read(txn, &arena, &at, ROWS, &rows, &more);
        txn_end(txn);
        if (e != ERR_OK)
            fault_set(fault, e, "the rows of artefacts cannot be read");
        else
            count_rows(paths, &arena, &rows, last, lost);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e;
}

enum err survey_count(const struct paths *paths, struct survey_count *lost, struct fault *fault)
{
    char directory[REPLACE_PATH];
    struct store *store = NULL;
    size_t map;
    enum err e = store_map_bytes(paths, &map, fault);

    *lost = (struct survey_count){ 0 };
    snprintf(directory, sizeof(directory), "%s/store", paths->data);
    if (e == ERR_OK)
        e = store_open_directory(directory, STORE_READER, map, &store, fault);
    if (e == ERR_OK)
        e = count_all(paths, store, lost, fault);
    store_close(store);
    return e;
}
