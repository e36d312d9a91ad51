#include <sys/wait.h>

#include "store/backup/backup.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

static struct carry carried;
static char file[PATH_MAX + 32];

static struct media fill_store(struct scratch *s)
{
    struct media media;

    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    media = scratch_put(s, "kick.wav");
    scratch_commit(s);
    snprintf(file, sizeof(file), "%s/catalogue.backup", s->paths.home);
    return media;
}

/* In a process of its own, like the command line: a process opens a store once. */
static enum err make_backup(struct scratch *s)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct backup made;
        _exit((int)backup_make(&s->paths, file, false, false, &made, &carried, NULL));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum err)WEXITSTATUS(status);
}

static void add_another(struct scratch *s)
{
    scratch_begin(s);
    scratch_put(s, "later.wav");
    scratch_commit(s);
}

SCRATCH_CLAIM(a_backup_taken_while_the_store_is_written_to_is_restored)
{
    struct scratch *s = *state;
    struct media media = fill_store(s), got;
    struct backup restored;
    struct id before, after;

    scratch_begin(s);
    assert_int_equal(catalogue_id(s->w.txn, &before), ERR_OK);
    txn_end(s->w.txn);
    s->w.txn = NULL;
    assert_int_equal(make_backup(s), ERR_OK);
    add_another(s);
    scratch_close(s);
    assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, NULL), ERR_OK);
    assert_int_equal(restored.version, STORE_VERSION);
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(catalogue_media(s->w.txn, &s->arena, media.id, &got), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 1);
    assert_int_equal(catalogue_id(s->w.txn, &after), ERR_OK);
    assert_false(id_equal(before, after));
    assert_true(id_equal(restored.catalogue, after));
    txn_end(s->w.txn);
    s->w.txn = NULL;
    assert_int_equal(scratch_problems(s), 0);
}

SCRATCH_CLAIM(a_restore_is_refused_while_the_engine_runs)
{
    struct scratch *s = *state;
    struct backup restored;
    struct fault fault = { 0 };

    fill_store(s);
    assert_int_equal(make_backup(s), ERR_OK);
    assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.hint, "loophole down"));
}

static long size_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return (long)st.st_size;
}

static void flip_bit(const char *path, long at)
{
    FILE *f = fopen(path, "r+");

    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    int was = fgetc(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    fputc(was ^ 1, f);
    fclose(f);
}

SCRATCH_CLAIM(a_backup_that_was_changed_or_cut_is_refused_and_nothing_happens)
{
    struct scratch *s = *state;
    struct backup restored;
    struct fault fault = { 0 };

    fill_store(s);
    assert_int_equal(make_backup(s), ERR_OK);
    add_another(s);
    scratch_close(s);
    long whole = size_of(file);
    const long places[] = { 0, 100, whole / 2, whole - 70, whole - 40, whole - 1 };
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        flip_bit(file, places[i]);
        assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_BAD_REQUEST);
        flip_bit(file, places[i]);
    }
    for (long len = whole - 1; len > 0; len = len * 2 / 3) {
        assert_int_equal(truncate(file, len), 0);
        assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_BAD_REQUEST);
    }
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 2);
}

SCRATCH_CLAIM(a_backup_without_a_store_says_so)
{
    struct scratch *s = *state;
    struct backup made;
    struct fault fault = { 0 };

    snprintf(file, sizeof(file), "%s/catalogue.backup", s->paths.home);
    assert_int_equal(backup_make(&s->paths, file, false, false, &made, &carried, &fault), ERR_OFFLINE);
    assert_int_equal(backup_restore(&s->paths, file, false, &made, &carried, &fault), ERR_NOT_FOUND);
}
