#include <stdio.h>
#include <string.h>

#include "services/indexer/scan/library_state.h"
#include "tests/unit/claim.h"

static struct library_state *put_library(struct library_state **libraries, uint8_t number, const char *path)
{
    struct library library = { .id = { { [15] = number } }, .path = bytes_of(path, strlen(path)) };

    return library_state_put(libraries, &library);
}

static const char *path_below(struct library_state *libraries, const char *path, struct library_state **found)
{
    static char copy[PATH_MAX];
    const char *rest = NULL;

    *found = library_state_at(libraries, bytes_of(path, strlen(path)), &rest, copy);
    return *found ? rest : NULL;
}

CLAIM(a_path_belongs_to_the_library_that_contains_it)
{
    struct library_state *libraries = NULL, *found;
    struct library_state *music = put_library(&libraries, 1, "/music"), *more = put_library(&libraries, 2, "/music2");

    assert_string_equal(path_below(libraries, "/music", &found), "");
    assert_ptr_equal(found, music);
    assert_string_equal(path_below(libraries, "/music///", &found), "");
    assert_string_equal(path_below(libraries, "/music2/a/b", &found), "a/b");
    assert_ptr_equal(found, more);
    assert_null(path_below(libraries, "/mus", &found));
    assert_null(path_below(libraries, "/", &found));
    assert_null(path_below(libraries, "", &found));
    library_state_free_all(&libraries);
}

CLAIM(the_root_as_a_library_contains_all)
{
    struct library_state *libraries = NULL, *found;

    put_library(&libraries, 1, "/");
    assert_string_equal(path_below(libraries, "/", &found), "");
    assert_string_equal(path_below(libraries, "/a/b", &found), "a/b");
    library_state_free_all(&libraries);
}

CLAIM(wanted_folders_add_up_and_a_whole_scan_covers_all)
{
    struct library_state *libraries = NULL;
    struct library_state *lib = put_library(&libraries, 1, "/music");
    char name[16];

    library_state_want_folder(lib, "a", false);
    library_state_want_folder(lib, "a", true);
    library_state_want_folder(lib, "b", false);
    assert_int_equal(lib->wanted.some.count, 2);
    assert_true(lib->wanted.some.at[0].deep);
    assert_false(lib->wanted.some.at[1].deep);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        library_state_want_folder(lib, name, false);
    }
    assert_true(lib->wanted.whole);
    assert_int_equal(lib->wanted.some.count, 0);
    library_state_want_folder(lib, "a", true);
    assert_int_equal(lib->wanted.some.count, 0);
    library_state_scan_begins(lib);
    assert_false(library_state_wants_scan(lib));
    library_state_free_all(&libraries);
}

CLAIM(an_answer_about_a_folder_is_none_about_others_or_the_library)
{
    struct library_state *libraries = NULL;
    struct library_state *lib = put_library(&libraries, 1, "/music");
    const struct scan_targets *next;

    library_state_want_folder(lib, "a/b", true);
    library_state_want_accepted(lib, "a", true);
    library_state_want_folder(lib, "c", true);
    for (int whole = 0; whole < 2; whole++) {
        if (whole) {
            library_state_want_accepted(lib, "a", true);
            library_state_want_all(lib);
        }
        next = library_state_next_targets(lib);
        assert_ptr_equal(next, &lib->wanted.accepted);
        assert_int_equal(next->count, 1);
        assert_string_equal(next->at[0].below, "a");
        library_state_scan_begins(lib);
        next = library_state_next_targets(lib);
        assert_ptr_equal(next, whole ? NULL : &lib->wanted.some);
        assert_int_equal(lib->wanted.some.count, whole ? 0 : 2);
        assert_false(lib->wanted.accept_missing);
    }
    lib->wanted.accept_missing = true;
    library_state_want_all(lib);
    library_state_want_folder(lib, "a", true);
    assert_true(lib->wanted.accept_missing);
    library_state_scan_begins(lib);
    assert_false(library_state_wants_scan(lib) || lib->wanted.accept_missing);
    library_state_free_all(&libraries);
}

CLAIM(a_folder_below_a_deep_one_is_visited_once)
{
    struct library_state *libraries = NULL;
    struct library_state *lib = put_library(&libraries, 1, "/music");

    library_state_want_folder(lib, "a/b", false);
    library_state_want_folder(lib, "ab", false);
    library_state_want_folder(lib, "a/b/c", true);
    library_state_want_folder(lib, "a", false);
    assert_int_equal(lib->wanted.some.count, 4);
    library_state_want_folder(lib, "a", true);
    library_state_want_folder(lib, "a/b", true);
    assert_int_equal(lib->wanted.some.count, 2);
    assert_string_equal(lib->wanted.some.at[0].below, "ab");
    assert_string_equal(lib->wanted.some.at[1].below, "a");
    assert_true(lib->wanted.some.at[1].deep);
    library_state_want_folder(lib, "", true);
    library_state_want_folder(lib, "c", false);
    assert_int_equal(lib->wanted.some.count, 1);
    library_state_free_all(&libraries);
}

CLAIM(the_next_whole_scan_is_only_put_forward)
{
    struct library_state *libraries = NULL;
    struct library_state *lib = put_library(&libraries, 1, "/music");

    library_state_look_within(lib, 60000000);
    const usec_t first = lib->look_at;
    assert_true(first > 0);
    library_state_look_within(lib, 70000000);
    assert_int_equal(lib->look_at, first);
    library_state_want_folder(lib, "a", false);
    library_state_scan_begins(lib);
    assert_int_equal(lib->look_at, first);
    library_state_look_within(lib, 1000000);
    assert_true(lib->look_at < first);
    library_state_free_all(&libraries);
}

CLAIM(a_library_put_again_keeps_the_scan_that_is_due)
{
    struct library_state *libraries = NULL;
    struct library_state *lib = put_library(&libraries, 1, "/music");

    library_state_want_folder(lib, "a", false);
    assert_ptr_equal(put_library(&libraries, 1, "/elsewhere"), lib);
    assert_true(library_state_wants_scan(lib));
    assert_memory_equal(lib->library.path.at, "/elsewhere", 10);
    library_state_free_all(&libraries);
}
