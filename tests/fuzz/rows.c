#include "tests/fuzz/rows.h"

#include <string.h>

#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/open/store_open.h"
#include "store/parts.h"
#include "tests/example.h"

enum { KEY_MAX = 511 };

static const struct bytes none = { 0, NULL };
static const uint8_t heard[ROWS_ITEMS][16] = { "content number a", "content number a", "content number b",
                                               "content number c" };

/* ---- the store ---- */

static struct id made_id(uint8_t kind, uint8_t number)
{
    struct id id = { { kind } };

    id.b[sizeof(id.b) - 1] = (uint8_t)(number + 1);
    return id;
}

static void put_ground(struct rows *rows, struct writing *w)
{
    struct volume volume = {
        .id = made_id('v', 0), .identity = TEXT("root"), .mount = bytes_of("/", 1), .online = true
    };
    struct folder kicks = { .id = made_id('f', 0), .volume = volume.id, .name = bytes_of("kicks", 5), .library = true };
    struct folder inner = { .id = made_id('f', 1), .volume = volume.id, .parent = kicks.id, .name = bytes_of("in", 2) };

    holds(catalogue_put_volume(w, &volume) == ERR_OK);
    holds(catalogue_put_folder(w, NULL, &kicks) == ERR_OK);
    holds(catalogue_put_folder(w, NULL, &inner) == ERR_OK);
    rows->volume = volume.id;
    rows->folders[0] = kicks.id;
    rows->folders[1] = inner.id;
}

static void put_library(struct rows *rows, struct writing *w, struct arena *arena)
{
    struct library library = { 0 };

    holds(example_make(&library_shape, arena, &library, NULL) == ERR_OK);
    library.id = rows->folders[0];
    library.volume = rows->volume;
    holds(catalogue_put_library(w, &library) == ERR_OK);
}

static void put_item(struct rows *rows, struct writing *w, struct arena *arena, uint8_t number)
{
    char file[] = "a.wav";
    struct media media = { 0 };
    struct facts facts = { 0 };
    struct embedding embedding = { 0 };
    struct kept_artefact artefact = { 0 };

    holds(example_make(&media_shape, arena, &media, NULL) == ERR_OK);
    holds(example_make(&facts_shape, arena, &facts, NULL) == ERR_OK);
    holds(example_make(&embedding_shape, arena, &embedding, NULL) == ERR_OK);
    holds(example_make(&kept_artefact_shape, arena, &artefact, NULL) == ERR_OK);
    file[0] = (char)(file[0] + number);
    media.id = rows->items[number] = made_id('m', number);
    media.folder = rows->folders[number % 2];
    media.file = bytes_of(file, strlen(file));
    media.content = rows->contents[number] = bytes_of(heard[number], sizeof(heard[number]));
    holds(catalogue_put_media(w, NULL, &media) == ERR_OK);
    holds(catalogue_put_facts(w, media.content, &facts) == ERR_OK);
    holds(catalogue_put_facts(w, bytes_of(media.id.b, sizeof(media.id.b)), &facts) == ERR_OK);
    holds(catalogue_put_embedding(w, media.content, &embedding) == ERR_OK);
    holds(catalogue_put_artefact(w, media.content, TEXT("waveform"), TEXT(""), &artefact) == ERR_OK);
}

static void put_log(struct rows *rows, struct writing *w, struct arena *arena)
{
    struct change change = { 0 };
    const struct remembered what = { .digest = 7, .answer = bytes_of("\x80", 1) };
    const struct part part = { .first = 1, .revision = 3, .digest = 7, .outcomes = bytes_of("\x90", 1) };

    rows->request = made_id('r', 0);
    for (uint64_t i = 1; i <= 3; i++) {
        holds(example_make(&change_shape, arena, &change, NULL) == ERR_OK);
        change.revision = i;
        change.id = rows->items[i];
        change.request = rows->request;
        holds(changelog_add(w, &change) == ERR_OK);
    }
    holds(changelog_remember(w, rows->request, 3, 1000, &what) == ERR_OK);
    holds(changelog_remember(w, made_id('r', 1), 0, 1000, &what) == ERR_OK);
    holds(parts_put(w, rows->request, &part) == ERR_OK);
}

struct rows *rows_of(void)
{
    static struct rows rows;
    struct arena arena = { 0 };
    struct writing w = { 0 };

    if (rows.store)
        return &rows;
    holds(store_open(fuzz_home(), STORE_WRITER, &rows.store, NULL) == ERR_OK);
    holds(store_write(rows.store, &w.txn, NULL) == ERR_OK);
    put_ground(&rows, &w);
    put_library(&rows, &w, &arena);
    for (uint8_t i = 0; i < ROWS_ITEMS; i++)
        put_item(&rows, &w, &arena, i);
    put_log(&rows, &w, &arena);
    holds(txn_commit(w.txn, NULL) == ERR_OK);
    buffer_free(&w.row), buffer_free(&w.dropped);
    arena_free(&arena);
    return &rows;
}

/* ---- damage ---- */

struct row {
    struct key key;
    struct buffer value;
};

/* False: the database has no row. */
static bool find_row(struct txn *txn, enum database db, uint8_t number, struct row *row)
{
    uint64_t count = txn_count(txn, db);
    struct walk walk;
    bool found = false;

    if (count == 0)
        return false;
    holds(walk_begin(txn, db, none, none, &walk) == ERR_OK);
    for (uint64_t i = 0; i <= number % count; i++)
        found = walk_next(&walk);
    if (found) {
        row->key.len = walk.key.len;
        memcpy(row->key.b, walk.key.at, walk.key.len);
        buffer_add(&row->value, walk.value.at, walk.value.len);
    }
    walk_end(&walk);
    return found;
}

static void change_bytes(struct fuzz_input *input, struct buffer *value)
{
    struct bytes changes = fuzz_take(input, 2 * (size_t)(1 + fuzz_number(input) % 8));

    for (uint32_t i = 0; i + 1 < changes.len && value->len; i += 2)
        value->at[changes.at[i] % value->len] = changes.at[i + 1];
}

static void damage_row(struct fuzz_input *input, struct txn *txn, enum database db, uint8_t how, struct row *row)
{
    struct bytes other;

    switch (how % 4) {
    case 0:
        holds(txn_delete(txn, db, key_bytes(&row->key)) == ERR_OK);
        return;
    case 1:
        other = fuzz_take(input, fuzz_number(input) % 2000);
        holds(txn_put(txn, db, key_bytes(&row->key), other) == ERR_OK);
        return;
    case 2:
        change_bytes(input, &row->value);
        break;
    default:
        row->value.len = row->value.len ? fuzz_number(input) % row->value.len : 0;
    }
    holds(txn_put(txn, db, key_bytes(&row->key), buffer_bytes(&row->value)) == ERR_OK);
}

static void add_row(struct fuzz_input *input, struct txn *txn, enum database db)
{
    struct bytes key = fuzz_take(input, 1 + fuzz_number(input) % KEY_MAX), value = fuzz_take(input, 200);

    if (key.len)
        holds(txn_put(txn, db, key, value) == ERR_OK);
}

void rows_damage(struct fuzz_input *input, struct txn *txn)
{
    while (input->left >= 3) {
        struct bytes what = fuzz_take(input, 3);
        enum database db = what.at[0] % DB_COUNT;
        struct row row = { 0 };
        if (what.at[1] % 5 == 4)
            add_row(input, txn, db);
        else if (find_row(txn, db, what.at[2], &row))
            damage_row(input, txn, db, what.at[1] % 5, &row);
        buffer_free(&row.value);
    }
}
