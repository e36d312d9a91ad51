/* A damaged row of the change log. */

#include "proto/service/service_parts.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static struct changes changes_after(struct writer *w, struct call *call, uint64_t revision)
{
    const struct persist_changes_since ask = { .revision = revision };
    struct changes answer = { 0 };

    assert_int_equal(persist_asks.changes_since(&w->p, call, &ask, &answer), ERR_OK);
    return answer;
}

static void commit_rows(struct writer *w)
{
    struct txn *txn = w->p.w.txn;

    w->p.w.txn = NULL;
    assert_int_equal(txn_commit(txn, NULL), ERR_OK);
    assert_int_equal(turn_continue(&w->p, id_new(), NULL), ERR_OK);
}

WRITER_CLAIM(a_damaged_change_is_left_out_and_moves_the_tail_past_it)
{
    struct writer *w = *state;
    struct call call = { 0 };
    struct changes got;

    writer_place(w, "kick.wav", 1);
    const uint64_t head = w->p.head, damaged = head - 1;
    struct key key = key_number(damaged);
    assert_true(damaged > 1);
    assert_int_equal(txn_put(w->p.w.txn, DB_CHANGE, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
    commit_rows(w);
    got = changes_after(w, &call, 0);
    assert_int_equal(got.each.count, damaged - 1);
    assert_int_equal(got.tail, 1);
    got = changes_after(w, &call, damaged - 1);
    assert_int_equal(got.each.count, 1);
    assert_int_equal(got.each.at[0].revision, head);
    assert_int_equal(got.tail, head);
    assert_int_equal(got.head, head);
    assert_int_equal(changes_after(w, &call, head).tail, 1);
    arena_free(&call.arena);
}

WRITER_CLAIM(a_damaged_newest_change_leaves_the_answer_empty)
{
    struct writer *w = *state;
    struct call call = { 0 };
    struct changes got;
    struct key key = key_number(w->p.head);

    assert_int_equal(txn_put(w->p.w.txn, DB_CHANGE, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
    commit_rows(w);
    got = changes_after(w, &call, w->p.head - 1);
    assert_int_equal(got.each.count, 0);
    assert_int_equal(got.tail, w->p.head + 1);
    arena_free(&call.arena);
}
