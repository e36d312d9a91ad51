#include <stdio.h>
#include <string.h>

#include "common/sha256.h"
#include "tests/unit/claim.h"

static void expect_hash(const char *first, const char *second, const char *hex)
{
    uint8_t hash[SHA256_BYTES];
    char written[2 * SHA256_BYTES + 1];

    sha256_of(bytes_of(first, strlen(first)), bytes_of(second, strlen(second)), hash);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        (void)snprintf(written + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(hex, written);
    if (!*second)
        assert_string_equal(hex, sha256_hex(bytes_of(first, strlen(first)), written));
}

/* The values of FIPS 180-4: one block, and two. */
CLAIM(hashes_equal_the_published_ones)
{
    expect_hash("", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", "", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash("abcdbcdecdefdefgefghfghighijhijk", "ijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* A million letters, as FIPS 180-4 has them, are more than one block and no whole number of them. */
CLAIM(bytes_of_any_length_have_a_hash)
{
    static char letters[1000000];
    char hex[2 * SHA256_BYTES + 1];

    memset(letters, 'a', sizeof(letters));
    assert_string_equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
                        sha256_hex(bytes_of(letters, sizeof(letters)), hex));
}
