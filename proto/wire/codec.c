#include "proto/wire/codec.h"

#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "common/shared/work.h"
#include "proto/wire/token.h"
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

struct decoding {
    struct token_reader in;
    struct arena *arena;
    struct fault *fault;
    uint32_t depth; /* maps and lists that may still nest */
    bool is_strict; /* unknown words are refused */
};

static enum err read_record(struct decoding *d, const struct shape *shape, const struct token *map, void *record);

static enum err refuse_short(struct decoding *d)
{
    return fault_set(d->fault, ERR_BAD_REQUEST, "the message ends too early, or nests more than %d maps and lists",
                     CODEC_DEPTH);
}

static enum err other_type(struct decoding *d, const char *wanted, const struct token *token)
{
    return fault_set(d->fault, ERR_BAD_REQUEST, "expected %s, not %s", wanted, token_name(token->type));
}

static enum err read_bool(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    (void)field;
    if (token->type != TOKEN_BOOL)
        return other_type(d, "a bool", token);
    *(bool *)at = token->yes;
    return ERR_OK;
}

static enum err read_int(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    if (token->type == TOKEN_UINT && token->u > INT64_MAX)
        return fault_set(d->fault, ERR_BAD_REQUEST, "%llu is above %lld", (unsigned long long)token->u,
                         (long long)field->max);
    if (token->type != TOKEN_UINT && token->type != TOKEN_INT)
        return other_type(d, "a whole number", token);
    *(int64_t *)at = token->i;
    return value_check_int(field, token->i, d->fault);
}

static enum err read_uint(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    if (token->type == TOKEN_INT)
        return fault_set(d->fault, ERR_BAD_REQUEST, "%lld is below %lld", (long long)token->i, (long long)field->min);
    if (token->type != TOKEN_UINT)
        return other_type(d, "a whole number", token);
    *(uint64_t *)at = token->u;
    return value_check_uint(field, token->u, d->fault);
}

static enum err decode_real(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    double number;

    if (token->type == TOKEN_REAL)
        number = token->real;
    else if (token->type == TOKEN_UINT)
        number = (double)token->u;
    else if (token->type == TOKEN_INT)
        number = (double)token->i;
    else
        return other_type(d, "a number", token);
    *(double *)at = number;
    return value_check_real(field, number, d->fault);
}

static enum err read_text(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    if (token->type != TOKEN_TEXT)
        return other_type(d, "a text", token);
    *(struct text *)at = token_text(token);
    return value_check_text(field, token_text(token), d->fault);
}

/* Accepts a text too, because not every language's library has bytes. */
static enum err read_bytes(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    if (token->type != TOKEN_BYTES && token->type != TOKEN_TEXT)
        return other_type(d, "bytes", token);
    *(struct bytes *)at = token_bytes(token);
    return value_check_bytes(field, token_bytes(token), d->fault);
}

static enum err read_id(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    struct id *id = at;

    (void)field;
    if (token->type == TOKEN_BYTES && token->count == sizeof(id->b)) {
        memcpy(id->b, token->at, sizeof(id->b));
        return ERR_OK;
    }
    if (token->type == TOKEN_TEXT && id_read(token_text(token), id))
        return ERR_OK;
    return fault_set(d->fault, ERR_BAD_REQUEST, "expected an id: 16 bytes, or 26 characters of base 32");
}

static enum err read_choice(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    struct choice *choice = at;
    enum err e;

    if (token->type != TOKEN_TEXT)
        return other_type(d, "a word", token);
    choice->word = token_text(token);
    choice->value = choice_value(field->choices, choice->word);
    e = choice->value ? ERR_OK : value_check_word(choice->word, d->fault);
    if (e != ERR_OK || choice->value || choice->word.len == 0 || !d->is_strict || field->choices->open)
        return e;
    return value_refuse_word(field->choices, choice->word, d->fault);
}

static enum err read_inner(struct decoding *d, const struct field *field, const struct token *token, void *at)
{
    return read_record(d, field->record, token, at);
}

static enum err (*const read_value[])(struct decoding *d, const struct field *field, const struct token *token,
                                      void *at) = {
    [FIELD_BOOL] = read_bool,   [FIELD_INT] = read_int,       [FIELD_UINT] = read_uint,
    [FIELD_REAL] = decode_real, [FIELD_TEXT] = read_text,     [FIELD_BYTES] = read_bytes,
    [FIELD_ID] = read_id,       [FIELD_CHOICE] = read_choice, [FIELD_RECORD] = read_inner,
};

static enum err read_elements(struct decoding *d, const struct field *field, struct list *list)
{
    const size_t size = value_size(field);

    for (uint32_t i = 0; i < list->count; i++) {
        struct token token;
        enum err e;

        if (!token_read(&d->in, &token))
            return refuse_short(d);
        e = read_value[field->type](d, field, &token, (char *)list->at + i * size);
        if (e != ERR_OK)
            return value_fault_at(d->fault, e, i);
    }
    return ERR_OK;
}

