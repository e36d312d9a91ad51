#include "frontends/cli/base/output.h"
#include "tests/unit/claim.h"

static void expect_line(struct buffer *line, const char *expected)
{
    assert_string_equal(buffer_c(line), expected);
    buffer_free(line);
}

CLAIM(foreign_texts_are_shown_and_never_control_the_terminal)
{
    struct buffer line = { 0 };

    cli_print(&line, "<%s>\n", "a\033[2J\nb\x7f\xC2\x9B\x9Bz\xE2\x80\xAE\xE2\x81\xA7\xC3\xA9");
    expect_line(&line, "<a\\x1b[2J\\x0ab\\x7f\\u009b\\x9bz\\u202e\\u2067\xC3\xA9>\n");
}

CLAIM(widths_count_characters_and_precisions_bytes)
{
    struct buffer line = { 0 };

    cli_print(&line, "[%4s|%-4s|%.2s|%-3.*s|%*s|%c]", "\xC3\xA9", "\xC3\xA9", "abc", 1, "xyz", 3, "", '\n');
    expect_line(&line, "[   \xC3\xA9|\xC3\xA9   |ab|x  |   |\\x0a]");
}

CLAIM(a_column_is_cut_and_filled)
{
    struct buffer line = { 0 };

    cli_column(&line, TEXT("\xC3\xA9\xC3\xA9\xC3\xA9"), 2);
    cli_column(&line, TEXT("a"), 3);
    cli_column(&line, TEXT("a\033"), 3); /* a character that does not fit as a whole is left out */
    expect_line(&line, "\xC3\xA9\xC3\xA9 a   a   ");
}

CLAIM(numbers_are_as_printf_writes_them)
{
    struct buffer line = { 0 };

    cli_print(&line, "%d %5d %-5d| %02ld %06x %llu %zu %u", -7, 42, 42, 5L, 0xABCu, 1ULL << 63, (size_t)9, 4000000000u);
    cli_print(&line, " %.3g %8.2f %-8.1f| %+.0f %+.0f %.9g 100 %%", 0.5, 3.14159, 2.0, 3.0, -3.0, 1e-7);
    expect_line(&line, "-7    42 42   | 05 000abc 9223372036854775808 9 4000000000"
                       " 0.5     3.14 2.0     | +3 -3 1e-07 100 %");
}
