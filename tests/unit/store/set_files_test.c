/* Which autosaves pruning removes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/autosave/set_files.h"

/* The sets, newest first: . a full one, e an empty one, i one before an import. Those that go get an x. */
static void assert_chosen(const char *sets, const char *expected)
{
    unsigned flags[SETS_LISTED] = { 0 };
    bool goes[SETS_LISTED];
    char left[SETS_LISTED + 1] = { 0 };
    const uint32_t count = (uint32_t)strlen(sets);
    uint32_t gone = 0, chosen;

    for (uint32_t i = 0; i < count; i++)
        flags[i] = sets[i] == 'e' ? SET_IS_EMPTY : sets[i] == 'i' ? SET_IS_IMPORT : 0;
    chosen = set_files_choose(flags, count, goes);
    for (uint32_t i = 0; i < count; i++) {
        left[i] = goes[i] ? 'x' : sets[i];
        gone += goes[i];
    }
    assert_string_equal(left, expected);
    assert_int_equal(chosen, gone);
}

static void five_sets_stay(void **state)
{
    (void)state;
    assert_chosen("", "");
    assert_chosen(".....", ".....");
    assert_chosen("........", ".....xxx");
}

static void sets_before_imports_go_last_and_the_newest_never(void **state)
{
    (void)state;
    assert_chosen(".......i", "....xxxi");
    assert_chosen("....i.i..i", "..xxixixxi");
    assert_chosen("......iiiiii", ".xxxxxiiiixx");
    assert_chosen("iiiiiii", "iiiiixx");
}

static void an_empty_set_removes_no_full_one(void **state)
{
    (void)state;
    assert_chosen("e.....", "e.....");
    assert_chosen("ee....i", "ex....i");
    assert_chosen(".e....i", ".e..xxi");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_sets_stay),
        cmocka_unit_test(sets_before_imports_go_last_and_the_newest_never),
        cmocka_unit_test(an_empty_set_removes_no_full_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
