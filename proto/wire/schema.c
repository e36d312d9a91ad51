#include "proto/wire/schema.h"

#include <string.h>

#include "schema_service.h"

/* "audio-standby" is a second process of "audio". */
const struct schema *schema_named(struct text service)
{
    const char *minus = service.len ? memchr(service.at, '-', service.len) : NULL;

    if (minus)
        service.len = (uint32_t)(minus - service.at);
    for (const struct schema *const *schema = schema_all; *schema; schema++)
        if (text_is(service, (*schema)->service))
            return *schema;
    return NULL;
}

/* Splits "service.name"; the schema is NULL if there is no such service. */
static const struct schema *split_name(struct text full_name, struct text *name)
{
    const char *dot = full_name.len ? memchr(full_name.at, '.', full_name.len) : NULL;
    uint32_t len = dot ? (uint32_t)(dot - full_name.at) : 0;

    if (!dot)
        return NULL;
    *name = (struct text){ full_name.len - len - 1, dot + 1 };
    return schema_named((struct text){ len, full_name.at });
}

const struct ask *schema_own_ask(const struct schema *schema, struct text name)
{
    for (uint32_t i = 0; i < schema->ask_count; i++)
        if (text_is(name, schema->asks[i].name))
            return &schema->asks[i];
    return NULL;
}

const struct ask *schema_ask(struct text full_name)
{
    struct text name;
    const struct schema *schema = split_name(full_name, &name);
    const struct ask *ask = schema ? schema_own_ask(schema, name) : NULL;

    return schema && !ask ? schema_own_ask(&schema_service, name) : ask;
}

const struct event *schema_event(struct text full_name)
{
    struct text name;
    const struct schema *schema = split_name(full_name, &name);

    for (uint32_t i = 0; schema && i < schema->event_count; i++)
        if (text_is(name, schema->events[i].name))
            return &schema->events[i];
    return NULL;
}

const struct field *schema_field(const struct shape *shape, struct text name)
{
    for (uint32_t i = 0; i < shape->field_count; i++)
        if (text_is(name, shape->fields[i].name))
            return &shape->fields[i];
    return NULL;
}

int32_t choice_value(const struct choice_table *table, struct text word)
{
    for (uint32_t i = 1; i < table->count; i++)
        if (text_is(word, table->words[i]))
            return (int32_t)i;
    return 0;
}

const char *choice_word(const struct choice_table *table, int32_t value)
{
    return value > 0 && (uint32_t)value < table->count ? table->words[value] : "";
}

struct text choice_text(const struct choice_table *table, struct choice choice)
{
    return choice.value ? text_of(choice_word(table, choice.value)) : choice.word;
}

bool choice_equal(struct choice a, struct choice b)
{
    return a.value == b.value && (a.value || text_equal(a.word, b.word));
}
