/* sample_decode.h: one sample, decoded again for each claim, for the tests of the codec. */
#ifndef LOOPHOLE_TESTS_UNIT_PROTO_SAMPLE_DECODE_H
#define LOOPHOLE_TESTS_UNIT_PROTO_SAMPLE_DECODE_H

#include <string.h>

#include "proto/wire/codec.h"
#include "tests/unit/proto/sample.h"

static struct arena arena;
static struct sample decoded;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    arena_reset(&arena);
    memset(&fault, 0, sizeof(fault));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum err decode_sample(struct bytes from)
{
    memset(&decoded, 0, sizeof(decoded));
    return codec_decode(&sample_shape, from, &arena, &decoded, &fault);
}

#endif
