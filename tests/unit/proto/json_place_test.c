#include <string.h>

#include "proto/wire/json.h"
#include "proto/wire/json_place.h"
#include "tests/unit/claim.h"

CLAIM(a_number_that_is_too_large_is_refused_with_its_path)
{
    static const struct {
        const char *json, *field, *said;
    } numbers[] = {
        { "{\"a\":1e999}", "a", "1e999 is out of range" },
        { "{\"a\":[{},[1, -1e400 ]]}", "a[1][1]", "-1e400 is out of range" },
        { "{\"a\":{\"b,]}\":1,\"c\":\"\\\"[\",\"d\":99999999999999999999}}", "a.d",
          "99999999999999999999 is out of range" },
        { "[{},1e999]", "[1]", "1e999" },
        { "1e999", "", "1e999" },
        { "{\"0123456789012345678901234567890123456789\":{\"0123456789012345678901234567890123456789\":1e999}}",
          "0123456789012345678901234567890123456789", "1e999" },
    };
    struct arena arena = { 0 };
    struct json_node node;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct fault fault = { 0 };
        assert_int_equal(json_read_tree(text_of(numbers[i].json), &arena, &node, &fault), ERR_BAD_REQUEST);
        assert_string_equal(fault.field, numbers[i].field);
        assert_non_null(strstr(fault.what, numbers[i].said));
    }
    arena_free(&arena);
}

CLAIM(a_path_is_that_of_the_value_that_ends_there)
{
    static const char json[] = "{\"a\":[10,{\"b\":-2.5e3}],\"c\":7}";
    char path[JSON_PLACE_SIZE];

    assert_true(text_is(json_place(text_of(json), 8, path), "10"));
    assert_string_equal(path, "a[0]");
    assert_true(text_is(json_place(text_of(json), 20, path), "-2.5e3"));
    assert_string_equal(path, "a[1].b");
    assert_true(text_is(json_place(text_of(json), 28, path), "7"));
    assert_string_equal(path, "c");
    assert_int_equal(json_place(text_of(json), 1000, path).len, 0);
    assert_string_equal(path, "");
}
