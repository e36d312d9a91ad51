#include "proto/wire/example.h"

#include "proto/wire/json.h"

/* In a schema these stand without the quotes of JSON, unless in a list. */
static bool is_bare(const struct field *field)
{
    return (field->type == FIELD_ID || field->type == FIELD_CHOICE) && !(field->flags & FIELD_LIST);
}

static void write_value(const struct field *field, struct buffer *to)
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

void example_json(const struct shape *shape, struct buffer *to)
{
    bool first = true;

    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < shape->field_count; i++) {
        json_key(to, &first, shape->fields[i].name);
        write_value(&shape->fields[i], to);
    }
    buffer_add_text(to, "}");
}

enum err example_make(const struct shape *shape, struct arena *arena, void *value, struct fault *fault)
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
