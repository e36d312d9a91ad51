/* example.h: a value made of the examples of a schema. Tests send it and pin its bytes. Any thread. */
#ifndef LOOPHOLE_TESTS_EXAMPLE_H
#define LOOPHOLE_TESTS_EXAMPLE_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"
#include "proto/wire/schema.h"

/* A schema contains the examples of these fields without the quotes of JSON, except in a list. */
static inline bool is_bare(const struct field *field)
{
    return (field->type == FIELD_ID || field->type == FIELD_CHOICE) && !(field->flags & FIELD_LIST);
}

static inline void example_json(const struct shape *shape, struct buffer *to);

static inline void write_value(const struct field *field, struct buffer *to)
{
    const bool is_own = field->type == FIELD_RECORD && text_is(text_of(field->example), ".");
    const bool is_list = field->flags & FIELD_LIST;

    if (is_own) {
        buffer_add_text(to, is_list ? "[" : "");
        example_json(field->record, to);
        buffer_add_text(to, is_list ? "]" : "");
    } else {
        buffer_printf(to, is_bare(field) ? "\"%s\"" : "%s", field->example);
    }
}

/* Appends the example of `shape` as a JSON object. The example "." of a record stands for the examples of its fields;
 * of a list of records, for a list with one such record. */
static inline void example_json(const struct shape *shape, struct buffer *to)
{
    bool first = true;

    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < shape->field_count; i++) {
        json_key(to, &first, shape->fields[i].name);
        write_value(&shape->fields[i], to);
    }
    buffer_add_text(to, "}");
}

/* Fills the zeroed `value`, a struct of `shape`; the arena owns its memory. Errors: full. */
static inline enum err example_make(const struct shape *shape, struct arena *arena, void *value, struct fault *fault)
{
    struct buffer json = { 0 };
    struct text kept;

    example_json(shape, &json);
    kept = arena_text(arena, (struct text){ (uint32_t)json.len, buffer_c(&json) });
    buffer_free(&json);
    if (kept.len == 0)
        return fault_set(fault, ERR_FULL, "no memory for an example of %s", shape->name);
    return json_read(shape, kept, arena, value, fault);
}

#endif
