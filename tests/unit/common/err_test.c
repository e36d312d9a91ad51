#include <errno.h>
#include <string.h>

#include "common/err.h"
#include "tests/unit/claim.h"

CLAIM(every_error_has_a_name_that_leads_back_to_it)
{
    for (unsigned code = 0; code < ERR_COUNT; code++)
        assert_int_equal(err_named(err_name((enum err)code)), code);
}

CLAIM(a_number_outside_the_list_is_internal)
{
    assert_string_equal(err_name((enum err)99), "internal");
    assert_string_equal(err_name((enum err) - 1), "internal");
    assert_int_equal(err_named("no such error"), ERR_INTERNAL);
}

CLAIM(exit_codes_stand_apart_from_the_shells)
{
    assert_int_equal(err_exit_code(ERR_OK), 0);
    for (unsigned code = 1; code < ERR_COUNT; code++)
        assert_in_range(err_exit_code((enum err)code), 11, 125);
    assert_int_equal(err_exit_code((enum err)99), err_exit_code(ERR_INTERNAL));
}

CLAIM(a_fault_says_what_and_where_and_what_to_do)
{
    struct fault fault;

    assert_int_equal(fault_set(&fault, ERR_NOT_FOUND, "no media item %d", 7), ERR_NOT_FOUND);
    assert_int_equal(fault_field(&fault, "id"), ERR_NOT_FOUND);
    assert_int_equal(fault_hint(&fault, "look in %s", "search"), ERR_NOT_FOUND);
    assert_string_equal(fault.what, "no media item 7");
    assert_string_equal(fault.field, "id");
    assert_string_equal(fault.hint, "look in search");
}

CLAIM(a_fault_of_the_kernel_ends_with_its_reason)
{
    struct fault fault;

    assert_int_equal(fault_errno(&fault, ERR_IO, ENOSPC, "cannot write %s", "x"), ERR_IO);
    assert_string_equal(fault.what, "cannot write x: No space left on device");
}

CLAIM(a_fault_that_is_set_again_forgets_the_old_one)
{
    struct fault fault;

    fault_set(&fault, ERR_IO, "first");
    fault_field(&fault, "field");
    fault_set(&fault, ERR_BUSY, "second, after %s", fault.what);
    assert_string_equal(fault.what, "second, after first");
    assert_string_equal(fault.field, "");
}

CLAIM(a_long_sentence_is_cut)
{
    char text[1000];
    struct fault fault;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fault_set(&fault, ERR_IO, "%s", text);
    fault_field(&fault, text);
    fault_hint(&fault, "%s", text);
    assert_int_equal(strlen(fault.what), sizeof(fault.what) - 1);
    assert_int_equal(strlen(fault.field), sizeof(fault.field) - 1);
    assert_int_equal(strlen(fault.hint), sizeof(fault.hint) - 1);
}

CLAIM(a_null_fault_is_allowed)
{
    assert_int_equal(fault_set(NULL, ERR_BUSY, "x"), ERR_BUSY);
    assert_int_equal(fault_errno(NULL, ERR_IO, EIO, "x"), ERR_IO);
}

CLAIM(a_fault_steers_no_terminal)
{
    struct fault fault = { 0 };
    char tight[400];

    fault_set(&fault, ERR_NOT_FOUND, "no file \"%s\"", "a\x1b[2J\n");
    fault_hint(&fault, "see\n  %s", "\xC2\x9B");
    assert_string_equal(fault.what, "no file \"a\\x1b[2J\\x0a\"");
    assert_string_equal(fault.hint, "see\n  \\u009b");
    memset(tight, 'a', sizeof(tight));
    memcpy(tight + sizeof(fault.what) - 2, "\xC3\xA9", 3);
    fault_set(&fault, ERR_NOT_FOUND, "%s", tight);
    assert_int_equal(strlen(fault.what), sizeof(fault.what) - 2); /* half a character is left out */
}
