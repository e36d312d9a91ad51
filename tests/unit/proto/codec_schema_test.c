#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "proto/wire/value.h"
#include "schema_persist.h"
#include "tests/unit/claim.h"

/* The real schemas and the codec's own limits. */

static void each_shape(void (*check)(const struct shape *shape))
{
    for (const struct schema *const *schema = schema_all; *schema; schema++) {
        for (uint32_t i = 0; i < (*schema)->ask_count; i++) {
            check((*schema)->asks[i].request);
            check((*schema)->asks[i].answer);
        }
        for (uint32_t i = 0; i < (*schema)->event_count; i++)
            check((*schema)->events[i].body);
    }
}

static uint32_t depth_of(const struct shape *shape)
{
    uint32_t deepest = 0;

    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const uint32_t inner = field->type == FIELD_RECORD ? depth_of(field->record) : 0;
        const uint32_t depth = inner + (field->flags & FIELD_LIST ? 1 : 0);

        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

static void fits_a_frame(const struct shape *shape)
{
    if (depth_of(shape) + 1 > CODEC_DEPTH)
        fail_msg("%s is %u deep", shape->name, depth_of(shape));
    if (shape->field_count > VALUE_FIELDS_MAX)
        fail_msg("%s has %u fields", shape->name, shape->field_count);
}

CLAIM(every_message_fits_the_depth_of_a_frame)
{
    each_shape(fits_a_frame);
}

static void takes_an_empty_map(const struct shape *shape)
{
    struct arena arena = { 0 };
    void *value = arena_alloc(&arena, shape->size);
    struct fault fault = { 0 };

    if (codec_decode(shape, bytes_of("\x80", 1), &arena, value, &fault) != ERR_OK &&
        strcmp(fault.what, "the field is missing") != 0)
        fail_msg("%s: %s: %s", shape->name, fault.field, fault.what);
    arena_free(&arena);
}

CLAIM(an_empty_map_is_a_message_or_lacks_a_field_that_must_be_there)
{
    each_shape(takes_an_empty_map);
}

CLAIM(the_deepest_message_travels_in_a_frame)
{
    double block[16] = { 0.5, [15] = -1 };
    struct fact fact = {
        .attribute = TEXT("bpm"), .source = { .value = SOURCE_FILE }, .has_number = true, .number = 120
    };
    struct operation operation = {
        .has_analysed = true,
        .analysed = { .frames = 44100,
                      .facts = { 1, &fact },
                      .has_embedding = true,
                      .embedding = { .spectrum = { 16, block } } },
    };
    const struct persist_batch sent = { .operations = { 1, &operation } };
    struct persist_batch taken = { 0 };
    struct buffer body = { 0 }, frame = { 0 };
    struct arena arena = { 0 };
    struct ask_frame ask = { TEXT("persist.batch"), id_new(), 1000, { 0 }, 0, { 0 } };

    assert_int_equal(codec_encode(&persist_batch_shape, &sent, &body, NULL), ERR_OK);
    ask.body = buffer_bytes(&body);
    frame_write_ask(&frame, &ask);
    assert_int_equal(frame_read_ask(buffer_bytes(&frame), &ask, NULL), ERR_OK);
    assert_int_equal(codec_decode(&persist_batch_shape, ask.body, &arena, &taken, NULL), ERR_OK);
    assert_int_equal(taken.operations.at[0].analysed.facts.at[0].source.value, SOURCE_FILE);
    assert_true(taken.operations.at[0].analysed.embedding.spectrum.at[15] == -1);
    arena_free(&arena);
    buffer_free(&body);
    buffer_free(&frame);
}
