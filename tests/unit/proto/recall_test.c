/* Answers that are kept for copies of asks that are done once. */
#include <stdlib.h>

#include "proto/service/service_parts.h"
#include "tests/unit/claim.h"

static const struct ask ONCE = { .name = "toggle", .full_name = "audio.toggle", .once = true };

static struct call ask_of(struct service *service, uint8_t number)
{
    return (struct call){ .service = service, .ask = &ONCE, .digest = number, .frame.request.b = { number, 1 } };
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

static int set_up(void **state)
{
    struct service *service = calloc(1, sizeof(*service));

    service->recall_file = -1;
    *state = service;
    return 0;
}

static int tear_down(void **state)
{
    recall_free(*state);
    free(*state);
    return 0;
}

CLAIM_WITH(asks_that_are_refused_for_now_push_no_kept_answer_out, set_up, tear_down)
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

CLAIM_WITH(the_age_of_a_kept_answer_counts_from_the_end_of_its_ask, set_up, tear_down)
{
    struct call longest = ask_of(*state, 200), copy = ask_of(*state, 200);
    bool answered = false;

    recall_begin(&longest);
    for (uint8_t i = 1; i < LIMIT_RECALLED; i++)
        do_once(*state, i, ERR_OK);
    recall_keep(&longest);
    for (uint8_t i = 1; i < LIMIT_RECALLED; i++)
        do_once(*state, (uint8_t)(LIMIT_RECALLED + i), ERR_OK);
    assert_int_equal(recall_answers(&copy, &answered), ERR_OK);
    assert_true(answered);
}

CLAIM_WITH(an_ask_whose_kept_answer_is_too_large_is_not_done_again, set_up, tear_down)
{
    struct call copy = ask_of(*state, 1);
    bool answered = false;

    do_once(*state, 1, ERR_OK);
    copy.body.limit = 1;
    assert_int_equal(recall_answers(&copy, &answered), ERR_TOO_LARGE);
    assert_false(answered);
    buffer_free(&copy.body);
}

CLAIM_WITH(a_large_answer_of_an_ask_that_is_no_once_ask_is_not_kept, set_up, tear_down)
{
    static const struct ask set = { .name = "set", .full_name = "audio.set" };
    struct call call = { .service = *state, .ask = &set, .digest = 1, .frame.request.b = { 1 } }, copy = call;
    bool answered = false;

    recall_begin(&call);
    buffer_add(&call.body, "answer", 6);
    call.body.len = LIMIT_RECALLED_BYTES + 1;
    recall_keep(&call);
    call.body.len = 6;
    assert_int_equal(recall_answers(&copy, &answered), ERR_OK);
    assert_false(answered);
    recall_begin(&call);
    recall_keep(&call);
    assert_int_equal(recall_answers(&copy, &answered), ERR_OK);
    assert_true(answered);
    buffer_free(&call.body);
    buffer_free(&copy.body);
}

/* A service asks others under its client's id and digest, and may ask one of them for several things. */
CLAIM_WITH(asks_under_the_id_of_one_client_are_told_apart, set_up, tear_down)
{
    static const struct ask set = { .name = "set", .full_name = "audio.set" };
    struct call first = { .service = *state, .ask = &set, .digest = 7, .frame.digest = 7, .frame.request.b = { 1 } },
                second = first, copy = first;
    bool answered = false;

    first.frame.body = (struct bytes){ 3, (const uint8_t *)"one" };
    second.frame.body = (struct bytes){ 3, (const uint8_t *)"two" };
    copy.frame.body = first.frame.body;
    recall_begin(&first);
    recall_keep(&first);
    assert_int_equal(recall_answers(&second, &answered), ERR_OK);
    assert_false(answered);
    assert_int_equal(recall_answers(&copy, &answered), ERR_OK);
    assert_true(answered);
    buffer_free(&copy.body);
}

static bool knows_even(const void *state, struct id request)
{
    (void)state;
    return request.b[0] % 2 == 0;
}

static void prepare_answer(struct service *service, uint8_t number, uint64_t effects)
{
    struct recalled *one = &service->recalled[number];

    *one =
        (struct recalled){ .state = RECALL_PREPARED, .request.b = { number, 1 }, .digest = number, .effects = effects };
    buffer_add(&one->body, "answer", 6);
}

/* Recognised by the number of effects or, without one, by the request id. */
CLAIM_WITH(a_successor_finds_what_was_done, set_up, tear_down)
{
    struct service *service = *state;
    static const struct {
        uint64_t effects;
        enum recall_state state;
    } wanted[] = {
        { 1, RECALL_DONE }, { 5, RECALL_DONE }, { 6, RECALL_BEGUN }, { 0, RECALL_BEGUN }, { 0, RECALL_DONE }
    };

    for (uint8_t i = 0; i < 5; i++)
        prepare_answer(service, i, wanted[i].effects);
    recall_settle(service, 5, knows_even, NULL);
    for (uint8_t i = 0; i < 5; i++)
        assert_int_equal(service->recalled[i].state, wanted[i].state);
}

/* The prepared answer may name the object of the ask. */
CLAIM_WITH(the_copy_of_an_ask_that_was_not_done_gets_the_prepared_answer, set_up, tear_down)
{
    struct call copy = ask_of(*state, 3);

    prepare_answer(*state, 3, UINT64_MAX);
    recall_settle(*state, 5, NULL, NULL);
    recall_begin(&copy);
    assert_true(recall_was_begun(&copy));
    assert_int_equal(recall_prepared(&copy).len, 6);
    assert_memory_equal(recall_prepared(&copy).at, "answer", 6);
}
