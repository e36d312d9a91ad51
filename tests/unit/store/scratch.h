/* scratch.h: a store for each test: a data directory below $TMPDIR, and rows to put in. */
#ifndef LOOPHOLE_TESTS_STORE_SCRATCH_H
#define LOOPHOLE_TESTS_STORE_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/catalogue_write.h"
#include "store/check/check.h"
#include "store/open/store_open.h"
#include "store/store.h"
#include "tests/unit/claim.h"

struct scratch {
    struct paths paths;
    struct store *store;
    struct writing w; /* w.txn: a write transaction after scratch_begin */
    struct arena arena;
    struct id volume, folder;
};

static inline void scratch_config(struct scratch *s, const char *text)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/loophole.conf", s->paths.config);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline int scratch_make(void **state)
{
    struct scratch *s = calloc(1, sizeof(*s));
    const char *tmp = getenv("TMPDIR");

    assert_non_null(s);
    snprintf(s->paths.home, sizeof(s->paths.home), "%s/loophole-store.XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(s->paths.home));
    snprintf(s->paths.data, sizeof(s->paths.data), "%.4000s/data", s->paths.home);
    snprintf(s->paths.config, sizeof(s->paths.config), "%.4000s/config", s->paths.home);
    assert_int_equal(mkdir(s->paths.data, 0700), 0);
    assert_int_equal(mkdir(s->paths.config, 0700), 0);
    scratch_config(s, "[store]\nmap_mib = 64\n");
    *state = s;
    return 0;
}

static inline int scratch_drop(void **state)
{
    struct scratch *s = *state;
    char command[PATH_MAX + 32];

    txn_end(s->w.txn);
    store_close(s->store);
    buffer_free(&s->w.row);
    buffer_free(&s->w.dropped);
    arena_free(&s->arena);
    snprintf(command, sizeof(command), "rm -rf '%s'", s->paths.home);
    assert_int_equal(system(command), 0);
    free(s);
    return 0;
}

static inline void scratch_open(struct scratch *s)
{
    struct fault fault = { 0 };

    if (store_open(&s->paths, STORE_WRITER, &s->store, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
}

static inline void scratch_close(struct scratch *s)
{
    store_close(s->store);
    s->store = NULL;
}

static inline void scratch_begin(struct scratch *s)
{
    assert_int_equal(store_write(s->store, &s->w.txn, NULL), ERR_OK);
}

static inline void scratch_commit(struct scratch *s)
{
    struct txn *txn = s->w.txn;

    s->w.txn = NULL;
    assert_int_equal(txn_commit(txn, NULL), ERR_OK);
}

/* A volume "root" at "/" with a folder "music", in the open transaction. */
static inline void scratch_ground(struct scratch *s)
{
    struct volume volume = { .id = id_new(), .identity = TEXT("root"), .mount = bytes_of("/", 1), .online = true };
    struct folder folder = { .id = id_new(), .volume = volume.id, .name = bytes_of("music", 5) };

    volume.backend.value = BACKEND_LOCAL;
    assert_int_equal(catalogue_put_volume(&s->w, &volume), ERR_OK);
    assert_int_equal(catalogue_put_folder(&s->w, NULL, &folder), ERR_OK);
    s->volume = volume.id;
    s->folder = folder.id;
}

static inline struct media scratch_media(struct scratch *s, const char *file)
{
    struct media media = { .id = id_new(), .name = text_of(file), .folder = s->folder };

    media.kind.value = KIND_AUDIO;
    media.origin.value = ORIGIN_IMPORTED;
    media.lifecycle.value = LIFECYCLE_FINAL;
    media.availability.value = ITEM_STATE_LOCAL;
    media.analysis.value = ANALYSIS_STATE_WAITING;
    media.file = bytes_of(file, strlen(file));
    return media;
}

static inline struct media scratch_put(struct scratch *s, const char *file)
{
    struct media media = scratch_media(s, file);

    assert_int_equal(catalogue_put_media(&s->w, NULL, &media), ERR_OK);
    return media;
}

static inline void scratch_print(void *state, const char *what)
{
    (void)state;
    print_message("problem: %s\n", what);
}

/* A missing file counts as an error: only the tested code removes files here. */
static inline uint64_t scratch_problems(struct scratch *s)
{
    struct check_counts counts;
    struct txn *txn;

    assert_int_equal(store_read(s->store, &txn, NULL), ERR_OK);
    assert_int_equal(check_store(txn, &s->paths, scratch_print, NULL, &counts), ERR_OK);
    txn_end(txn);
    return counts.problems + counts.lost;
}

#define SCRATCH_CLAIM(name) CLAIM_WITH(name, scratch_make, scratch_drop)

#endif
