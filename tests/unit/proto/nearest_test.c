#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/nearest.h"

static void expect_hint(const char *unknown, const char *hint)
{
    struct fault fault = { 0 };

    assert_int_equal(nearest_explain(text_of(unknown), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.hint, hint);
}

static void the_nearest_service_is_named(void **state)
{
    (void)state;
    expect_hint("persits.ping", "did you mean persist?");
    expect_hint("serch.ping", "did you mean search?");
}

static void own_and_standard_asks_are_candidates(void **state)
{
    (void)state;
    expect_hint("persist.put_medai", "did you mean persist.put_media?");
    expect_hint("persist.pign", "did you mean persist.ping?");
}

static void an_unknown_ask_is_explained(void **state)
{
    struct fault fault = { 0 };

    (void)state;
    assert_int_equal(nearest_explain(TEXT("persist.put_medai"), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.what, "persist has no ask \"put_medai\"");
    assert_string_equal(fault.hint, "did you mean persist.put_media?");
}

static void an_unknown_service_is_explained(void **state)
{
    struct fault fault = { 0 };

    (void)state;
    assert_int_equal(nearest_explain(TEXT("presist.ping"), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.what, "no service \"presist\"");
    assert_string_equal(fault.hint, "did you mean persist?");
    assert_int_equal(nearest_explain((struct text){ 0 }, &fault), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_service_is_named),
        cmocka_unit_test(own_and_standard_asks_are_candidates),
        cmocka_unit_test(an_unknown_ask_is_explained),
        cmocka_unit_test(an_unknown_service_is_explained),
    };

    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
