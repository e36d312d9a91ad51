#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/indexer/scan/shelf.h"

static struct shelf *put(struct shelf **shelves, uint8_t number, const char *path)
{
    struct library library = { .id = { { [15] = number } }, .path = bytes_of(path, strlen(path)) };

    return shelf_put(shelves, &library);
}

static const char *below(struct shelf *shelves, const char *path, struct shelf **found)
{
    static char copy[PATH_MAX];
    const char *rest = NULL;

    *found = shelf_at(shelves, bytes_of(path, strlen(path)), &rest, copy);
    return *found ? rest : NULL;
}

static void a_path_belongs_to_the_library_that_contains_it(void **state)
{
    struct shelf *shelves = NULL, *found;
    struct shelf *music = put(&shelves, 1, "/music"), *more = put(&shelves, 2, "/music2");

    (void)state;
    assert_string_equal(below(shelves, "/music", &found), "");
    assert_ptr_equal(found, music);
    assert_string_equal(below(shelves, "/music///", &found), "");
    assert_string_equal(below(shelves, "/music2/a/b", &found), "a/b");
    assert_ptr_equal(found, more);
    assert_null(below(shelves, "/mus", &found));
    assert_null(below(shelves, "/", &found));
    assert_null(below(shelves, "", &found));
    shelf_free_all(&shelves);
}

static void the_root_as_a_library_contains_all(void **state)
{
    struct shelf *shelves = NULL, *found;

    (void)state;
    put(&shelves, 1, "/");
    assert_string_equal(below(shelves, "/", &found), "");
    assert_string_equal(below(shelves, "/a/b", &found), "a/b");
    shelf_free_all(&shelves);
}

static void wishes_add_up_and_a_whole_look_covers_all(void **state)
{
    struct shelf *shelves = NULL;
    struct shelf *shelf = put(&shelves, 1, "/music");
    char name[16];

    (void)state;
    shelf_wish_folder(shelf, "a", false);
    shelf_wish_folder(shelf, "a", true);
    shelf_wish_folder(shelf, "b", false);
    assert_int_equal(shelf->wish.count, 2);
    assert_true(shelf->wish.targets[0].deep);
    assert_false(shelf->wish.targets[1].deep);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        shelf_wish_folder(shelf, name, false);
    }
    assert_true(shelf->wish.whole);
    assert_int_equal(shelf->wish.count, 0);
    shelf_wish_folder(shelf, "a", true);
    assert_int_equal(shelf->wish.count, 0);
    shelf_wish_granted(shelf);
    assert_false(shelf_wishes(shelf));
    shelf_free_all(&shelves);
}

static void a_record_put_again_keeps_what_is_wished(void **state)
{
    struct shelf *shelves = NULL;
    struct shelf *shelf = put(&shelves, 1, "/music");

    (void)state;
    shelf_wish_folder(shelf, "a", false);
    assert_ptr_equal(put(&shelves, 1, "/elsewhere"), shelf);
    assert_true(shelf_wishes(shelf));
    assert_memory_equal(shelf->library.path.at, "/elsewhere", 10);
    shelf_free_all(&shelves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_belongs_to_the_library_that_contains_it),
        cmocka_unit_test(the_root_as_a_library_contains_all),
        cmocka_unit_test(wishes_add_up_and_a_whole_look_covers_all),
        cmocka_unit_test(a_record_put_again_keeps_what_is_wished),
    };

    return cmocka_run_group_tests_name("shelf", tests, NULL, NULL);
}
