#include <sys/wait.h>
#include <unistd.h>

#include "proto/wire/codec.h"
#include "store/changelog.h"
#include "store/open/replace.h"
#include "tests/unit/store/scratch.h"

static void store_path(struct scratch *s, const char *end, char to[PATH_MAX + 32])
{
    snprintf(to, PATH_MAX + 32, "%s/store%s", s->paths.data, end);
}

/* Opens DATA/store as it is, changes it, closes it. */
static void change_closed(struct scratch *s, void (*change)(struct scratch *s))
{
    char path[PATH_MAX + 32];

    store_path(s, "", path);
    assert_int_equal(store_open_directory(path, STORE_WRITER, 64 << 20, &s->store, NULL), ERR_OK);
    scratch_begin(s);
    change(s);
    scratch_commit(s);
    scratch_close(s);
}

/* A place with only the item's id. */
static void shorten_place(struct scratch *s, const struct media *media)
{
    struct key key = key_place(media->folder, media->file);

    assert_int_equal(row_put_id(&s->w, DB_PLACE, &key, media->id), ERR_OK);
}

/* A store of version 0: no version, no catalogue id, no identities, places without the values that a scan compares. */
static void make_old(struct scratch *s)
{
    struct key version = key_name("version"), catalogue = key_name("catalogue");
    struct key identity = key_identity(TEXT("root"));
    struct walk walk;
    struct media media;

    assert_int_equal(walk_begin(s->w.txn, DB_MEDIA, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk), ERR_OK);
    while (walk_next(&walk)) {
        assert_int_equal(row_decode(s->w.txn, &s->arena, walk.value, &media_shape, &media), ERR_OK);
        shorten_place(s, &media);
    }
    walk_end(&walk);
    assert_int_equal(row_delete(&s->w, DB_META, &version), ERR_OK);
    assert_int_equal(row_delete(&s->w, DB_META, &catalogue), ERR_OK);
    assert_int_equal(row_delete(&s->w, DB_VOLUME_IDENTITY, &identity), ERR_OK);
}

static void make_newer(struct scratch *s)
{
    assert_int_equal(txn_set_version(s->w.txn, STORE_VERSION + 5), ERR_OK);
}

static struct media fill_store(struct scratch *s)
{
    struct media media;

    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    media = scratch_put(s, "kick.wav");
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof(name), "%d.wav", i);
        scratch_put(s, name);
    }
    scratch_commit(s);
    scratch_close(s);
    return media;
}

static void an_older_store_is_migrated_and_nothing_of_it_is_lost(void **state)
{
    struct scratch *s = *state;
    struct media media = fill_store(s), got;
    char backup[PATH_MAX + 32];
    uint64_t version;
    struct id id;
    struct stat st;

    change_closed(s, make_old);
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_version(s->w.txn, &version), ERR_OK);
    assert_int_equal(version, STORE_VERSION);
    assert_int_equal(catalogue_volume_identified(s->w.txn, TEXT("root"), &id), ERR_OK);
    assert_true(id_equal(id, s->volume));
    assert_int_equal(catalogue_id(s->w.txn, &id), ERR_OK);
    assert_int_equal(catalogue_media(s->w.txn, &s->arena, media.id, &got), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 101);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, media.folder, media.file, &id), ERR_OK);
    assert_true(id_equal(id, media.id));
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
    store_path(s, ".before-0/data.mdb", backup);
    assert_int_equal(stat(backup, &st), 0);
}

/* A progress report ends the process, as a kill would, or records where the work began. */
struct reports {
    uint64_t least, die_at;
};

static void note_report(void *state, enum work_kind kind, uint64_t done, uint64_t total)
{
    struct reports *reports = state;

    if (kind != WORK_MIGRATING || done == 0)
        return;
    assert_true(done <= total);
    if (reports->die_at && done >= reports->die_at)
        _exit(0);
    reports->least = reports->least && reports->least < done ? reports->least : done;
}

