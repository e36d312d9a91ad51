#include <string.h>

#include "proto/wire/nearest.h"
#include "tests/unit/claim.h"

static void expect_hint(const char *unknown, const char *hint)
{
    struct fault fault = { 0 };

    assert_int_equal(nearest_explain(text_of(unknown), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.hint, hint);
}

CLAIM(the_nearest_service_is_named)
{
    expect_hint("persits.ping", "did you mean persist?");
    expect_hint("serch.ping", "did you mean search?");
}

CLAIM(own_and_standard_asks_are_candidates)
{
    expect_hint("persist.put_medai", "did you mean persist.put_media?");
    expect_hint("persist.pign", "did you mean persist.ping?");
}

CLAIM(an_unknown_ask_is_explained)
{
    struct fault fault = { 0 };

    assert_int_equal(nearest_explain(TEXT("persist.put_medai"), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.what, "persist has no ask \"put_medai\"");
    assert_string_equal(fault.hint, "did you mean persist.put_media?");
}

CLAIM(an_unknown_service_is_explained)
{
    struct fault fault = { 0 };

    assert_int_equal(nearest_explain(TEXT("presist.ping"), &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.what, "no service \"presist\"");
    assert_string_equal(fault.hint, "did you mean persist?");
    assert_int_equal(nearest_explain((struct text){ 0 }, &fault), ERR_NOT_FOUND);
}
