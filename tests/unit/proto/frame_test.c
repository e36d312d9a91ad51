#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "tests/unit/claim.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

#define WIRE(literal) bytes_of(literal, sizeof(literal) - 1)
#define ID_WIRE                                                                                                        \
    "\xc4\x10"                                                                                                         \
    "0123456789abcdef"

static struct buffer buffer;
static struct fault fault;
static struct ask_frame ask;
static struct answer_frame answer;
static struct event_frame event;

static int set_up(void **state)
{
    (void)state;
    buffer_reset(&buffer);
    memset(&fault, 0, sizeof(fault));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buffer_free(&buffer);
    return 0;
}

static struct id example_id(void)
{
    struct id id;

    memcpy(id.b, "0123456789abcdef", 16);
    return id;
}

PREPARED_CLAIM(an_ask_has_the_documented_bytes_and_is_read_back)
{
    const struct ask_frame sent = { TEXT("search.query"), example_id(), 2000, WIRE("\x81\xa1q\x01"), 0, { 0 } };

    frame_write_ask(&buffer, &sent);
    assert_true(bytes_equal(buffer_bytes(&buffer),
                            WIRE("\x95\x01\xacsearch.query" ID_WIRE "\xcd\x07\xd0\x81\xa1q\x01")));
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_OK);
    assert_true(text_is(ask.name, "search.query"));
    assert_true(id_equal(ask.request, sent.request));
    assert_int_equal(ask.budget_ms, 2000);
    assert_true(bytes_equal(ask.body, sent.body));
}

PREPARED_CLAIM(an_ask_with_the_name_of_its_client_has_seven_elements)
{
    struct ask_frame sent = { TEXT("x"), example_id(), 1, WIRE("\x80"), 0, TEXT("Ana") };

    frame_write_ask(&buffer, &sent);
    assert_true(bytes_equal(buffer_bytes(&buffer), WIRE("\x97\x01\xa1x" ID_WIRE "\x01\x80\x00\xa3"
                                                        "Ana")));
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_OK);
    assert_true(text_is(ask.client, "Ana"));
    assert_int_equal(ask.digest, 0);
    const uint64_t digest = frame_digest(&ask);
    sent.client = TEXT("Ben"); /* the name does not make it another ask */
    assert_true(frame_digest(&sent) == digest);
    sent.digest = 7;
    buffer_reset(&buffer);
    frame_write_ask(&buffer, &sent);
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_OK);
    assert_true(ask.digest == 7 && text_is(ask.client, "Ben"));
    sent.client.len = 0;
    buffer_reset(&buffer);
    frame_write_ask(&buffer, &sent);
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_OK);
    assert_true(ask.digest == 7 && ask.client.len == 0);
}

PREPARED_CLAIM(the_name_of_a_client_is_bounded)
{
    char name[FRAME_CLIENT + 1];
    struct ask_frame sent = { TEXT("x"), example_id(), 1, WIRE("\x80"), 0, { FRAME_CLIENT, name } };

    memset(name, 'a', sizeof(name));
    frame_write_ask(&buffer, &sent);
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_OK);
    sent.client.len = sizeof(name);
    buffer_reset(&buffer);
    frame_write_ask(&buffer, &sent);
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "client"));
    assert_int_equal(frame_read_ask(WIRE("\x97\x01\xa1x" ID_WIRE "\x01\x80\x00\xa1\xff"), &ask, &fault),
                     ERR_BAD_REQUEST);
    assert_int_equal(frame_read_ask(WIRE("\x96\x01\xa1x" ID_WIRE "\x01\x80\x00"), &ask, &fault), ERR_BAD_REQUEST);
}

PREPARED_CLAIM(the_name_of_a_client_has_no_steering_characters)
{
    const struct text names[] = { TEXT("A\0na"), TEXT("A\nna"), TEXT("\x1b[2J"), TEXT("A\x7f"), TEXT("\u202eAna") };
    struct ask_frame sent = { TEXT("x"), example_id(), 1, WIRE("\x80"), 0, TEXT("") };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        sent.client = names[i];
        buffer_reset(&buffer);
        frame_write_ask(&buffer, &sent);
        assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_BAD_REQUEST);
        assert_string_equal(fault.what, "the frame's client is not a plain name of at most 64 bytes");
    }
}

PREPARED_CLAIM(an_answer_has_the_documented_bytes_and_is_read_back)
{
    const struct answer_frame sent = { example_id(), ERR_NOT_FOUND, WIRE("\x80") };

    frame_write_answer(&buffer, &sent);
    assert_true(bytes_equal(buffer_bytes(&buffer), WIRE("\x94\x01" ID_WIRE "\xa9not_found\x80")));
    assert_int_equal(frame_read_answer(buffer_bytes(&buffer), &answer, &fault), ERR_OK);
    assert_true(id_equal(answer.request, sent.request));
    assert_int_equal(answer.error, ERR_NOT_FOUND);
    assert_true(bytes_equal(answer.body, sent.body));
}

