#include "proto/wire/codec.h"

#include <msgpack.h>

#include "common/shared/work.h"
#include "proto/wire/codec_pack.h"
#include "proto/wire/value.h"

struct packing {
    msgpack_packer packer;
    struct fault *fault;
};

static enum err pack_record(struct packing *p, const struct shape *shape, const void *record);

static int append_bytes(void *buffer, const char *bytes, size_t len)
{
    buffer_add(buffer, bytes, len);
    return 0;
}

static struct packing packing_into(struct buffer *to, struct fault *fault)
{
    struct packing p = { .fault = fault };

    msgpack_packer_init(&p.packer, to, append_bytes);
    return p;
}

static void pack_text_body(msgpack_packer *packer, struct text text)
{
    msgpack_pack_str(packer, text.len);
    msgpack_pack_str_body(packer, text.at, text.len);
}

static void pack_bytes_body(msgpack_packer *packer, struct bytes bytes)
{
    msgpack_pack_bin(packer, bytes.len);
    msgpack_pack_bin_body(packer, bytes.at, bytes.len);
}

static enum err pack_bool(struct packing *p, const struct field *field, const void *at)
{
    (void)field;
    if (*(const bool *)at)
        msgpack_pack_true(&p->packer);
    else
        msgpack_pack_false(&p->packer);
    return ERR_OK;
}

static enum err pack_int(struct packing *p, const struct field *field, const void *at)
{
    const int64_t value = *(const int64_t *)at;

    msgpack_pack_int64(&p->packer, value);
    return value_check_int(field, value, p->fault);
}

static enum err pack_uint(struct packing *p, const struct field *field, const void *at)
{
    const uint64_t value = *(const uint64_t *)at;

    msgpack_pack_uint64(&p->packer, value);
    return value_check_uint(field, value, p->fault);
}

static enum err pack_real(struct packing *p, const struct field *field, const void *at)
{
    const double value = *(const double *)at;

    msgpack_pack_double(&p->packer, value);
    return value_check_real(field, value, p->fault);
}

static enum err pack_text(struct packing *p, const struct field *field, const void *at)
{
    const struct text *value = at;
    const enum err e = value_check_text(field, *value, p->fault);

    if (e == ERR_OK)
        pack_text_body(&p->packer, *value);
    return e;
}

static enum err pack_bytes(struct packing *p, const struct field *field, const void *at)
{
    const struct bytes *value = at;
    const enum err e = value_check_bytes(field, *value, p->fault);

    if (e == ERR_OK)
        pack_bytes_body(&p->packer, *value);
    return e;
}

static enum err pack_id(struct packing *p, const struct field *field, const void *at)
{
    const struct id *value = at;

    (void)field;
    pack_bytes_body(&p->packer, (struct bytes){ sizeof(value->b), value->b });
    return ERR_OK;
}

static enum err pack_choice(struct packing *p, const struct field *field, const void *at)
{
    const struct choice *value = at;
    const struct text word = value_word(field, value);
    const enum err e = value_check_word(word, p->fault);

    if (value->value != 0 && word.len == 0)
        return fault_set(p->fault, ERR_BAD_REQUEST, "%d is not a value of %s", value->value, field->choices->name);
    if (e == ERR_OK)
        pack_text_body(&p->packer, word);
    return e;
}

static enum err pack_inner(struct packing *p, const struct field *field, const void *at)
{
    return pack_record(p, field->record, at);
}

static enum err (*const pack_value[])(struct packing *p, const struct field *field, const void *at) = {
    [FIELD_BOOL] = pack_bool, [FIELD_INT] = pack_int,       [FIELD_UINT] = pack_uint,
    [FIELD_REAL] = pack_real, [FIELD_TEXT] = pack_text,     [FIELD_BYTES] = pack_bytes,
    [FIELD_ID] = pack_id,     [FIELD_CHOICE] = pack_choice, [FIELD_RECORD] = pack_inner,
};

static enum err pack_list(struct packing *p, const struct field *field, const struct list *list)
{
    const size_t size = value_size(field);
    enum err e = value_check_count(field, list->count, p->fault);

    if (e != ERR_OK)
        return e;
    msgpack_pack_array(&p->packer, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        e = pack_value[field->type](p, field, (const char *)list->at + i * size);
        if (e != ERR_OK)
            return value_fault_at(p->fault, e, i);
    }
    return ERR_OK;
}

static bool is_written(const struct field *field, const void *record)
{
    if (field->flags & FIELD_OPTIONAL)
        return value_there(field, record);
    return !(field->flags & FIELD_LIST) || ((const struct list *)value_of(field, record))->count > 0;
}

/* Returns a bit for each field to write. */
static uint64_t written_fields(const struct shape *shape, const void *record)
{
    uint64_t bits = 0;

    for (uint32_t i = 0; i < shape->field_count; i++)
        bits |= (uint64_t)is_written(&shape->fields[i], record) << i;
    return bits;
}

static enum err pack_field(struct packing *p, const struct field *field, const void *at)
{
    pack_text_body(&p->packer, (struct text){ field->name_len, field->name });
    return field->flags & FIELD_LIST ? pack_list(p, field, at) : pack_value[field->type](p, field, at);
}

static enum err pack_record(struct packing *p, const struct shape *shape, const void *record)
{
    uint64_t left = written_fields(shape, record);

    work_step();
    msgpack_pack_map(&p->packer, (size_t)__builtin_popcountll(left));
    for (; left > 0; left &= left - 1) {
        const struct field *field = &shape->fields[__builtin_ctzll(left)];
        enum err e = pack_field(p, field, value_of(field, record));

        if (e != ERR_OK)
            return value_fault_in(p->fault, e, field->name);
    }
    return ERR_OK;
}

enum err codec_encode(const struct shape *shape, const void *value, struct buffer *to, struct fault *fault)
{
    struct packing p = packing_into(to, fault);
    const size_t begin = to->len;
    enum err e = pack_record(&p, shape, value);

    if (e == ERR_OK && (to->failed || to->len - begin > CODEC_MESSAGE_MAX))
        e = fault_set(fault, ERR_TOO_LARGE, "a message of %s is longer than %d bytes", shape->name, CODEC_MESSAGE_MAX);
    if (e != ERR_OK)
        to->len = begin;
    return e;
}

void codec_pack_list(struct buffer *to, uint32_t count)
{
    struct packing p = packing_into(to, NULL);

    msgpack_pack_array(&p.packer, count);
}

void codec_pack_uint(struct buffer *to, uint64_t number)
{
    struct packing p = packing_into(to, NULL);

    msgpack_pack_uint64(&p.packer, number);
}

void codec_pack_text(struct buffer *to, struct text text)
{
    struct packing p = packing_into(to, NULL);

    pack_text_body(&p.packer, text);
}

void codec_pack_bytes(struct buffer *to, struct bytes bytes)
{
    struct packing p = packing_into(to, NULL);

    pack_bytes_body(&p.packer, bytes);
}
