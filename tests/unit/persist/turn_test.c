#include "proto/service/service_parts.h"
#include "services/persist/batch/batch.h"
#include "services/persist/edit/edit.h"
#include "services/persist/places/removal.h"
#include "services/persist/steps/undo_begin.h"
#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "store/parts.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

WRITER_CLAIM(a_refusal_before_any_write_fails_alone)
{
    struct writer *w = *state;

    writer_place(w, "kick.wav", 1);
    turn_refused(&w->p, w->p.writes, ERR_CONFLICT);
    assert_false(turn_is_broken(&w->p));
    writer_check(w);
}

WRITER_CLAIM(a_request_that_wrote_and_then_fails_undoes_the_turn)
{
    struct writer *w = *state;
    uint64_t before = w->p.writes;

    writer_place(w, "kick.wav", 1);
    turn_refused(&w->p, before, ERR_FULL);
    assert_true(turn_is_broken(&w->p));
    assert_int_equal(w->p.broken.code, ERR_FULL);
}

WRITER_CLAIM(the_first_error_of_a_broken_turn_is_reported)
{
    struct writer *w = *state;
    uint64_t before = w->p.writes;

    writer_place(w, "kick.wav", 1);
    turn_wrote(&w->p, ERR_IO);
    turn_refused(&w->p, before, ERR_FULL);
    assert_int_equal(w->p.broken.code, ERR_IO);
}

WRITER_CLAIM(only_the_refused_operations_of_a_batch_are_not_done)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1);
    struct operation operations[] = {
        { .has_edit = true, .edit = { .id = kick, .has_favourite = true, .favourite = true } },
        { .has_edit = true, .edit = { .id = id_new(), .has_favourite = true, .favourite = true } },
        { .has_edit = true, .edit = { .id = kick, .has_name = true, .name = TEXT("Kick") } },
    };
    const struct persist_batch ask = { .operations = { 3, operations } };
    struct arena arena = { 0 };
    struct batch batch = { .ask = &ask, .arena = &arena };
    struct fault fault = { 0 };

    assert_int_equal(batch_load(&w->p, &batch, &fault), ERR_OK);
    while (!batch_is_done(&batch))
        assert_int_equal(batch_part(&w->p, &batch, &fault), ERR_OK);
    const struct outcome *outcomes = batch.outcomes.each.at;
    assert_true(text_is(outcomes[0].error, "ok"));
    assert_true(text_is(outcomes[1].error, "not_found"));
    assert_true(text_is(outcomes[2].error, "ok"));
    writer_check(w);
    assert_true(writer_media(w, kick).favourite);
    assert_true(text_is(writer_media(w, kick).name, "Kick"));
    arena_free(&arena);
}

/* A service that cannot postpone any more asks, and an ask to it. */
static struct call *hear_one_too_many(struct writer *w)
{
    struct service *service = calloc(1, sizeof(*service));
    struct call *call = calloc(1, sizeof(*call));

    assert_true(service && call);
    service->tickets.count = LIMIT_DEFERRED;
    call->service = service;
    call->frame.request = id_new();
    assert_int_equal(turn_continue(&w->p, call->frame.request, NULL), ERR_OK);
    writer_run_clock(100);
    return call;
}

/* Ends as persist does when the answer is busy: the turn continues, with the effects of the first part. */
static void is_refused_alone(struct writer *w, struct call *call, uint64_t before)
{
    writer_run_clock(0);
    assert_true(w->p.writes > before);
    turn_refused(&w->p, w->p.request_writes, ERR_BUSY);
    writer_check(w);
    arena_free(&call->arena);
    free(call->service);
    free(call);
}

WRITER_CLAIM(a_long_batch_past_the_limit_of_asks_is_refused_alone)
{
    enum { MANY = 50000 };
    struct writer *w = *state;
    struct operation *operations = calloc(MANY, sizeof(*operations));
    const struct persist_batch ask = { .operations = { MANY, operations } };
    struct id kick = writer_place(w, "kick.wav", 1);
    struct outcomes answer;

    assert_non_null(operations);
    for (int i = 0; i < MANY; i++) {
        operations[i].has_edit = true;
        operations[i].edit = (struct edit){ .id = kick, .has_favourite = true, .favourite = i % 2 == 0 };
    }
    struct call *call = hear_one_too_many(w);
    uint64_t before = w->p.writes;
    do { /* again if the turn was over before the first operation */
        arena_reset(&call->arena);
        w->p.turn_began = clock_steady();
        assert_int_equal(batch_begin(&w->p, call, &ask, &answer), ERR_BUSY);
    } while (w->p.writes == before);
    is_refused_alone(w, call, before);
    free(operations);
}

