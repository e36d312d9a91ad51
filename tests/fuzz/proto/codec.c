/* Any bytes as any message: refused with an explanation, or a value that can be encoded, copied and decoded without
 * change. */
#include "proto/wire/codec.h"

#include <string.h>

#include "proto/limits.h"
#include "proto/wire/codec_copy.h"
#include "tests/fuzz/fuzz.h"

static void encode_value(const struct shape *shape, const void *value, struct buffer *to)
{
    struct fault fault = { 0 };

    holds(codec_encode(shape, value, to, &fault) == ERR_OK);
}

static void is_same(const struct shape *shape, const void *value, struct bytes bytes)
{
    struct buffer again = { 0 };

    encode_value(shape, value, &again);
    holds(bytes_equal(buffer_bytes(&again), bytes));
    buffer_free(&again);
}

static void comes_back(const struct shape *shape, const void *value, struct arena *arena)
{
    void *copy = arena_alloc(arena, shape->size), *again = arena_alloc(arena, shape->size);
    struct buffer first = { 0 };

    encode_value(shape, value, &first);
    holds(codec_copy(shape, value, arena, copy) == ERR_OK);
    is_same(shape, copy, buffer_bytes(&first));
    holds(codec_decode(shape, buffer_bytes(&first), arena, again, NULL) == ERR_OK);
    is_same(shape, again, buffer_bytes(&first));
    buffer_free(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    const struct shape *shape = fuzz_shape(&input);
    struct arena arena = { .limit = LIMIT_ARENA };
    struct fault fault = { 0 };
    void *value = arena_alloc(&arena, shape->size);
    enum err e = codec_decode(shape, fuzz_rest(&input), &arena, value, &fault);

    if (e == ERR_OK)
        comes_back(shape, value, &arena);
    else
        holds(fault.code == e && fault.what[0] && memchr(fault.field, 0, sizeof(fault.field)));
    arena_free(&arena);
    return 0;
}
