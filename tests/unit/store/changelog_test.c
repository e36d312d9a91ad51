#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "store/parts.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, scratch_drop)

static int set_up(void **state)
{
    scratch_make(state);
    scratch_open(*state);
    scratch_begin(*state);
    return 0;
}

static struct id request_of(uint64_t number)
{
    return id_of_bytes(&number, sizeof(number));
}

/* A change of the request `by`, at that time, whose answer is one byte. */
static void add_change(struct scratch *s, uint64_t revision, uint64_t by, usec_t at)
{
    struct change change = { .revision = revision, .id = request_of(revision), .request = request_of(by), .at = at };
    uint8_t answer = (uint8_t)by;

    change.kind.value = CHANGE_KIND_MEDIA;
    assert_int_equal(changelog_add(&s->w, &change), ERR_OK);
    const struct remembered what = { .digest = by, .answer = bytes_of(&answer, 1) };
    assert_int_equal(changelog_remember(&s->w, request_of(by), revision, at, &what), ERR_OK);
}

static bool is_remembered(struct scratch *s, uint64_t by)
{
    struct remembered what;
    enum err e = changelog_recall(s->w.txn, request_of(by), &what);

    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK;
}

/* Writes over the row of a change. */
static void damage_change(struct scratch *s, uint64_t revision)
{
    struct key key = key_number(revision);

    assert_int_equal(txn_put(s->w.txn, DB_CHANGE, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
}

/* Makes the record of a change name another revision than its key. */
static void misname_change(struct scratch *s, uint64_t revision, uint64_t named)
{
    struct change change = { .revision = named, .id = request_of(revision), .request = request_of(revision), .at = 1 };
    struct key key = key_number(revision);

    change.kind.value = CHANGE_KIND_MEDIA;
    assert_int_equal(row_put(&s->w, DB_CHANGE, &key, &change_shape, &change), ERR_OK);
}

PREPARED_CLAIM(an_answer_is_remembered_with_its_error_and_digest)
{
    struct scratch *s = *state;
    struct remembered what = { .digest = UINT64_MAX, .error = ERR_EXISTS, .answer = bytes_of("abc", 3) }, got;

    assert_int_equal(changelog_recall(s->w.txn, request_of(1), &got), ERR_NOT_FOUND);
    assert_int_equal(changelog_remember(&s->w, request_of(1), 5, 0, &what), ERR_OK);
    assert_int_equal(changelog_recall(s->w.txn, request_of(1), &got), ERR_OK);
    assert_int_equal(got.error, ERR_EXISTS);
    assert_true(got.digest == UINT64_MAX);
    assert_true(bytes_equal(got.answer, bytes_of("abc", 3)));
}

PREPARED_CLAIM(a_request_has_its_newest_change_or_none)
{
    struct scratch *s = *state;
    const struct remembered quiet = { .digest = 2 };
    struct arena arena = { 0 };
    struct remembered got;
    struct change change;

    add_change(s, 1, 1, 10);
    add_change(s, 2, 1, 10);
    add_change(s, 3, 3, 10);
    assert_int_equal(changelog_recall(s->w.txn, request_of(1), &got), ERR_OK);
    assert_int_equal(changelog_newest(s->w.txn, &arena, &got, &change), ERR_OK);
    assert_int_equal(change.revision, 2);
    assert_true(id_equal(change.id, request_of(2)));
    assert_int_equal(changelog_remember(&s->w, request_of(2), 0, 10, &quiet), ERR_OK);
    assert_int_equal(changelog_recall(s->w.txn, request_of(2), &got), ERR_OK);
    assert_int_equal(changelog_newest(s->w.txn, &arena, &got, &change), ERR_NOT_FOUND);
    arena_free(&arena);
}

PREPARED_CLAIM(rows_past_both_limits_go_with_their_requests)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 3, .age = 100 };
    uint64_t tail, head;

    for (uint64_t i = 1; i <= 10; i++)
        add_change(s, i, i, (usec_t)i * 10);
    assert_int_equal(changelog_trim(&s->w, &limits, 161, 100), ERR_OK); /* rows up to time 60 are old enough */
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(tail, 7);
    assert_int_equal(head, 10);
    assert_false(is_remembered(s, 6));
    assert_true(is_remembered(s, 7));
    /* All rows are old enough, but three must stay. */
    assert_int_equal(changelog_trim(&s->w, &limits, 10000, 100), ERR_OK);
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(tail, 8);
}

