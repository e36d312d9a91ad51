#include <stdio.h>
#include <string.h>

#include "store/team/team_known.h"
#include "tests/unit/claim.h"

static struct arena arena;

static int begin_arena(void **state)
{
    (void)state;
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

CLAIMS_SHARE(begin_arena, free_arena)

static struct team_said make_said(const char *member, usec_t at, const char *value)
{
    return (struct team_said){
        .member = text_of(member), .at = at, .own = at, .field = TEXT("kit:x"), .value = text_of(value)
    };
}

static void check_newest(struct team_said *each, uint32_t count, const char *member)
{
    const struct team_row row = { .each = { count, each } };
    const struct team_said *newest = team_newest(&arena, &row, NULL);

    assert_int_equal(newest != NULL, member != NULL);
    assert_true(!member || text_is(newest->member, member));
    arena_reset(&arena);
}

CLAIM(what_was_written_is_read_again)
{
    struct team_known known = { 0 }, again;

    assert_true(team_known_read(TEXT(""), &again));
    assert_int_equal(again.count, 0);
    team_known_add(&known, TEXT("a"), 5);
    team_known_add(&known, TEXT("b"), INT64_MAX);
    team_known_add(&known, TEXT("a"), 3);
    const struct text line = team_known_write(&arena, &known);
    assert_true(text_is(line, "a 5,b 9223372036854775807"));
    assert_true(team_known_read(line, &again));
    assert_int_equal(again.count, 2);
    assert_int_equal(team_known_of(&again, TEXT("a")), 5);
    assert_true(team_known_of(&again, TEXT("b")) == INT64_MAX);
    assert_int_equal(team_known_of(&again, TEXT("c")), 0);
    arena_reset(&arena);
}

CLAIM(other_lines_are_refused)
{
    static const char *const wrong[] = { "a",
                                         "a ",
                                         " 5",
                                         "a -1",
                                         "a 5.0",
                                         "a 1e3",
                                         "a 9223372036854775808",
                                         "a 18446744073709551616",
                                         "a 5 6",
                                         "a\x1b 5",
                                         ",",
                                         "a,5",
                                         "a 5,b",
                                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 5" };
    struct team_known known;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(team_known_read(text_of(wrong[i]), &known));
}

CLAIM(of_too_many_members_the_latest_stay)
{
    struct team_known known = { 0 };
    char name[8];

    for (int i = 1; i <= TEAM_KNOWN + 10; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        team_known_add(&known, arena_text(&arena, text_of(name)), i);
    }
    assert_int_equal(known.count, TEAM_KNOWN);
    assert_int_equal(team_known_of(&known, TEXT("m10")), 0);
    assert_int_equal(team_known_of(&known, TEXT("m11")), 11);
    assert_int_equal(team_known_of(&known, TEXT("m74")), 74);
    arena_reset(&arena);
}

CLAIM(a_statement_that_another_one_knows_is_older_whatever_the_clocks_say)
{
    struct team_said known[] = { make_said("a", 900, "\n1"), make_said("b", 100, "a 900\n2") };
    struct team_said both[] = { make_said("a", 300, "b 50\n1"), make_said("b", 200, "a 100\n2") };
    struct team_said chain[] = { make_said("a", 300, "\n1"), make_said("b", 200, "a 300\n2"),
                                 make_said("c", 100, "a 300,b 200\n3") };

    check_newest(known, 2, "b");
    check_newest(both, 2, "a"); /* neither knows the other one */
    check_newest(chain, 3, "c");
}

CLAIM(equal_times_and_lies_have_one_answer)
{
    struct team_said equal[] = { make_said("a", 100, "\n1"), make_said("b", 100, "\n2") };
    struct team_said lies[] = { make_said("a", 100, "b 900\n1"), make_said("b", 200, "a 100\n2") };
    struct team_said other[] = { make_said("a", 100, "no line"), make_said("b", 50, "odd\n2"),
                                 make_said("c", 10, "\n3") };

    check_newest(equal, 2, "b");
    check_newest(lies, 2, "b");
    check_newest(other, 3, "c"); /* the others are no such values */
    check_newest(other, 2, NULL);
}

CLAIM(nobody_knows_more_of_a_member_than_it_said)
{
    struct team_said each[] = { make_said("a", 100, "\n1"), make_said("b", 200, "\n2") };
    const struct team_row row = { .each = { 2, each } };
    struct team_known known;

    assert_true(team_known_read(TEXT("c 5,a 9000000000000000000,b 150"), &known));
    team_known_bound(&known, &row);
    assert_true(text_is(team_known_write(&arena, &known), "a 100,b 150"));
    arena_reset(&arena);
}

CLAIM(what_is_passed_is_left_out_also_with_what_it_knows)
{
    struct team_said each[] = { make_said("a", 100, "\n1"), make_said("b", 200, "a 100\n2") };
    const struct team_row row = { .each = { 2, each } };
    const bool passed[] = { false, true };

    assert_ptr_equal(team_newest(&arena, &row, passed), &each[0]);
    arena_reset(&arena);
}