PREPARED_CLAIM(an_event_has_the_documented_bytes_and_is_read_back)
{
    const struct event_frame sent = { UINT64_MAX, 7, WIRE("\x81\xa1x\x90") };

    frame_write_event(&buffer, &sent);
    assert_true(bytes_equal(buffer_bytes(&buffer),
                            WIRE("\x94\x01\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x07\x81\xa1x\x90")));
    assert_int_equal(frame_read_event(buffer_bytes(&buffer), &event, &fault), ERR_OK);
    assert_true(event.epoch == UINT64_MAX);
    assert_int_equal(event.sequence, 7);
    assert_true(bytes_equal(event.body, sent.body));
}

PREPARED_CLAIM(an_error_word_that_is_not_known_reads_as_internal)
{
    assert_int_equal(frame_read_answer(WIRE("\x94\x01" ID_WIRE "\xa5weird\x80"), &answer, &fault), ERR_OK);
    assert_int_equal(answer.error, ERR_INTERNAL);
}

PREPARED_CLAIM(an_id_in_26_characters_is_taken_too)
{
    char wire[64] = "\x95\x01\xa1x\xba", digits[ID_TEXT_SIZE];
    const struct id id = id_new();

    memcpy(wire + 5, id_write(id, digits), 26);
    memcpy(wire + 31, "\x01\x80", 2);
    assert_int_equal(frame_read_ask(bytes_of(wire, 33), &ask, &fault), ERR_OK);
    assert_true(id_equal(ask.request, id));
}

PREPARED_CLAIM(another_version_is_refused_as_such)
{
    assert_int_equal(frame_read_ask(WIRE("\x95\x02\xa1x" ID_WIRE "\x01\x80"), &ask, &fault), ERR_VERSION);
    assert_int_equal(frame_read_ask(WIRE("\x91\x63"), &ask, &fault), ERR_VERSION);
    assert_int_equal(frame_read_ask(WIRE("\x95\x02\xa1x" ID_WIRE "\x01\x80"), &ask, &fault), ERR_VERSION);
    assert_true(id_equal(ask.request, example_id())); /* a client recognises the answer by its id */
    assert_int_equal(frame_read_ask(WIRE("\x94\x01\xa1x" ID_WIRE "\x01"), &ask, &fault), ERR_BAD_REQUEST);
    assert_true(id_equal(ask.request, example_id()));
}

#define CASE(literal, part) { { sizeof(literal) - 1, (const uint8_t *)(literal) }, (part) }

PREPARED_CLAIM(a_malformed_ask_is_refused_with_what_is_wrong)
{
    static const struct {
        struct bytes wire;
        const char *part;
    } cases[] = {
        CASE("\x80", "outside"),
        CASE("\x90", "outside"),
        CASE("\x91\xa0", "version"),
        CASE("\x91\x01", "list"),
        CASE("\x95\x01\x07" ID_WIRE "\x01\x80", "name"),
        CASE("\x95\x01\xa2xx\xc4\0170123456789abcde"
             "\x01\x80",
             "request id"),
        CASE("\x95\x01\xa1x\x01\x01\x80", "request id"),
        CASE("\x95\x01\xa1x\xc4\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x80", "all zeros"),
        CASE("\x95\x01\xa1x" ID_WIRE "\xff\x80", "budget"),
        CASE("\x95\x01\xa1x" ID_WIRE "\xcf\0\0\0\x01\0\0\0\0\x80", "budget"),
        CASE("\x95\x01\xa1x" ID_WIRE "\x01\x90", "body"),
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(frame_read_ask(cases[i].wire, &ask, &fault), ERR_BAD_REQUEST);
        if (!strstr(fault.what, cases[i].part))
            fail_msg("case %zu: \"%s\" does not name %s", i, fault.what, cases[i].part);
    }
}

PREPARED_CLAIM(a_refused_ask_still_has_its_request_id_when_that_was_there)
{
    assert_int_equal(frame_read_ask(WIRE("\x95\x01\xa1x" ID_WIRE "\x01\x90"), &ask, &fault), ERR_BAD_REQUEST);
    assert_true(id_equal(ask.request, example_id()));
    assert_int_equal(frame_read_ask(WIRE("\x00"), &ask, &fault), ERR_BAD_REQUEST);
    assert_true(id_is_zero(ask.request));
}

