#include "proto/wire/codec_copy.h"

#include <string.h>

#include "common/alloc.h"
#include "common/shared/work.h"
#include "proto/wire/value.h"

static enum err copy_record(const struct shape *shape, struct arena *arena, void *record);

static enum err copy_text(struct arena *arena, struct text *text)
{
    const uint32_t len = text->len;

    *text = arena_text(arena, *text);
    return text->len == len ? ERR_OK : ERR_FULL;
}

static enum err copy_bytes(struct arena *arena, struct bytes *bytes)
{
    const uint32_t len = bytes->len;

    *bytes = arena_bytes(arena, *bytes);
    return bytes->len == len ? ERR_OK : ERR_FULL;
}

static enum err copy_choice(const struct field *field, struct arena *arena, struct choice *choice)
{
    if (choice->value == 0)
        return copy_text(arena, &choice->word);
    choice->word = value_word(field, choice);
    return ERR_OK;
}

/* The caller has copied the struct at `at`; this function copies the memory that it points to. */
static enum err copy_value(const struct field *field, struct arena *arena, void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        return copy_text(arena, at);
    case FIELD_BYTES:
        return copy_bytes(arena, at);
    case FIELD_CHOICE:
        return copy_choice(field, arena, at);
    case FIELD_RECORD:
        return copy_record(field->record, arena, at);
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_UINT:
    case FIELD_REAL:
    case FIELD_ID:
        return ERR_OK;
    }
    return ERR_INTERNAL;
}

static enum err copy_list(const struct field *field, struct arena *arena, struct list *list)
{
    const size_t size = value_size(field);
    void *at = arena_array(arena, list->count, size);
    enum err e = at ? ERR_OK : ERR_FULL;

    if (at && list->count)
        memcpy(at, list->at, list->count * size);
    list->at = at;
    for (uint32_t i = 0; e == ERR_OK && i < list->count; i++)
        e = copy_value(field, arena, (char *)at + i * size);
    return e;
}

static enum err copy_record(const struct shape *shape, struct arena *arena, void *record)
{
    enum err e = ERR_OK;

    work_step();
    for (uint32_t i = 0; e == ERR_OK && i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        void *at = value_in(field, record);

        if (!value_there(field, record))
            memset(at, 0, field->flags & FIELD_LIST ? sizeof(struct list) : value_size(field));
        else
            e = field->flags & FIELD_LIST ? copy_list(field, arena, at) : copy_value(field, arena, at);
    }
    return e;
}

enum err codec_copy(const struct shape *shape, const void *from, struct arena *arena, void *to)
{
    memcpy(to, from, shape->size);
    return copy_record(shape, arena, to);
}

void codec_keep(const struct shape *shape, const void *from, struct arena *arena, void *to)
{
    if (arena->limit || codec_copy(shape, from, arena, to) != ERR_OK)
        alloc_fail(0);
}