PREPARED_CLAIM(one_trim_removes_no_more_rows_than_asked)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 0, .age = 0 };

    for (uint64_t i = 1; i <= 10; i++)
        add_change(s, i, i, 0);
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 4), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 6);
    assert_int_equal(txn_count(s->w.txn, DB_REQUEST), 6);
}

PREPARED_CLAIM(a_request_of_many_changes_goes_with_the_last)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1, .age = 0 };

    add_change(s, 1, 77, 0);
    add_change(s, 2, 77, 0);
    add_change(s, 3, 1, 0);
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 1), ERR_OK);
    assert_true(is_remembered(s, 77));
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 1), ERR_OK);
    assert_false(is_remembered(s, 77));
}

PREPARED_CLAIM(a_request_that_changed_nothing_goes_by_its_age)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1000, .age = 100 };

    const struct remembered what = { .answer = bytes_of("a", 1) };

    assert_int_equal(changelog_remember(&s->w, request_of(1), 0, 50, &what), ERR_OK);
    assert_int_equal(changelog_remember(&s->w, request_of(2), 0, 60, &what), ERR_OK);
    assert_int_equal(changelog_trim(&s->w, &limits, 155, 100), ERR_OK);
    assert_false(is_remembered(s, 1));
    assert_true(is_remembered(s, 2));
    assert_int_equal(txn_count(s->w.txn, DB_QUIET), 1);
}

/* The answer to a request that changed nothing. */
static void keep_answer(struct scratch *s, uint64_t by, usec_t at, uint32_t bytes)
{
    static const uint8_t answer[100];
    const struct remembered what = { .digest = by, .answer = bytes_of(answer, bytes) };

    assert_int_equal(changelog_remember(&s->w, request_of(by), 0, at, &what), ERR_OK);
}

PREPARED_CLAIM(rows_after_one_of_the_future_go)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 3, .age = 100 };

    add_change(s, 1, 1, 1000000); /* the clock was set back after it */
    for (uint64_t i = 2; i <= 10; i++)
        add_change(s, i, i, (usec_t)i * 10);
    assert_int_equal(changelog_trim(&s->w, &limits, 201, 100), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 3);
    assert_false(is_remembered(s, 1));
    assert_true(is_remembered(s, 8));
}

PREPARED_CLAIM(a_damaged_first_row_refuses_nothing_and_goes_with_the_rows_after_it)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 3, .age = 100 };
    uint64_t tail, head;

    for (uint64_t i = 1; i <= 10; i++)
        add_change(s, i, i, (usec_t)i * 10);
    damage_change(s, 1);
    damage_change(s, 2);
    damage_change(s, 5);
    assert_int_equal(changelog_trim(&s->w, &limits, 170, 100), ERR_OK); /* row 7 is not old enough */
    assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 10);
    assert_int_equal(changelog_trim(&s->w, &limits, 171, 100), ERR_OK);
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(tail, 8);
    assert_int_equal(head, 10);
    assert_false(is_remembered(s, 7));
    assert_true(is_remembered(s, 8));
}

PREPARED_CLAIM(a_first_row_that_names_another_revision_takes_no_other_row_with_it)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 3, .age = 100 };
    const uint64_t named[] = { 0, 9 };

    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 1; i <= 10; i++)
            add_change(s, i, i, (usec_t)i * 10);
        misname_change(s, 1, named[round]);
        assert_int_equal(changelog_trim(&s->w, &limits, 161, 100), ERR_OK);
        assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 4);
        assert_false(is_remembered(s, 1));
        assert_true(is_remembered(s, 9));
    }
}

static bool count_change(void *state, const struct change *change)
{
    (void)change;
    ++*(uint32_t *)state;
    return true;
}

