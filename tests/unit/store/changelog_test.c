#include "tests/unit/store/scratch.h"
#include "store/changelog.h"

static int begun(void **state)
{
    scratch_make(state);
    scratch_open(*state);
    scratch_begin(*state);
    return 0;
}

static struct id request(uint64_t number)
{
    return id_of_bytes(&number, sizeof(number));
}

/* A change of the request `by`, at that time, whose answer is one byte. */
static void add(struct scratch *s, uint64_t revision, uint64_t by, usec_t at)
{
    struct change change = {
        .revision = revision, .id = request(revision), .request = request(by), .at = at
    };
    uint8_t answer = (uint8_t)by;

    change.kind.value = CHANGE_KIND_MEDIA;
    assert_int_equal(changelog_add(&s->w, &change), ERR_OK);
    const struct remembered what = { .digest = by, .answer = bytes_of(&answer, 1) };
    assert_int_equal(changelog_remember(&s->w, request(by), revision, at, &what), ERR_OK);
}

static bool is_remembered(struct scratch *s, uint64_t by)
{
    struct remembered what;
    enum err e = changelog_recall(s->w.txn, request(by), &what);

    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK;
}

static void an_answer_is_remembered_with_its_error_and_digest(void **state)
{
    struct scratch *s = *state;
    struct remembered what = { .digest = UINT64_MAX, .error = ERR_EXISTS, .answer = bytes_of("abc", 3) }, got;

    assert_int_equal(changelog_recall(s->w.txn, request(1), &got), ERR_NOT_FOUND);
    assert_int_equal(changelog_remember(&s->w, request(1), 5, 0, &what), ERR_OK);
    assert_int_equal(changelog_recall(s->w.txn, request(1), &got), ERR_OK);
    assert_int_equal(got.error, ERR_EXISTS);
    assert_true(got.digest == UINT64_MAX);
    assert_true(bytes_equal(got.answer, bytes_of("abc", 3)));
}

static void rows_past_both_limits_go_with_their_requests(void **state)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 3, .age = 100 };
    uint64_t tail, head;

    for (uint64_t i = 1; i <= 10; i++)
        add(s, i, i, (usec_t)i * 10);
    assert_int_equal(changelog_trim(&s->w, &limits, 161, 100),
                     ERR_OK); /* rows up to time 60 are old enough */
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(tail, 7);
    assert_int_equal(head, 10);
    assert_false(is_remembered(s, 6));
    assert_true(is_remembered(s, 7));
    assert_int_equal(changelog_trim(&s->w, &limits, 10000, 100), ERR_OK); /* all are, but three rows stay */
    assert_int_equal(catalogue_head(s->w.txn, &tail, &head), ERR_OK);
    assert_int_equal(tail, 8);
}

static void trimming_takes_no_more_than_its_bite(void **state)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 0, .age = 0 };

    for (uint64_t i = 1; i <= 10; i++)
        add(s, i, i, 0);
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 4), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_CHANGE), 6);
    assert_int_equal(txn_count(s->w.txn, DB_REQUEST), 6);
}

static void a_request_of_many_changes_goes_with_the_last(void **state)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1, .age = 0 };

    add(s, 1, 77, 0);
    add(s, 2, 77, 0);
    add(s, 3, 1, 0);
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 1), ERR_OK);
    assert_true(is_remembered(s, 77));
    assert_int_equal(changelog_trim(&s->w, &limits, 1, 1), ERR_OK);
    assert_false(is_remembered(s, 77));
}

static void a_request_that_changed_nothing_goes_by_its_age(void **state)
{
    struct scratch *s = *state;
    const struct changelog_limits limits = { .rows = 1000, .age = 100 };

    const struct remembered what = { .answer = bytes_of("a", 1) };

    assert_int_equal(changelog_remember(&s->w, request(1), 0, 50, &what), ERR_OK);
    assert_int_equal(changelog_remember(&s->w, request(2), 0, 60, &what), ERR_OK);
    assert_int_equal(changelog_trim(&s->w, &limits, 155, 100), ERR_OK);
    assert_false(is_remembered(s, 1));
    assert_true(is_remembered(s, 2));
    assert_int_equal(txn_count(s->w.txn, DB_QUIET), 1);
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, begun, scratch_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(an_answer_is_remembered_with_its_error_and_digest),
        CLAIM(rows_past_both_limits_go_with_their_requests),
        CLAIM(trimming_takes_no_more_than_its_bite),
        CLAIM(a_request_of_many_changes_goes_with_the_last),
        CLAIM(a_request_that_changed_nothing_goes_by_its_age),
    };
    return cmocka_run_group_tests_name("changelog", tests, NULL, NULL);
}