PREPARED_CLAIM(a_refused_ask_has_its_request_id_whatever_is_wrong_after_it)
{
    static uint8_t large[CODEC_MESSAGE_MAX + 4096] = "\x95\x01\xa1x" ID_WIRE "\x01\x80";

    assert_int_equal(frame_read_ask(WIRE("\x95\x01\xa1x" ID_WIRE "\x01\x80!"), &ask, &fault), ERR_BAD_REQUEST);
    assert_true(id_equal(ask.request, example_id()));
    assert_int_equal(frame_read_ask(WIRE("\x95\x01\xa1x" ID_WIRE "\x01\x81\xa1z\x91\x91\x91\x91\x91\x91\x91\x01"), &ask,
                                    &fault),
                     ERR_BAD_REQUEST);
    assert_true(id_equal(ask.request, example_id()));
    assert_int_equal(frame_read_ask(WIRE("\x95\x01\xa1x" ID_WIRE "\x01"), &ask, &fault), ERR_BAD_REQUEST); /* cut */
    assert_true(id_equal(ask.request, example_id()));
    assert_int_equal(frame_read_ask(WIRE("\x95\x01\xa1x\xc4\x10short"), &ask, &fault), ERR_BAD_REQUEST);
    assert_true(id_is_zero(ask.request));
    assert_int_equal(frame_read_ask(bytes_of(large, sizeof(large)), &ask, &fault), ERR_TOO_LARGE);
    assert_true(id_equal(ask.request, example_id()));
}

PREPARED_CLAIM(malformed_answers_and_events_are_refused)
{
    assert_int_equal(frame_read_answer(WIRE("\x93\x01" ID_WIRE "\xa2ok"), &answer, &fault), ERR_BAD_REQUEST);
    assert_int_equal(frame_read_answer(WIRE("\x94\x01" ID_WIRE "\x01\x80"), &answer, &fault), ERR_BAD_REQUEST);
    assert_int_equal(frame_read_answer(WIRE("\x94\x01" ID_WIRE "\xa2ok\xc0"), &answer, &fault), ERR_BAD_REQUEST);
    assert_int_equal(frame_read_event(WIRE("\x94\x01\x01\xff\x80"), &event, &fault), ERR_BAD_REQUEST);
    assert_int_equal(frame_read_event(WIRE("\x94\x01\x01\x01\x01"), &event, &fault), ERR_BAD_REQUEST);
    assert_int_equal(frame_read_event(WIRE(""), &event, &fault), ERR_BAD_REQUEST);
}

PREPARED_CLAIM(a_frame_cut_anywhere_is_refused)
{
    const struct ask_frame sent = { TEXT("search.query"), example_id(), 2000, WIRE("\x81\xa1q\x01"), 0, { 0 } };

    frame_write_ask(&buffer, &sent);
    for (size_t len = 0; len < buffer.len; len++)
        assert_int_equal(frame_read_ask(bytes_of(buffer.at, len), &ask, &fault), ERR_BAD_REQUEST);
    buffer_add(&buffer, "\x00", 1);
    assert_int_equal(frame_read_ask(buffer_bytes(&buffer), &ask, &fault), ERR_BAD_REQUEST);
}

PREPARED_CLAIM(a_frame_past_the_size_limit_is_too_large)
{
    static uint8_t zeros[CODEC_MESSAGE_MAX + 4096];

    assert_int_equal(frame_read_ask(bytes_of(zeros, sizeof(zeros)), &ask, &fault), ERR_TOO_LARGE);
}

PREPARED_CLAIM(a_fault_comes_back_as_it_went)
{
    struct fault back;

    fault_set(&fault, ERR_CONFLICT, "media item %s is at revision %d", "01J…", 17);
    fault_field(&fault, "edit.expect");
    fault_hint(&fault, "read it again");
    assert_int_equal(frame_write_fault(&buffer, &fault), ERR_OK);
    frame_read_fault(buffer_bytes(&buffer), ERR_CONFLICT, &back);
    assert_int_equal(back.code, ERR_CONFLICT);
    assert_string_equal(back.what, fault.what);
    assert_string_equal(back.field, fault.field);
    assert_string_equal(back.hint, fault.hint);
}

PREPARED_CLAIM(a_fault_with_bytes_that_are_not_utf8_goes_out_without_them)
{
    struct fault back;

    fault_set(&fault, ERR_IO, "cannot read /m\xc3\xbcsik/\xff\xc3");
    assert_int_equal(frame_write_fault(&buffer, &fault), ERR_OK);
    frame_read_fault(buffer_bytes(&buffer), ERR_IO, &back);
    assert_string_equal(back.what, "cannot read /m\xc3\xbcsik/\\xff\\xc3");
}

PREPARED_CLAIM(a_fault_that_cannot_be_read_still_has_its_code)
{
    struct fault back;

    frame_read_fault(WIRE("\xc1"), ERR_BUSY, &back);
    assert_int_equal(back.code, ERR_BUSY);
    assert_string_equal(back.what, "busy");
    frame_read_fault(WIRE("\x80"), ERR_BUSY, NULL);
}