PREPARED_CLAIM(a_reader_never_gets_a_change_under_another_revision)
{
    struct scratch *s = *state;
    struct arena arena = { 0 };
    uint32_t seen = 0;

    for (uint64_t i = 1; i <= 3; i++)
        add_change(s, i, i, (usec_t)i);
    misname_change(s, 2, 1);
    assert_int_equal(catalogue_each_change(s->w.txn, &arena, 0, count_change, &seen), ERR_INTERNAL);
    assert_int_equal(seen, 1);
    arena_free(&arena);
}

PREPARED_CLAIM(past_their_bytes_rows_go_that_are_older_than_the_longest_budget)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1000, .age = 1000, .bytes = 400, .young = 50 };

    for (uint64_t i = 1; i <= 10; i++)
        add_change(s, i, i, (usec_t)i * 10);
    assert_int_equal(changelog_trim(&s->w, &limits, 111, 100), ERR_OK);
    assert_true(is_remembered(s, 7));
    assert_false(is_remembered(s, 6));
    assert_int_equal(changelog_trim(&s->w, &limits, 1000, 100), ERR_OK);
    assert_true(changelog_bytes(s->w.txn).all + txn_count(s->w.txn, DB_CHANGE) * 128 <= 400);
    assert_true(txn_count(s->w.txn, DB_CHANGE) > 0);
}

PREPARED_CLAIM(answers_without_a_change_go_past_their_bytes)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1000, .age = 1000, .quiet_rows = 100, .quiet_bytes = 1000 };

    for (uint64_t i = 1; i <= 50; i++) {
        keep_answer(s, i, (usec_t)i, 100);
        assert_int_equal(changelog_trim(&s->w, &limits, (usec_t)i, 100), ERR_OK);
        assert_true(is_remembered(s, i));
        assert_true(changelog_bytes(s->w.txn).quiet <= 1000);
    }
    assert_false(is_remembered(s, 1));
    assert_int_equal(txn_count(s->w.txn, DB_QUIET), txn_count(s->w.txn, DB_REQUEST));
    assert_int_equal(changelog_bytes(s->w.txn).quiet, changelog_bytes(s->w.txn).all);
}

PREPARED_CLAIM(a_clock_that_was_set_back_does_not_make_the_newest_the_oldest)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .age = 100, .quiet_bytes = 200 };

    keep_answer(s, 1, 1000000, 1);
    for (uint64_t i = 2; i <= 20; i++) {
        assert_int_equal(changelog_trim(&s->w, &limits, (usec_t)i, 100), ERR_OK);
        keep_answer(s, i, (usec_t)i, 1);
    }
    assert_false(is_remembered(s, 1));
    assert_true(is_remembered(s, 20));
}

static bool count_part(void *state, const struct part *part)
{
    uint32_t *next = state;

    assert_int_equal(part->first, *next);
    *next += part->outcomes.len;
    return true;
}

PREPARED_CLAIM(the_parts_of_a_request_go_with_its_last_change)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 0, .age = 0 };
    const struct part parts[] = { { 0, 1, 5, bytes_of("abc", 3) }, { 3, 2, 5, bytes_of("de", 2) } };
    struct arena arena = { 0 };
    uint32_t next = 0;

    for (uint64_t i = 1; i <= 2; i++) {
        struct change change = { .revision = i, .id = request_of(i), .request = request_of(7), .at = (usec_t)i };
        change.kind.value = CHANGE_KIND_MEDIA;
        assert_int_equal(changelog_add(&s->w, &change), ERR_OK);
        assert_int_equal(parts_put(&s->w, request_of(7), &parts[i - 1]), ERR_OK);
    }
    assert_int_equal(parts_read(s->w.txn, &arena, request_of(7), count_part, &next), ERR_OK);
    assert_int_equal(next, 5);
    assert_int_equal(parts_digest(s->w.txn, request_of(7)), 5);
    assert_int_equal(changelog_trim(&s->w, &limits, 10, 1), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_PART), 2);
    assert_int_equal(changelog_trim(&s->w, &limits, 10, 1), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_PART), 0);
    assert_int_equal(changelog_bytes(s->w.txn).all, 0);
    arena_free(&arena);
}