static void die_in_migration(struct scratch *s, uint64_t at)
{
    struct reports reports = { .die_at = at };
    const struct long_work work = { note_report, &reports };
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        (void)store_open_work(&s->paths, STORE_WRITER, &work, &s->store, NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_migration_that_was_killed_goes_on_where_it_was(void **state)
{
    struct scratch *s = *state;
    struct reports reports = { 0 };
    const struct long_work work = { note_report, &reports };
    char path[PATH_MAX + 32];
    struct stat st;

    fill_store(s);
    change_closed(s, make_old);
    for (uint64_t at = 1; at <= 600; at += 150)
        die_in_migration(s, at);
    assert_int_equal(store_open_work(&s->paths, STORE_WRITER, &work, &s->store, NULL), ERR_OK);
    assert_true(reports.least > 300);
    scratch_begin(s);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 101);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
    store_path(s, ".migrating", path);
    assert_int_equal(stat(path, &st), -1);
}

static void the_copy_of_a_killed_migration_is_dropped_if_the_old_store_has_changed(void **state)
{
    struct scratch *s = *state;
    struct reports reports = { 0 };
    const struct long_work work = { note_report, &reports };

    fill_store(s);
    change_closed(s, make_old);
    die_in_migration(s, 400);
    change_closed(s, make_old);
    assert_int_equal(store_open_work(&s->paths, STORE_WRITER, &work, &s->store, NULL), ERR_OK);
    assert_true(reports.least < 200);
    assert_int_equal(scratch_problems(s), 0);
}

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

static void the_copy_of_a_killed_migration_is_dropped_if_it_cannot_be_read(void **state)
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

static void a_store_whose_migration_would_be_inconsistent_stays_as_it_is(void **state)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };
    char path[PATH_MAX + 32];
    struct key volume;
    struct stat st;

    fill_store(s);
    change_closed(s, make_old);
    store_path(s, "", path);
    assert_int_equal(store_open_directory(path, STORE_WRITER, 64 << 20, &s->store, NULL), ERR_OK);
    scratch_begin(s);
    volume = key_id(s->volume);
    assert_int_equal(row_delete(&s->w, DB_VOLUME, &volume), ERR_OK);
    scratch_commit(s);
    scratch_close(s);
    assert_int_equal(store_open(&s->paths, STORE_WRITER, &s->store, &fault), ERR_INTERNAL);
    store_path(s, "/data.mdb", path);
    assert_int_equal(stat(path, &st), 0);
    store_path(s, ".migrating", path);
    assert_int_equal(stat(path, &st), -1);
}

static void a_newer_store_is_refused_and_left_as_it_is(void **state)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };
    char path[PATH_MAX + 32];
    struct stat before, after;

    fill_store(s);
    change_closed(s, make_newer);
    store_path(s, "/data.mdb", path);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(store_open(&s->paths, STORE_WRITER, &s->store, &fault), ERR_VERSION);
    assert_non_null(strstr(fault.what, "version 8"));
    assert_true(fault.hint[0] != 0);
    assert_int_equal(store_open(&s->paths, STORE_READER, &s->store, &fault), ERR_VERSION);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    s->store = NULL;
}

static void a_reader_of_an_older_store_waits_for_its_writer(void **state)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };

    fill_store(s);
    change_closed(s, make_old);
    assert_int_equal(store_open(&s->paths, STORE_READER, &s->store, &fault), ERR_OFFLINE);
    s->store = NULL;
}

/* As older programs left items whose last copy was removed at the wrong moment. */
static void make_bare(struct scratch *s)
{
    struct media was, now;
    struct walk walk;

    assert_int_equal(walk_begin(s->w.txn, DB_MEDIA, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk), ERR_OK);
    assert_true(walk_next(&walk));
    assert_int_equal(row_decode(s->w.txn, &s->arena, walk.value, &media_shape, &was), ERR_OK);
    walk_end(&walk);
    now = was;
    now.content = bytes_of("content number a", 16);
    now.analysis.value = ANALYSIS_STATE_DONE;
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(txn_set_version(s->w.txn, 2), ERR_OK);
}

static void a_done_item_without_an_analysis_waits_again(void **state)
{
    struct scratch *s = *state;
    struct id id = fill_store(s).id;
    struct media media;
    uint64_t tail, head;

    change_closed(s, make_bare);
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(catalogue_media(s->w.txn, &s->arena, id, &media), ERR_OK);
    assert_int_equal(media.analysis.value, ANALYSIS_STATE_WAITING);
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(head, media.revision);
    assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 1);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
}

/* ---- stores that older programs wrote: old/make describes their contents ---- */

static void take_old_store(struct scratch *s, int version)
{
    char command[4 * PATH_MAX], place[PATH_MAX + 32];

    store_path(s, "", place);
    snprintf(command, sizeof(command),
             "mkdir '%s' && cp tests/unit/store/old/version-%d.backup '%s/data.mdb' && chmod 600 '%s/data.mdb'", place,
             version, place, place);
    assert_int_equal(system(command), 0);
}

