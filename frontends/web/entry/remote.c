#include "frontends/web/entry/remote.h"

#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/value.h"

enum { MEMORY = 16 << 20 };

static const char *find_in_record(const struct shape *shape, const void *record, uint32_t refused);

/* An empty text or path, and false, are none. */
static bool is_given(const struct field *field, const void *value)
{
    if (field->type == FIELD_BOOL)
        return *(const bool *)value;
    if (field->type == FIELD_TEXT)
        return ((const struct text *)value)->len > 0;
    return field->type != FIELD_BYTES || ((const struct bytes *)value)->len > 0;
}

/* `refused`: the flags of fields that this client may not give. */
static const char *find_in_value(const struct field *field, const void *value, uint32_t refused)
{
    if (field->flags & refused)
        return is_given(field, value) ? field->name : NULL;
    return field->type == FIELD_RECORD ? find_in_record(field->record, value, refused) : NULL;
}

static const char *find_in_list(const struct field *field, const struct list *list, uint32_t refused)
{
    const char *found = NULL;

    for (uint32_t i = 0; i < list->count && !found; i++)
        found = find_in_value(field, (const char *)list->at + i * value_size(field), refused);
    return found;
}

static const char *find_in_record(const struct shape *shape, const void *record, uint32_t refused)
{
    const char *found = NULL;

    for (uint32_t i = 0; i < shape->field_count && !found; i++) {
        const struct field *field = &shape->fields[i];

        if (!value_there(field, record))
            continue;
        found = field->flags & FIELD_LIST ? find_in_list(field, value_of(field, record), refused)
                                          : find_in_value(field, value_of(field, record), refused);
    }
    return found;
}

static enum err refuse_field(const char *name, bool is_read_only, struct fault *fault)
{
    fault_set(fault, ERR_DENIED,
              is_read_only ? "the token of this device is read-only, so it may not give the field %s"
                           : "only browsers on the engine's own machine may give the field %s",
              name);
    return fault_field(fault, name);
}

static enum err check_fields(const struct shape *shape, struct bytes body, bool is_read_only, struct fault *fault)
{
    struct arena arena = { .limit = MEMORY };
    void *record = arena_alloc(&arena, shape->size);
    const char *local = NULL, *change = NULL;
    enum err e;

    memset(record, 0, shape->size);
    e = codec_decode(shape, body, &arena, record, fault);
    if (e == ERR_OK)
        local = find_in_record(shape, record, FIELD_LOCAL);
    if (e == ERR_OK && is_read_only)
        change = find_in_record(shape, record, FIELD_CHANGES);
    arena_free(&arena);
    if (local)
        return refuse_field(local, false, fault);
    return change ? refuse_field(change, true, fault) : e;
}

enum err remote_check(const struct ask *ask, struct bytes body, bool is_read_only, struct fault *fault)
{
    if (!ask->remote) {
        fault_set(fault, ERR_DENIED, "%s is only for browsers on the engine's own machine", ask->full_name);
        return fault_hint(fault, "open the app on that machine, with `loophole web --open`");
    }
    if (is_read_only && !ask->reads) {
        fault_set(fault, ERR_DENIED, "the token of this device is read-only, and %s may change something",
                  ask->full_name);
        return fault_hint(fault,
                          "`loophole token add NAME` on the engine's machine makes a token that may change things");
    }
    return check_fields(ask->request, body, is_read_only, fault);
}

bool remote_hears(struct text topic)
{
    const struct event *event = schema_event(topic);

    return event && event->remote;
}
