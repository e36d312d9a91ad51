/* Any bytes as a frame: a frame that can be read is the same after writing and reading; any fault can be sent and
 * read. */
#include "proto/wire/frame.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void read_ask(struct bytes from)
{
    struct ask_frame one, two;
    struct buffer buffer = { 0 };

    if (frame_read_ask(from, &one, NULL) != ERR_OK)
        return;
    frame_write_ask(&buffer, &one);
    holds(frame_read_ask(buffer_bytes(&buffer), &two, NULL) == ERR_OK);
    holds(text_equal(one.name, two.name) && bytes_equal(one.body, two.body));
    holds(memcmp(&one.request, &two.request, sizeof(one.request)) == 0 && one.budget_ms == two.budget_ms);
    schema_ask(one.name);
    buffer_free(&buffer);
}

static void read_answer(struct bytes from)
{
    struct answer_frame one, two;
    struct buffer buffer = { 0 };
    struct fault fault = { 0 };

    if (frame_read_answer(from, &one, NULL) != ERR_OK)
        return;
    frame_write_answer(&buffer, &one);
    holds(frame_read_answer(buffer_bytes(&buffer), &two, NULL) == ERR_OK);
    holds(bytes_equal(one.body, two.body) && one.error == two.error);
    frame_read_fault(one.body, one.error, &fault);
    holds(fault.what[0]);
    buffer_free(&buffer);
}

static void read_event(struct bytes from)
{
    struct event_frame one, two;
    struct buffer buffer = { 0 };

    if (frame_read_event(from, &one, NULL) != ERR_OK)
        return;
    frame_write_event(&buffer, &one);
    holds(frame_read_event(buffer_bytes(&buffer), &two, NULL) == ERR_OK);
    holds(bytes_equal(one.body, two.body) && one.epoch == two.epoch && one.sequence == two.sequence);
    buffer_free(&buffer);
}

static void read_fault(struct bytes from)
{
    struct fuzz_input input = { from.at, from.len };
    struct fault one = { .code = ERR_IO }, two = { 0 };
    struct buffer buffer = { 0 };

    bytes_copy(one.what, sizeof(one.what), fuzz_line(&input));
    bytes_copy(one.field, sizeof(one.field), fuzz_line(&input));
    bytes_copy(one.hint, sizeof(one.hint), fuzz_line(&input));
    holds(frame_write_fault(&buffer, &one) == ERR_OK);
    frame_read_fault(buffer_bytes(&buffer), ERR_IO, &two);
    holds(text_is_utf8(text_of(two.what)));
    holds(!one.what[0] || !text_is_utf8(text_of(one.what)) || strlen(one.what) == strlen(two.what));
    buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static void (*const kinds[])(struct bytes) = { read_ask, read_answer, read_event, read_fault };
    struct fuzz_input input = { bytes, len };
    struct bytes kind = fuzz_take(&input, 1);

    kinds[kind.len ? kind.at[0] % 4 : 0](fuzz_rest(&input));
    return 0;
}
