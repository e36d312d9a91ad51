/* migrating.h: stores of older versions, and migrations that die. */
#ifndef LOOPHOLE_TESTS_STORE_MIGRATING_H
#define LOOPHOLE_TESTS_STORE_MIGRATING_H

#include <sys/wait.h>
#include <unistd.h>

#include "store/open/store_open.h"
#include "tests/unit/store/scratch.h"

static inline void store_path(struct scratch *s, const char *end, char to[PATH_MAX + 32])
{
    snprintf(to, PATH_MAX + 32, "%s/store%s", s->paths.data, end);
}

/* Opens DATA/store as it is, changes it, closes it. */
static inline void change_closed(struct scratch *s, void (*change)(struct scratch *s))
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
static inline void shorten_place(struct scratch *s, const struct media *media)
{
    struct key key = key_place(media->folder, media->file);

    assert_int_equal(row_put_id(&s->w, DB_PLACE, &key, media->id), ERR_OK);
}

/* A store of version 0: no version, no catalogue id, no identities, places without the values that a scan compares. */
static inline void make_old(struct scratch *s)
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

static inline struct media fill_store(struct scratch *s)
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

/* A progress report ends the process, as a kill would, or records where the work began. */
struct reports {
    uint64_t least, die_at;
};

static inline void note_report(void *state, enum work_kind kind, uint64_t done, uint64_t total)
{
    struct reports *reports = state;

    if (kind != WORK_MIGRATING || done == 0)
        return;
    assert_true(done <= total);
    if (reports->die_at && done >= reports->die_at)
        _exit(0);
    reports->least = reports->least && reports->least < done ? reports->least : done;
}

static inline void die_in_migration(struct scratch *s, uint64_t at)
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

#endif
