/* home.h: a new home for each test of files: empty at first, and removed with everything in it. */
#ifndef LOOPHOLE_TESTS_UNIT_COMMON_HOME_H
#define LOOPHOLE_TESTS_UNIT_COMMON_HOME_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/paths.h"
#include "tests/unit/claim.h"

struct home {
    char root[64]; /* an empty directory; LOOPHOLE_HOME is below it */
    struct paths paths;
};

static inline int home_remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

static inline int home_make(void **state)
{
    struct home *home = calloc(1, sizeof(*home));
    char below[128];

    strcpy(home->root, "/tmp/loophole-unit-XXXXXX");
    assert_non_null(mkdtemp(home->root));
    (void)snprintf(below, sizeof(below), "%s/home", home->root);
    setenv("LOOPHOLE_HOME", below, 1);
    assert_int_equal(paths_find(&home->paths, NULL), ERR_OK);
    *state = home;
    return 0;
}

static inline int home_remove(void **state)
{
    struct home *home = *state;

    nftw(home->root, home_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    unsetenv("LOOPHOLE_HOME");
    free(home);
    return 0;
}

/* The path of a file below the root, valid until the next call. If `text` is not NULL, the file is written with it. */
static inline const char *home_file(const struct home *home, const char *name, const char *text)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", home->root, name);
    if (text) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
        fclose(file);
    }
    return path;
}

#define HOME_CLAIM(name) CLAIM_WITH(name, home_make, home_remove)
#define HOME_TEST(claim) cmocka_unit_test_setup_teardown(claim, home_make, home_remove)

#endif
