#include "services/project/parts/sound_ranges.h"

#include <math.h>

#include "proto/wire/value.h"
#include "schema_audio.h"

static enum err check_record(const struct shape *shape, const struct tree *tree, struct fault *fault);

static enum err check_whole(const struct field *field, const struct tree *value, struct fault *fault)
{
    const bool is_whole = floor(value->real) == value->real && fabs(value->real) < 0x1p63;

    if (!is_whole)
        return fault_set(fault, ERR_BAD_REQUEST, "%g is out of range: expected a whole number", value->real);
    if (field->type == FIELD_INT)
        return value_check_int(field, (int64_t)value->real, fault);
    if (value->real < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "%g is out of range: expected 0 or more", value->real);
    return value_check_uint(field, (uint64_t)value->real, fault);
}

static enum err check_number(const struct field *field, const struct tree *value, struct fault *fault)
{
    if (value->type != TREE_WHOLE && value->type != TREE_REAL)
        return ERR_OK;
    return field->type == FIELD_REAL ? value_check_real(field, value->real, fault) : check_whole(field, value, fault);
}

static enum err check_one(const struct field *field, const struct tree *value, struct fault *fault)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_UINT:
    case FIELD_REAL:
        return check_number(field, value, fault);
    case FIELD_RECORD:
        return value->type == TREE_OBJECT ? check_record(field->record, value, fault) : ERR_OK;
    default:
        return ERR_OK;
    }
}

static enum err refuse_named(struct fault *fault, enum err e, struct text name)
{
    char key[64];

    key[text_repair(key, sizeof(key) - 1, name)] = '\0';
    return value_fault_in(fault, e, key);
}

/* A list of records may be an object, with their names as its keys. */
static enum err check_each(const struct field *field, const struct tree *value, struct fault *fault)
{
    enum err e;

    if (value->type != TREE_LIST && value->type != TREE_OBJECT)
        return ERR_OK;
    e = value_check_count(field, value->count, fault);
    for (uint32_t i = 0; e == ERR_OK && i < value->count; i++) {
        const struct tree_member *member = &value->members[i];
        e = check_one(field, &member->value, fault);
        if (e != ERR_OK)
            e = value->type == TREE_LIST ? value_fault_at(fault, e, i) : refuse_named(fault, e, member->name);
    }
    return e;
}

static enum err check_record(const struct shape *shape, const struct tree *tree, struct fault *fault)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const struct tree *value = tree_get(tree, field->name);
        enum err e = ERR_OK;
        if (value && value->type != TREE_NULL)
            e = field->flags & FIELD_LIST ? check_each(field, value, fault) : check_one(field, value, fault);
        if (e != ERR_OK)
            return value_fault_in(fault, e, field->name);
    }
    return ERR_OK;
}

enum err sound_ranges_check(const struct tree *body, struct fault *fault)
{
    return check_record(&sounding_shape, body, fault);
}
