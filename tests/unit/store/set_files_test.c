/* Which autosaves pruning removes. */
#include <string.h>

#include "store/autosave/set_files.h"
#include "tests/unit/claim.h"

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

CLAIM(five_sets_stay)
{
    assert_chosen("", "");
    assert_chosen(".....", ".....");
    assert_chosen("........", ".....xxx");
}

CLAIM(sets_before_imports_go_last_and_the_newest_never)
{
    assert_chosen(".......i", "....xxxi");
    assert_chosen("....i.i..i", "..xxixixxi");
    assert_chosen("......iiiiii", ".xxxxxiiiixx");
    assert_chosen("iiiiiii", "iiiiixx");
}

CLAIM(an_empty_set_removes_no_full_one)
{
    assert_chosen("e.....", "e.....");
    assert_chosen("ee....i", "ex....i");
    assert_chosen(".e....i", ".e..xxi");
}
