#include "frontends/web/entry/remote.h"

#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/value.h"

enum { MEMORY = 16 << 20 };

static const char *find_in_record(const struct shape *shape, const void *record);

/* An empty text or path, and false, are none. */
static bool is_given(const struct field *field, const void *value)
{
    if (field->type == FIELD_BOOL)
        return *(const bool *)value;
    if (field->type == FIELD_TEXT)
        return ((const struct text *)value)->len > 0;
    return field->type != FIELD_BYTES || ((const struct bytes *)value)->len > 0;
}

static const char *find_in_value(const struct field *field, const void *value)
{
    if (field->flags & FIELD_LOCAL)
        return is_given(field, value) ? field->name : NULL;
    return field->type == FIELD_RECORD ? find_in_record(field->record, value) : NULL;
}

static const char *find_in_list(const struct field *field, const struct list *list)
{
    const char *found = NULL;

    for (uint32_t i = 0; i < list->count && !found; i++)
        found = find_in_value(field, (const char *)list->at + i * value_size(field));
    return found;
}

static const char *find_in_record(const struct shape *shape, const void *record)
{
    const char *found = NULL;

    for (uint32_t i = 0; i < shape->field_count && !found; i++) {
        const struct field *field = &shape->fields[i];

        if (!value_there(field, record))
            continue;
        found = field->flags & FIELD_LIST ? find_in_list(field, value_of(field, record))
                                          : find_in_value(field, value_of(field, record));
    }
    return found;
}

static enum err check_fields(const struct shape *shape, struct bytes body, struct fault *fault)
{
    struct arena arena = { .limit = MEMORY };
    void *record = arena_alloc(&arena, shape->size);
    const char *name;
    enum err e;

    memset(record, 0, shape->size);
    e = codec_decode(shape, body, &arena, record, fault);
    name = e == ERR_OK ? find_in_record(shape, record) : NULL;
    arena_free(&arena);
    if (!name)
        return e;
    fault_set(fault, ERR_DENIED, "only browsers on the engine's own machine may give the field %s", name);
    return fault_field(fault, name);
}

enum err remote_check(const struct ask *ask, struct bytes body, struct fault *fault)
{
    if (ask->remote)
        return check_fields(ask->request, body, fault);
    fault_set(fault, ERR_DENIED, "%s is only for browsers on the engine's own machine", ask->full_name);
    return fault_hint(fault, "open the app on that machine, with `loophole web --open`");
}

bool remote_hears(struct text topic)
{
    const struct event *event = schema_event(topic);

    return event && event->remote;
}
