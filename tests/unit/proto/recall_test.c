/* Answers that are kept for copies of asks that are done once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/service_parts.h"

static const struct ask ONCE = { .name = "toggle", .full_name = "audio.toggle", .once = true };

static struct call ask_of(struct service *service, uint8_t number)
{
    return (
        struct call){ .service = service, .ask = &ONCE, .digest = number, .frame.request.b = { number, 1 } };
}

static void do_once(struct service *service, uint8_t number, enum err error)
{
    struct call call = ask_of(service, number);

    recall_begin(&call);
    call.error = error;
    buffer_add(&call.body, "answer", 6);
    recall_keep(&call);
    buffer_free(&call.body);
}

static int come(void **state)
{
    struct service *service = calloc(1, sizeof(*service));

    service->recall_file = -1;
    *state = service;
    return 0;
}

static int leave(void **state)
{
    recall_free(*state);
    free(*state);
    return 0;
}

static void asks_that_are_refused_for_now_push_no_kept_answer_out(void **state)
{
    struct call copy = ask_of(*state, 1);
    bool answered = false;

    for (uint8_t i = 1; i < LIMIT_RECALLED; i++)
        do_once(*state, i, ERR_OK);
    for (uint8_t i = 0; i < 100; i++)
        do_once(*state, (uint8_t)(LIMIT_RECALLED + i), i % 2 ? ERR_BUSY : ERR_OFFLINE);
    assert_int_equal(recall_answers(&copy, &answered), ERR_OK);
    assert_true(answered);
    assert_int_equal(copy.error, ERR_OK);
    assert_int_equal(copy.body.len, 6);
    assert_memory_equal(copy.body.at, "answer", 6);
    buffer_free(&copy.body);
}

static void an_ask_whose_kept_answer_finds_no_memory_is_not_done_again(void **state)
{
    struct call copy = ask_of(*state, 1);
    bool answered = false;

    do_once(*state, 1, ERR_OK);
    copy.body.limit = 1;
    assert_int_equal(recall_answers(&copy, &answered), ERR_FULL);
    assert_false(answered);
    buffer_free(&copy.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asks_that_are_refused_for_now_push_no_kept_answer_out, come, leave),
        cmocka_unit_test_setup_teardown(an_ask_whose_kept_answer_finds_no_memory_is_not_done_again, come,
                                        leave),
    };
    return cmocka_run_group_tests_name("proto/recall", tests, NULL, NULL);
}