WRITER_CLAIM(an_undo_past_the_limit_of_asks_is_refused_alone)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1);
    struct edit edit = { .id = kick, .has_favourite = true, .favourite = true };
    struct taken_back taken;
    struct done done;

    assert_int_equal(edit_apply(&w->p, &edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    assert_int_equal(removal_forget(&w->p, kick, &done, NULL), ERR_OK);
    struct call *call = hear_one_too_many(w);
    uint64_t before = w->p.writes;
    writer_run_clock(TURN_US);
    w->p.turn_began = 0;
    w->p.parts_began = 1;
    assert_int_equal(undo_begin(&w->p, call, &(struct persist_undo){ 0 }, &taken), ERR_BUSY);
    is_refused_alone(w, call, before);
}

WRITER_CLAIM(parts_outlive_their_changes_as_long_as_the_last_one_is_there)
{
    struct writer *w = *state;
    const struct changelog_limits limits = { .rows = 0, .age = 0 };
    const struct id request = id_new();
    const char *files[] = { "one.wav", "two.wav" };

    assert_int_equal(turn_continue(&w->p, request, NULL), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        writer_place(w, files[i], 1);
        const struct part part = { .first = i, .revision = w->p.head, .digest = 5, .outcomes = bytes_of("x", 1) };
        assert_int_equal(parts_put(&w->p.w, request, &part), ERR_OK);
    }
    const uint32_t all_but_one = (uint32_t)w->p.head - 1;
    assert_int_equal(changelog_trim(&w->p.w, &limits, clock_now() + 1000000, all_but_one), ERR_OK);
    assert_int_equal(txn_count(w->p.w.txn, DB_CHANGE), 1);
    assert_int_equal(txn_count(w->p.w.txn, DB_PART), 2);
    writer_check(w);
}

/* A batch that does one operation in each part. */
static void begin_slow_batch(struct writer *w, struct batch *batch, const struct persist_batch *ask,
                             struct arena *arena, struct id request)
{
    *batch = (struct batch){ .ask = ask, .arena = arena, .work = { .request = request, .digest = 5 } };
    assert_int_equal(turn_continue(&w->p, request, NULL), ERR_OK);
    assert_int_equal(batch_load(&w->p, batch, NULL), ERR_OK);
}

static void do_slow_part(struct writer *w, struct batch *batch)
{
    writer_run_clock(TURN_US);
    w->p.turn_began = 0;
    w->p.parts_began = 1;
    assert_int_equal(batch_part(&w->p, batch, NULL), ERR_OK);
    writer_run_clock(0);
    batch->work.revision = w->p.request_revision;
}

WRITER_CLAIM(a_short_batch_is_done_in_one_turn_that_is_over_already)
{
    struct writer *w = *state;
    struct operation operations[BATCH_WHOLE];
    const struct persist_batch ask = { .operations = { BATCH_WHOLE, operations } };
    struct id kick = writer_place(w, "kick.wav", 1);
    struct arena arena = { 0 };
    struct batch batch;

    for (uint32_t i = 0; i < BATCH_WHOLE; i++)
        operations[i] = (struct operation){ .has_edit = true,
                                            .edit = { .id = kick, .has_favourite = true, .favourite = i % 2 == 0 } };
    begin_slow_batch(w, &batch, &ask, &arena, id_new());
    do_slow_part(w, &batch);
    assert_true(batch_is_done(&batch));
    assert_int_equal(txn_count(w->p.w.txn, DB_PART), 0);
    arena_free(&arena);
}

static void trim_everything(struct writer *w)
{
    const struct changelog_limits limits = { .rows = 0, .age = 0 };

    assert_int_equal(changelog_trim(&w->p.w, &limits, clock_now() + 1000000, 1000), ERR_OK);
}

WRITER_CLAIM(a_batch_outlives_the_trimming_of_its_own_changes)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1);
    struct operation operations[] = {
        { .has_edit = true, .edit = { .id = kick, .has_favourite = true, .favourite = true } },
        { .has_edit = true, .edit = { .id = kick, .has_name = true, .name = TEXT("Kick") } },
        [BATCH_WHOLE] = { .has_edit = true, .edit = { .id = kick, .has_hidden = true, .hidden = true } },
    };
    const struct persist_batch ask = { .operations = { BATCH_WHOLE + 1, operations } };
    const struct id request = id_new();
    struct arena arena = { 0 };
    struct batch batch;

    begin_slow_batch(w, &batch, &ask, &arena, request);
    do_slow_part(w, &batch);
    trim_everything(w);
    writer_check(w);
    assert_int_equal(turn_continue(&w->p, request, NULL), ERR_OK);
    turn_set_change(&w->p, batch.work.revision);
    do_slow_part(w, &batch);
    writer_check(w);
    begin_slow_batch(w, &batch, &ask, &arena, request); /* it is sent again after a death */
    assert_int_equal(batch.outcomes.each.count, 2);
    arena_free(&arena);
}

WRITER_CLAIM(an_answer_after_the_trimming_of_its_change_is_that_of_no_change)
{
    struct writer *w = *state;
    const struct remembered what = { .digest = 5, .answer = bytes_of("x", 1) };
    const struct id request = id_new();

    assert_int_equal(turn_continue(&w->p, request, NULL), ERR_OK);
    writer_place(w, "kick.wav", 1);
    const uint64_t revision = w->p.request_revision;
    turn_set_change(&w->p, revision);
    assert_true(w->p.request_revision == revision);
    trim_everything(w);
    turn_set_change(&w->p, revision);
    assert_int_equal(changelog_remember(&w->p.w, request, w->p.request_revision, 0, &what), ERR_OK);
    writer_check(w);
    assert_int_equal(txn_count(w->p.w.txn, DB_QUIET), 1);
}
