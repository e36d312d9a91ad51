#include "common/hash.h"

#include <stdlib.h>
#include <xxhash.h>

#include "common/alloc.h"

struct hash_stream {
    XXH3_state_t *state;
};

static struct hash canonical_hash(XXH128_hash_t number)
{
    XXH128_canonical_t bytes;
    struct hash hash;

    XXH128_canonicalFromHash(&bytes, number);
    for (size_t i = 0; i < sizeof(hash.b); i++)
        hash.b[i] = bytes.digest[i];
    return hash;
}

struct hash hash_of(const void *bytes, size_t len)
{
    return canonical_hash(XXH3_128bits(bytes, len));
}

struct hash_stream *hash_new(void)
{
    struct hash_stream *stream = alloc_bytes(sizeof(*stream));

    stream->state = alloc_check(XXH3_createState());
    hash_restart(stream);
    return stream;
}

void hash_add(struct hash_stream *stream, const void *bytes, size_t len)
{
    if (len)
        XXH3_128bits_update(stream->state, bytes, len);
}

struct hash hash_so_far(const struct hash_stream *stream)
{
    return canonical_hash(XXH3_128bits_digest(stream->state));
}

void hash_restart(struct hash_stream *stream)
{
    XXH3_128bits_reset(stream->state);
}

void hash_free(struct hash_stream *stream)
{
    if (!stream)
        return;
    XXH3_freeState(stream->state);
    free(stream);
}

const char *hash_hex(struct hash hash, unsigned digits, char *to)
{
    static const char hex[] = "0123456789abcdef";
    unsigned i;

    for (i = 0; i < digits && i < 2 * sizeof(hash.b); i++)
        to[i] = hex[i % 2 ? hash.b[i / 2] & 15 : hash.b[i / 2] >> 4];
    to[i] = '\0';
    return to;
}
