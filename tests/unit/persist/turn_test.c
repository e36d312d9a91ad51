#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "services/persist/batch.h"
#include "tests/unit/persist/writer.h"

static void a_refusal_before_any_write_fails_alone(void **state)
{
    struct writer *w = *state;

    writer_place(w, "kick.wav", 1);
    turn_refused(&w->p, w->p.writes, ERR_CONFLICT);
    assert_false(turn_is_broken(&w->p));
    writer_check(w);
}

static void a_request_that_wrote_and_then_fails_undoes_the_turn(void **state)
{
    struct writer *w = *state;
    uint64_t before = w->p.writes;

    writer_place(w, "kick.wav", 1);
    turn_refused(&w->p, before, ERR_FULL);
    assert_true(turn_is_broken(&w->p));
    assert_int_equal(w->p.broken.code, ERR_FULL);
}

static void what_broke_a_turn_first_is_what_is_told(void **state)
{
    struct writer *w = *state;
    uint64_t before = w->p.writes;

    writer_place(w, "kick.wav", 1);
    turn_wrote(&w->p, ERR_IO);
    turn_refused(&w->p, before, ERR_FULL);
    assert_int_equal(w->p.broken.code, ERR_IO);
}

static void of_a_batch_the_refused_operations_alone_are_not_done(void **state)
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

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, writer_make, writer_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_refusal_before_any_write_fails_alone),
        CLAIM(a_request_that_wrote_and_then_fails_undoes_the_turn),
        CLAIM(what_broke_a_turn_first_is_what_is_told),
        CLAIM(of_a_batch_the_refused_operations_alone_are_not_done),
    };
    return cmocka_run_group_tests_name("persist/turn", tests, NULL, NULL);
}
