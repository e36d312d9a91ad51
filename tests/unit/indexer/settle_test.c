#include "services/indexer/scan/settle.h"
#include "tests/unit/claim.h"

static struct id make_id(uint8_t number)
{
    return (struct id){ { 1, [15] = number } };
}

CLAIM(the_share_of_files_that_are_gone_decides_what_happens)
{
    static const struct {
        uint64_t missing, of;
        bool accept;
        enum verdict verdict;
    } cases[] = {
        { 0, 0, false, VERDICT_MARK },         { 1, 1, false, VERDICT_MARK },
        { 10, 10, false, VERDICT_MARK },       { 11, 11, false, VERDICT_LOST },
        { 11, 220, false, VERDICT_MARK },      { 12, 220, false, VERDICT_ASK },
        { 50, 1000, false, VERDICT_MARK },     { 51, 1000, false, VERDICT_ASK },
        { 500, 1000, false, VERDICT_ASK },     { 501, 1000, false, VERDICT_LOST },
        { 501, 1000, true, VERDICT_MARK },     { 1000, 1000, true, VERDICT_MARK },
        { 5000, 100000, false, VERDICT_MARK }, { UINT64_MAX, UINT64_MAX, false, VERDICT_LOST },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(settle_verdict(cases[i].missing, cases[i].of, cases[i].accept), cases[i].verdict);
}

CLAIM(a_new_place_of_the_same_trace_is_the_gone_item)
{
    struct gone gone[] = { { .id = make_id(1), .trace = { 10, 100, 1000, 0 } },
                           { .id = make_id(2), .trace = { 20, 200, 2000, 0 } } };
    struct fresh fresh[] = { { .trace = { 20, 200, 2000, 0 } }, { .trace = { 30, 200, 2000, 0 } } };

    settle_moves(gone, 2, fresh, 2);
    assert_true(fresh[0].was >= 0);
    assert_true(id_equal(gone[fresh[0].was].id, make_id(2)));
    assert_true(gone[fresh[0].was].moved);
    assert_int_equal(fresh[1].was, -1);
}

CLAIM(another_inode_size_or_time_is_another_file)
{
    static const struct trace others[] = { { 11, 100, 1000, 0 }, { 10, 101, 1000, 0 }, { 10, 100, 1001, 0 } };

    for (size_t i = 0; i < 3; i++) {
        struct gone gone = { .id = make_id(1), .trace = { 10, 100, 1000, 0 } };
        struct fresh fresh = { .trace = others[i] };
        settle_moves(&gone, 1, &fresh, 1);
        assert_int_equal(fresh.was, -1);
        assert_false(gone.moved);
    }
}

CLAIM(a_file_younger_than_the_last_change_of_the_item_only_has_its_inode)
{
    static const struct {
        usec_t changed, born;
        bool moves;
    } cases[] = {
        { 5000, 4999, true }, { 5000, 5000, true }, { 5000, 5001, false },
        { 0, 5001, true },    { 5000, 0, true },    { 1000, 5001, true } /* no ctime: it is the mtime */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gone gone = { .id = make_id(1), .trace = { 10, 100, 1000, cases[i].changed } };
        struct fresh fresh = { .trace = { 10, 100, 1000, 6000 }, .born = cases[i].born };
        settle_moves(&gone, 1, &fresh, 1);
        assert_int_equal(gone.moved, cases[i].moves);
    }
}

CLAIM(a_file_at_the_place_of_another_item_must_prove_which_item_it_is)
{
    static const struct {
        usec_t changed, born;
        bool moves;
    } cases[] = {
        { 5000, 4000, true }, { 5000, 0, false }, { 0, 4000, false }, { 6000, 0, true }, { 1000, 900, true }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gone gone = { .id = make_id(1), .trace = { 10, 100, 1000, cases[i].changed }, .taken_by = 1 };
        struct fresh fresh = { .trace = { 10, 100, 1000, 6000 }, .born = cases[i].born, .is_at_known = true };
        settle_moves(&gone, 1, &fresh, 1);
        assert_int_equal(gone.moved, cases[i].moves);
        assert_int_equal(fresh.was, cases[i].moves ? 0 : -1);
    }
}

CLAIM(of_several_gone_items_the_oldest_is_taken_and_each_once)
{
    struct gone gone[] = { { .id = make_id(3), .trace = { 10, 100, 1000, 0 } },
                           { .id = make_id(1), .trace = { 10, 100, 1000, 0 } },
                           { .id = make_id(2), .trace = { 10, 100, 1000, 0 } } };
    struct fresh fresh[] = { { .trace = { 10, 100, 1000, 0 } }, { .trace = { 10, 100, 1000, 0 } } };

    settle_moves(gone, 3, fresh, 2);
    assert_true(id_equal(gone[fresh[0].was].id, make_id(1)));
    assert_true(id_equal(gone[fresh[1].was].id, make_id(2)));
}

CLAIM(an_unknown_inode_matches_nothing)
{
    struct gone gone = { .id = make_id(1), .trace = { 0, 100, 1000, 0 } };
    struct fresh fresh = { .trace = { 0, 100, 1000, 0 } };

    settle_moves(&gone, 1, &fresh, 1);
    assert_int_equal(fresh.was, -1);
    settle_moves(NULL, 0, &fresh, 1);
    assert_int_equal(fresh.was, -1);
}
