/* value.h: where the value of a field lies in its struct, and whether it is within the field's bounds. Shared by codec
 * and json. Any thread. */
#ifndef LOOPHOLE_PROTO_VALUE_H
#define LOOPHOLE_PROTO_VALUE_H

#include "proto/wire/schema.h"

enum {
    VALUE_WORD_MAX = 64,   /* bytes of a choice's word, known or not */
    VALUE_FIELDS_MAX = 64, /* fields of one record */
    VALUE_HINT_SIZE = 240  /* bytes of a fault's hint */
};

static inline void *value_in(const struct field *field, void *record)
{
    return (char *)record + field->offset;
}

static inline const void *value_of(const struct field *field, const void *record)
{
    return (const char *)record + field->offset;
}

/* False only for an absent optional field. */
static inline bool value_there(const struct field *field, const void *record)
{
    return !(field->flags & FIELD_OPTIONAL) || *(const bool *)((const char *)record + field->has_offset);
}

/* Sets has_NAME of an optional field; does nothing for others. */
static inline void value_mark(const struct field *field, void *record, bool there)
{
    if (field->flags & FIELD_OPTIONAL)
        *(bool *)((char *)record + field->has_offset) = there;
}

/* Returns the bytes of one value, or of one element of a list. */
size_t value_size(const struct field *field);

/* Finds the field `name` of `shape`. The search begins at `*next` and wraps; `*next` becomes the index after the
 * result, so keys in the schema's order are found at once. NULL: unknown. */
const struct field *value_field(const struct shape *shape, struct text name, uint32_t *next);

/* Check that a value is within its field's bounds. Errors: bad_request, too_large (longer than its bound), with a
 * sentence that does not contain the field's name. */
enum err value_check_int(const struct field *field, int64_t value, struct fault *fault);
enum err value_check_uint(const struct field *field, uint64_t value, struct fault *fault);
enum err value_check_real(const struct field *field, double value, struct fault *fault);
enum err value_check_text(const struct field *field, struct text value, struct fault *fault);
enum err value_check_bytes(const struct field *field, struct bytes value, struct fault *fault);
enum err value_check_word(struct text word, struct fault *fault);
enum err value_check_count(const struct field *field, size_t count, struct fault *fault);

/* Refuses the unknown word of a choice; the hint lists the known words. Errors: bad_request. */
enum err value_refuse_word(const struct choice_table *table, struct text word, struct fault *fault);

/* Adds ", word" to the list in a hint if all of it fits. */
void value_hint(char hint[VALUE_HINT_SIZE], const char *word);

/* Returns the encoded word of a choice: the known word, or the received one. */
struct text value_word(const struct field *field, const struct choice *choice);

/* Put the place of a fault before its field name, from the inside of records and lists outwards: "[3]", then "tags",
 * then "edit" make "edit.tags[3]". Both return `code`. */
enum err value_fault_in(struct fault *fault, enum err code, const char *name);
enum err value_fault_at(struct fault *fault, enum err code, uint32_t index);

#endif