static struct id request_of(uint8_t byte)
{
    struct id id;

    memset(id.b, byte, sizeof(id.b));
    return id;
}

/* The requests that `make` sent: an edit, an edit without a change, a batch. No digest was kept of them. */
static void hold_answers(struct scratch *s)
{
    struct remembered kept;
    struct outcomes outcomes = { 0 };
    struct done done = { 0 };

    for (uint8_t byte = 1; byte <= 3; byte++) {
        assert_int_equal(changelog_recall(s->w.txn, request_of(byte), &kept), ERR_OK);
        assert_int_equal(kept.error, ERR_OK);
        assert_true(kept.digest == 0);
        if (byte < 3)
            assert_int_equal(codec_decode(&done_shape, kept.answer, &s->arena, &done, NULL), ERR_OK);
        else
            assert_int_equal(codec_decode(&outcomes_shape, kept.answer, &s->arena, &outcomes, NULL), ERR_OK);
    }
    assert_int_equal(outcomes.each.count, 4);
    assert_true(id_equal(outcomes.each.at[0].id, done.id));
}

static void hold_items(struct scratch *s)
{
    struct remembered kept;
    struct media media;
    struct done done = { 0 };
    struct id id;

    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 4);
    assert_int_equal(changelog_recall(s->w.txn, request_of(1), &kept), ERR_OK);
    assert_int_equal(codec_decode(&done_shape, kept.answer, &s->arena, &done, NULL), ERR_OK);
    assert_int_equal(catalogue_media(s->w.txn, &s->arena, done.id, &media), ERR_OK);
    assert_true(text_is(media.name, "Kick"));
    assert_int_equal(media.tags.count, 1);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, media.folder, media.file, &id), ERR_OK);
    assert_true(id_equal(id, media.id));
}

static void stores_of_each_older_version_are_migrated(void **state)
{
    struct scratch *s = *state;

    for (int version = 1; version < STORE_VERSION; version++) {
        uint64_t now;
        char path[PATH_MAX + 32];
        take_old_store(s, version);
        scratch_open(s);
        scratch_begin(s);
        assert_int_equal(txn_version(s->w.txn, &now), ERR_OK);
        assert_int_equal(now, STORE_VERSION);
        hold_items(s);
        hold_answers(s);
        scratch_commit(s);
        assert_int_equal(scratch_problems(s), 0);
        scratch_close(s);
        store_path(s, "", path);
        char command[PATH_MAX + 64];
        snprintf(command, sizeof(command), "rm -rf '%s'*", path);
        assert_int_equal(system(command), 0);
    }
}

/* The process died between the two renames: only the finished copy exists. */
static void a_replacement_cut_short_is_finished(void **state)
{
    struct scratch *s = *state;
    char path[PATH_MAX + 32], ready[PATH_MAX + 32];

    fill_store(s);
    store_path(s, "", path);
    store_path(s, ".ready", ready);
    assert_int_equal(rename(path, ready), 0);
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 101);
}

static void an_unfinished_copy_is_dropped(void **state)
{
    struct scratch *s = *state;
    char path[REPLACE_PATH];
    struct stat st;

    fill_store(s);
    assert_int_equal(replace_begin(&s->paths, path, NULL), ERR_OK);
    scratch_open(s);
    assert_int_equal(stat(path, &st), -1);
    scratch_begin(s);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 101);
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(an_older_store_is_migrated_and_nothing_of_it_is_lost),
        CLAIM(a_migration_that_was_killed_goes_on_where_it_was),
        CLAIM(the_copy_of_a_killed_migration_is_dropped_if_the_old_store_has_changed),
        CLAIM(the_copy_of_a_killed_migration_is_dropped_if_it_cannot_be_read),
        CLAIM(a_store_whose_migration_would_be_inconsistent_stays_as_it_is),
        CLAIM(a_newer_store_is_refused_and_left_as_it_is),
        CLAIM(a_reader_of_an_older_store_waits_for_its_writer),
        CLAIM(a_done_item_without_an_analysis_waits_again),
        CLAIM(stores_of_each_older_version_are_migrated),
        CLAIM(a_replacement_cut_short_is_finished),
        CLAIM(an_unfinished_copy_is_dropped),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
