/* Any text as the JSON of any message, or as assignments to its fields: refused with an explanation, or a value whose
 * output is read and written to the same bytes. */
#include "proto/wire/json.h"

#include "proto/wire/codec.h"
#include "proto/wire/json_write.h"
#include "tests/fuzz/fuzz.h"

static void check_explained(enum err e, const struct fault *fault)
{
    holds(e == ERR_OK || (fault->code == e && fault->what[0]));
}

static enum err assign_all(const struct shape *shape, struct fuzz_input *input, struct arena *arena, void *value)
{
    struct fault fault = { 0 };
    enum err e = ERR_OK;

    while (input->left && e == ERR_OK) {
        e = json_assign(shape, fuzz_text(fuzz_line(input)), arena, value, &fault);
        check_explained(e, &fault);
    }
    return e;
}

static enum err read_whole(const struct shape *shape, struct fuzz_input *input, struct arena *arena, void *value)
{
    struct fault fault = { 0 };
    enum err e = json_read(shape, fuzz_text(fuzz_rest(input)), arena, value, &fault);

    check_explained(e, &fault);
    return e;
}

static void comes_back(const struct shape *shape, struct arena *arena, const void *value)
{
    void *again = arena_alloc(arena, shape->size);
    struct buffer line = { 0 }, one = { 0 }, two = { 0 };
    struct fault fault = { 0 };

    if (codec_encode(shape, value, &one, &fault) == ERR_OK) {
        json_write(shape, value, &line);
        holds(json_read(shape, fuzz_text(buffer_bytes(&line)), arena, again, &fault) == ERR_OK);
        holds(codec_encode(shape, again, &two, &fault) == ERR_OK);
        holds(bytes_equal(buffer_bytes(&one), buffer_bytes(&two)));
    }
    buffer_free(&line), buffer_free(&one), buffer_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    const struct shape *shape = fuzz_shape(&input);
    struct arena arena = { 0 };
    void *value = arena_alloc(&arena, shape->size);
    bool is_whole = input.left && input.at[0] == '{';

    if ((is_whole ? read_whole : assign_all)(shape, &input, &arena, value) == ERR_OK)
        comes_back(shape, &arena, value);
    arena_free(&arena);
    return 0;
}
