#include <signal.h>
#include <sys/prctl.h>

#include "proto/wire/codec.h"
#include "store/changelog.h"
#include "store/open/replace.h"
#include "store/open/store_open.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/migrating.h"

static void make_newer(struct scratch *s)
{
    assert_int_equal(txn_set_version(s->w.txn, STORE_VERSION + 5), ERR_OK);
}

SCRATCH_CLAIM(an_older_store_is_migrated_and_nothing_of_it_is_lost)
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

SCRATCH_CLAIM(a_migration_that_was_killed_goes_on_where_it_was)
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

SCRATCH_CLAIM(the_copy_of_a_killed_migration_is_dropped_if_the_old_store_has_changed)
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

SCRATCH_CLAIM(a_newer_store_is_refused_and_left_as_it_is)
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

SCRATCH_CLAIM(a_reader_of_an_older_store_waits_for_its_writer)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };

    fill_store(s);
    change_closed(s, make_old);
    assert_int_equal(store_open(&s->paths, STORE_READER, &s->store, &fault), ERR_OFFLINE);
    s->store = NULL;
}

/* A restore puts the backup of an older program in the place of the store, under services that read it. */
static void put_old_store_here(struct scratch *s)
{
    char here[PATH_MAX + 32], away[PATH_MAX + 32], other[PATH_MAX + 32];

    store_path(s, "", here);
    store_path(s, ".away", away);
    store_path(s, ".other", other);
    assert_int_equal(rename(here, away), 0);
    assert_int_equal(rename(other, here), 0);
    change_closed(s, make_old);
}

static void migrate_here(struct scratch *s)
{
    scratch_open(s);
    scratch_close(s);
}

/* A process that is made before the reader, and maps nothing of it, does its work when it is told. */
struct writer {
    pid_t pid;
    int ends[2];
};

static struct writer make_writer(struct scratch *s, void (*work)(struct scratch *s))
{
    struct writer writer = { 0 };
    char go;

    assert_int_equal(pipe(writer.ends), 0);
    writer.pid = fork();
    if (writer.pid != 0)
        return writer;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (read(writer.ends[0], &go, 1) == 1)
        work(s);
    _exit(0);
}

static void let_write(const struct writer *writer)
{
    int status;

    assert_int_equal(write(writer->ends[1], "", 1), 1);
    assert_int_equal(waitpid(writer->pid, &status, 0), writer->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(writer->ends[0]);
    close(writer->ends[1]);
}

SCRATCH_CLAIM(a_reader_refuses_another_version_in_the_place_of_its_store_at_each_read)
{
    struct scratch *s = *state;
    struct writer restore, migration;
    struct store *reader;
    struct txn *txn;
    char here[PATH_MAX + 32], command[3 * PATH_MAX];

    fill_store(s);
    store_path(s, "", here);
    snprintf(command, sizeof(command), "cp -r '%s' '%s.other'", here, here);
    assert_int_equal(system(command), 0);
    restore = make_writer(s, put_old_store_here);
    migration = make_writer(s, migrate_here);
    assert_int_equal(store_open(&s->paths, STORE_READER, &reader, NULL), ERR_OK);
    assert_int_equal(store_read(reader, &txn, NULL), ERR_OK);
    txn_end(txn);

    let_write(&restore);
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_read(reader, &txn, NULL), ERR_OFFLINE);
    let_write(&migration);
    assert_int_equal(store_read(reader, &txn, NULL), ERR_OK);
    assert_int_equal(txn_count(txn, DB_MEDIA), 101);
    txn_end(txn);
    store_close(reader);
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

SCRATCH_CLAIM(a_done_item_without_an_analysis_waits_again)
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

SCRATCH_CLAIM(stores_of_each_older_version_are_migrated)
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
SCRATCH_CLAIM(a_replacement_cut_short_is_finished)
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

SCRATCH_CLAIM(an_unfinished_copy_is_dropped)
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
