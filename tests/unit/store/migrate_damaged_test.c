/* Damaged rows of an older store, and damaged copies of a migration that was killed. */
#include "store/keys.h"
#include "store/open/store_open.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/migrating.h"

/* Makes pages with rows of files unreadable, but not those with the databases' names and the migration's mark. */
static void damage_half_built(struct scratch *s)
{
    static uint8_t page[4096];
    char path[PATH_MAX + 32];
    FILE *file;
    int damaged = 0;

    store_path(s, ".migrating/data.mdb", path);
    file = fopen(path, "r+");
    assert_non_null(file);
    for (long at = 2 * (long)sizeof(page); fseek(file, at, SEEK_SET) == 0 && fread(page, sizeof(page), 1, file) == 1;
         at += (long)sizeof(page)) {
        if (!memmem(page, sizeof(page), ".wav", 4) || memmem(page, sizeof(page), "library", 7) ||
            memmem(page, sizeof(page), "migration", 9))
            continue;
        fseek(file, at, SEEK_SET);
        damaged += fwrite(memset(page, 0, sizeof(page)), sizeof(page), 1, file) == 1;
    }
    assert_int_equal(fclose(file), 0);
    assert_true(damaged > 0);
}

SCRATCH_CLAIM(the_copy_of_a_killed_migration_is_dropped_if_it_cannot_be_read)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };

    fill_store(s);
    change_closed(s, make_old);
    die_in_migration(s, 330);
    damage_half_built(s);
    assert_int_equal(store_open(&s->paths, STORE_WRITER, &s->store, &fault), ERR_OK);
    scratch_begin(s);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 101);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
}

static void damage_row(struct scratch *s, enum database db, struct key key)
{
    assert_int_equal(txn_put(s->w.txn, db, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
}

/* Makes the record of an item that waits for an analysis again name another item. */
static void misname_item(struct scratch *s)
{
    struct media media = scratch_put(s, "misnamed.wav");
    struct key key = key_id(media.id);

    media.id = id_new();
    media.analysis.value = ANALYSIS_STATE_DONE;
    assert_int_equal(row_put(&s->w, DB_MEDIA, &key, &media_shape, &media), ERR_OK);
}

/* Damages the first item of a store, and the rows that a step reads besides the items. */
static void damage_rows(struct scratch *s)
{
    struct key request = key_id(id_new());
    struct media was = scratch_put(s, "done.wav"), now = was;
    struct walk walk;

    now.content = bytes_of("content number b", 16);
    now.analysis.value = ANALYSIS_STATE_DONE;
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    damage_row(s, DB_FACTS, key_subject(now.content));
    assert_int_equal(walk_begin(s->w.txn, DB_MEDIA, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk), ERR_OK);
    assert_true(walk_next(&walk));
    struct key first = key_id(key_id_at(walk.key, 0));
    walk_end(&walk);
    damage_row(s, DB_MEDIA, first);
    damage_row(s, DB_REQUEST, request);
    damage_row(s, DB_VOLUME, key_id(id_new()));
    misname_item(s);
}

static void make_version_2(struct scratch *s)
{
    assert_int_equal(txn_set_version(s->w.txn, 2), ERR_OK);
}

static void drop_volume(struct scratch *s)
{
    struct key volume = key_id(s->volume);

    assert_int_equal(row_delete(&s->w, DB_VOLUME, &volume), ERR_OK);
}

static void hold_migrated(struct scratch *s, uint64_t items)
{
    uint64_t version;

    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_version(s->w.txn, &version), ERR_OK);
    assert_int_equal(version, STORE_VERSION);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), items);
    scratch_commit(s);
}

SCRATCH_CLAIM(damaged_rows_of_a_store_stop_no_migration)
{
    void (*const make[])(struct scratch *s) = { make_version_2, make_old };
    struct scratch *s = *state;
    char path[PATH_MAX + 32], command[PATH_MAX + 64];

    for (int round = 0; round < 2; round++) {
        fill_store(s);
        change_closed(s, make[round]);
        change_closed(s, damage_rows);
        hold_migrated(s, 103);
        assert_true(scratch_problems(s) > 0);
        scratch_close(s);
        store_path(s, "", path);
        snprintf(command, sizeof(command), "rm -rf '%s'*", path);
        assert_int_equal(system(command), 0);
    }
}

SCRATCH_CLAIM(rows_that_contradict_each_other_stop_no_migration)
{
    struct scratch *s = *state;
    char path[PATH_MAX + 32];
    struct stat st;

    fill_store(s);
    change_closed(s, make_old);
    change_closed(s, drop_volume);
    hold_migrated(s, 101);
    assert_int_equal(scratch_problems(s), 1);
    store_path(s, ".migrating", path);
    assert_int_equal(stat(path, &st), -1);
}

SCRATCH_CLAIM(the_copy_of_a_killed_migration_is_dropped_if_it_is_worse_than_its_source)
{
    struct scratch *s = *state;
    struct media media = fill_store(s);
    char path[PATH_MAX + 32];

    change_closed(s, make_version_2);
    die_in_migration(s, 200);
    store_path(s, ".migrating", path);
    assert_int_equal(store_open_directory(path, STORE_WRITER, 64 << 20, &s->store, NULL), ERR_OK);
    scratch_begin(s);
    damage_row(s, DB_MEDIA, key_id(media.id));
    scratch_commit(s);
    scratch_close(s);
    hold_migrated(s, 101);
    assert_int_equal(scratch_problems(s), 0);
}
