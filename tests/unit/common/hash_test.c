#include "common/hash.h"
#include "tests/unit/claim.h"

CLAIM(pieces_hash_as_the_whole)
{
    struct hash_stream *stream = hash_new();
    uint8_t bytes[5000];
    struct hash whole;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 31);
    whole = hash_of(bytes, sizeof(bytes));
    for (size_t step = 1; step < 1000; step += 97) {
        struct hash hash;
        hash_restart(stream);
        for (size_t at = 0; at < sizeof(bytes); at += step)
            hash_add(stream, bytes + at, sizeof(bytes) - at < step ? sizeof(bytes) - at : step);
        hash = hash_so_far(stream);
        assert_memory_equal(hash.b, whole.b, sizeof(whole.b));
    }
    hash_free(stream);
    hash_free(NULL);
}

CLAIM(hashes_equal_the_published_ones)
{
    char hex[33];

    assert_string_equal(hash_hex(hash_of("", 0), 32, hex), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(hash_hex(hash_of("", 0), 8, hex), "99aa06d3");
}
