#include "store/keys.h"

#include <string.h>

#include "common/hash.h"

struct bytes key_bytes(const struct key *key)
{
    return bytes_of(key->b, key->len);
}

/* The bytes after `len` are never read. */
static inline struct key empty_key(void)
{
    struct key key;

    key.len = 0;
    return key;
}

void key_add(struct key *key, const void *bytes, uint32_t len)
{
    uint32_t room = (uint32_t)sizeof(key->b) - key->len;

    if (len > room)
        len = room;
    if (len)
        memcpy(key->b + key->len, bytes, len);
    key->len += len;
}

static void add_big_endian(struct key *key, uint64_t number)
{
    uint8_t b[8];

    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(number >> (56 - 8 * i));
    key_add(key, b, sizeof(b));
}

struct key key_id(struct id id)
{
    struct key key = empty_key();

    key_add(&key, id.b, sizeof(id.b));
    return key;
}

struct key key_number(uint64_t number)
{
    struct key key = empty_key();

    add_big_endian(&key, number);
    return key;
}

struct key key_name(const char *name)
{
    struct key key = empty_key();

    key_add(&key, name, (uint32_t)strlen(name));
    return key;
}

struct key key_forgotten(struct id media)
{
    struct key key = key_name(META_FORGOTTEN);

    key_add(&key, media.b, sizeof(media.b));
    return key;
}

struct key key_place(struct id folder, struct bytes file)
{
    struct key key = key_id(folder);

    key_add(&key, file.at, file.len < 255 ? file.len : 255);
    return key;
}

struct key key_folder_name(struct id volume, struct id parent, struct bytes name)
{
    struct key key = key_id(volume);

    key_add(&key, parent.b, sizeof(parent.b));
    key_add(&key, name.at, name.len < 255 ? name.len : 255);
    return key;
}

struct key key_identity(struct text identity)
{
    struct hash hash = hash_of(identity.at, identity.len);
    struct key key = empty_key();

    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

struct key key_subject(struct bytes content)
{
    struct key key = empty_key();

    if (content.len == 16)
        key_add(&key, content.at, content.len);
    return key;
}

struct key key_content(struct bytes content, struct id media)
{
    struct key key = key_subject(content);

    key_add(&key, media.b, sizeof(media.b));
    return key;
}

struct key key_artefact(struct bytes content, struct text type, struct text parameters)
{
    struct key key = key_subject(content);

    key_add(&key, type.at, type.len);
    key_add(&key, "", 1);
    key_add(&key, parameters.at, parameters.len);
    return key;
}

struct key key_quiet(int64_t at, struct id request)
{
    struct key key = key_number((uint64_t)at);

    key_add(&key, request.b, sizeof(request.b));
    return key;
}

struct key key_part(struct id request, uint64_t first)
{
    struct key key = key_id(request), number = key_number(first);

    key_add(&key, number.b, number.len);
    return key;
}

struct key key_used_in(struct id media, struct id context)
{
    struct key key = key_id(media);

    key_add(&key, context.b, sizeof(context.b));
    return key;
}

struct key key_use(struct id context, struct id media, struct text role, struct text section, struct text track)
{
    struct key key = key_used_in(context, media);
    struct id digest = id_of_bytes(track.at, track.len);

    key_add(&key, role.at, role.len);
    key_add(&key, "", 1);
    key_add(&key, section.at, section.len);
    if (track.len) {
        key_add(&key, "", 1);
        key_add(&key, digest.b, sizeof(digest.b));
    }
    return key;
}

struct id key_id_at(struct bytes key, uint32_t offset)
{
    struct id id = { { 0 } };

    if (key.len >= offset + sizeof(id.b))
        memcpy(id.b, key.at + offset, sizeof(id.b));
    return id;
}

uint64_t key_number_at(struct bytes key, uint32_t offset)
{
    uint64_t number = 0;

    for (uint32_t i = 0; key.len >= offset + 8 && i < 8; i++)
        number = number << 8 | key.at[offset + i];
    return number;
}

bool key_artefact_parts(struct bytes key, struct text *type, struct text *parameters)
{
    const char *at = (const char *)key.at + 16;
    uint32_t rest = key.len > 16 ? key.len - 16 : 0, len = rest ? (uint32_t)strnlen(at, rest) : 0;

    if (len == rest)
        return false;
    *type = (struct text){ len, at };
    *parameters = (struct text){ rest - len - 1, at + len + 1 };
    return true;
}

struct key key_query(struct text name, int64_t at)
{
    struct key key = { .len = 1, .b = { name.len > 0 } };

    if (name.len == 0) {
        struct key number = key_number((uint64_t)at);
        memcpy(key.b + 1, number.b, number.len);
        key.len += number.len;
        return key;
    }
    key.len += name.len < 255 ? name.len : 255;
    memcpy(key.b + 1, name.at, key.len - 1);
    return key;
}
