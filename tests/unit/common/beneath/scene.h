/* scene.h: a folder of a stranger with links, and files of the user outside it. */
#include <sys/stat.h>

#include "common/beneath/beneath.h"
#include "common/file.h"
#include "tests/unit/common/home.h"

static inline const char *path_at(const struct home *home, const char *name)
{
    return home_file(home, name, NULL);
}

static inline void make_link(const struct home *home, const char *name, const char *text)
{
    assert_int_equal(symlink(text, path_at(home, name)), 0);
}

/* "song" is a folder of a stranger; "mine" has files of the user. */
static inline void set_scene(const struct home *home)
{
    static const char *const folders[] = { "mine", "mine/inner", "song", "song/a", "song/a/b" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        assert_int_equal(mkdir(path_at(home, folders[i]), 0755), 0);
    home_file(home, "mine/secret", "mine");
    home_file(home, "mine/inner/secret", "mine");
    home_file(home, "song/file", "theirs");
}

static inline struct beneath open_song(const struct home *home)
{
    struct beneath in;

    assert_int_equal(beneath_open(&in, path_at(home, "song"), home->paths.data, NULL), ERR_OK);
    return in;
}

static inline bool has_text(const struct home *home, const char *name, const char *text)
{
    struct buffer found = { 0 };
    const bool is =
        file_read_all(path_at(home, name), 1000, &found, NULL) == ERR_OK && strcmp(buffer_c(&found), text) == 0;

    buffer_free(&found);
    return is;
}

static inline enum err read_it(struct beneath *in, const char *name)
{
    struct buffer found = { 0 };
    struct fault fault = { 0 };
    const enum err e = beneath_read(in, name, 1000, &found, &fault);

    assert_true(e != ERR_OK || strcmp(buffer_c(&found), "mine") != 0);
    buffer_free(&found);
    return e;
}