static enum err read_list(struct decoding *d, const struct field *field, const struct token *token, struct list *list)
{
    enum err e;

    if (token->type != TOKEN_LIST)
        return other_type(d, "a list", token);
    e = value_check_count(field, token->count, d->fault);
    if (e != ERR_OK)
        return e;
    list->at = arena_array(d->arena, token->count, value_size(field));
    if (!list->at)
        return fault_set(d->fault, ERR_FULL, "a list of %u takes more memory than one message may", token->count);
    list->count = token->count;

    if (d->depth-- == 0)
        return refuse_short(d);
    e = read_elements(d, field, list);
    d->depth++;
    return e;
}

static enum err decode_member(struct decoding *d, const struct field *field, void *record)
{
    struct token token;

    if (!token_read(&d->in, &token))
        return refuse_short(d);
    if (token.type == TOKEN_NIL && field->flags & FIELD_OPTIONAL)
        return ERR_OK;
    value_mark(field, record, true);
    if (field->flags & FIELD_LIST)
        return read_list(d, field, &token, value_in(field, record));
    return read_value[field->type](d, field, &token, value_in(field, record));
}

static enum err skip_value(struct decoding *d)
{
    struct token token;

    return token_read(&d->in, &token) && token_skip(&d->in, &token, d->depth) ? ERR_OK : refuse_short(d);
}

/* Reads one key and its value. `next` is the expected field if keys are in order; `seen` has a bit for each field. */
static enum err read_pair(struct decoding *d, const struct shape *shape, void *record, uint32_t *next, uint64_t *seen)
{
    const struct field *field;
    struct token key;
    enum err e;

    if (!token_read(&d->in, &key))
        return refuse_short(d);
    if (key.type != TOKEN_TEXT)
        return other_type(d, "a text as key", &key);
    field = value_field(shape, token_text(&key), next);
    if (!field)
        return skip_value(d);

    if (*seen >> (field - shape->fields) & 1)
        e = fault_set(d->fault, ERR_BAD_REQUEST, "the field occurs twice");
    else
        e = decode_member(d, field, record);
    *seen |= UINT64_C(1) << (field - shape->fields);
    return e == ERR_OK ? ERR_OK : value_fault_in(d->fault, e, field->name);
}

static bool holds_zero(const struct field *field)
{
    if (field->type == FIELD_INT || field->type == FIELD_UINT)
        return field->min <= 0 && field->max >= 0;
    return field->type != FIELD_REAL || (field->real_min <= 0 && field->real_max >= 0);
}

/* A missing field stays zero, which its range must allow. */
static enum err check_missing(struct fault *fault, const struct shape *shape, uint64_t seen)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        enum err e = ERR_OK;

        if (seen >> i & 1 || field->flags & (FIELD_OPTIONAL | FIELD_LIST))
            continue;
        if (field->type == FIELD_RECORD)
            e = check_missing(fault, field->record, 0);
        else if (!holds_zero(field))
            e = fault_set(fault, ERR_BAD_REQUEST, "the field is missing");
        if (e != ERR_OK)
            return value_fault_in(fault, e, field->name);
    }
    return ERR_OK;
}

static enum err read_record(struct decoding *d, const struct shape *shape, const struct token *map, void *record)
{
    uint64_t seen = 0;
    uint32_t next = 0;

    work_step();
    if (map->type != TOKEN_MAP)
        return other_type(d, "a map", map);
    if (shape->field_count > VALUE_FIELDS_MAX)
        return fault_set(d->fault, ERR_INTERNAL, "%s has over %d fields", shape->name, VALUE_FIELDS_MAX);
    if (d->depth-- == 0)
        return refuse_short(d);
    for (uint32_t i = 0; i < map->count; i++) {
        enum err e = read_pair(d, shape, record, &next, &seen);

        if (e != ERR_OK)
            return e;
    }
    d->depth++;
    return check_missing(d->fault, shape, seen);
}

static enum err decode_message(const struct shape *shape, struct bytes from, struct arena *arena, bool is_strict,
                               void *value, struct fault *fault)
{
    struct decoding d = { token_reader_of(from), arena, fault, CODEC_DEPTH, is_strict };
    struct token map;
    enum err e;

    if (from.len > CODEC_MESSAGE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the message has %u bytes, at most %d are allowed", from.len,
                         CODEC_MESSAGE_MAX);
    e = token_read(&d.in, &map) ? read_record(&d, shape, &map, value) : refuse_short(&d);
    if (e == ERR_OK && d.in.at != d.in.end)
        return fault_set(fault, ERR_BAD_REQUEST, "%zu trailing bytes after the message", (size_t)(d.in.end - d.in.at));
    return e;
}

enum err codec_decode(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                      struct fault *fault)
{
    return decode_message(shape, from, arena, false, value, fault);
}

enum err codec_decode_ask(const struct shape *shape, struct bytes from, struct arena *arena, void *value,
                          struct fault *fault)
{
    return decode_message(shape, from, arena, true, value, fault);
}
