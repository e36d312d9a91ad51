/* Any bytes of a page are an ask, a subscription, or refused. Each part lies within the message, and a refusal is an
 * answer that its page can read. */
#include "frontends/web/passing.h"
#include "proto/wire/frame.h"
#include "tests/fuzz/fuzz.h"

static bool is_inside(struct bytes whole, const void *at, size_t len)
{
    const uint8_t *from = at;

    return len == 0 || (from >= whole.at && len <= (size_t)(whole.at + whole.len - from));
}

static void check_ask(struct bytes message, const struct passing *passing)
{
    holds(passing->ask && passing->service.len > 0 && passing->has_request && !id_is_zero(passing->head.request));
    holds(is_inside(message, passing->service.at, passing->service.len));
    holds(is_inside(message, passing->frame.at, passing->frame.len));
    holds(text_starts(passing->head.name, passing->service));
}

static void check_topics(struct bytes message, const struct passing *passing)
{
    holds(passing->topic_count <= PASSING_TOPICS);
    for (uint32_t i = 0; i < passing->topic_count; i++)
        holds(passing->topics[i].len <= PASSING_TOPIC &&
              is_inside(message, passing->topics[i].at, passing->topics[i].len));
}

static void check_refusal(const struct passing *passing, const struct fault *fault)
{
    struct buffer refusal = { 0 };
    struct answer_frame answer = { 0 };
    size_t head = 2 + passing->service.len;

    passing_write_refusal(&refusal, passing->service, passing->head.request, fault);
    holds(refusal.len > head);
    holds(frame_read_answer(bytes_of(refusal.at + head, refusal.len - head), &answer, NULL) == ERR_OK);
    holds(answer.error == fault->code && id_equal(answer.request, passing->head.request));
    buffer_free(&refusal);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct bytes message = bytes_of(bytes, len);
    struct passing passing;
    struct fault fault = { 0 };
    enum err e = passing_read(message, &passing, &fault);

    holds(e == fault.code);
    if (e != ERR_OK && passing.has_request)
        check_refusal(&passing, &fault);
    else if (e == ERR_OK && passing.kind == PASSING_ASK)
        check_ask(message, &passing);
    else if (e == ERR_OK)
        check_topics(message, &passing);
    return 0;
}
