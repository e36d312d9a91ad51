#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/sha256.h"

static void expect_hash(const char *first, const char *second, const char *hex)
{
    uint8_t hash[SHA256_BYTES];
    char written[2 * SHA256_BYTES + 1];

    sha256_of(bytes_of(first, strlen(first)), bytes_of(second, strlen(second)), hash);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        (void)snprintf(written + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(hex, written);
}

/* The values of FIPS 180-4: one block, and two. */
static void hashes_equal_the_published_ones(void **state)
{
    (void)state;
    expect_hash("", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", "", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash("abcdbcdecdefdefgefghfghighijhijk", "ijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(hashes_equal_the_published_ones) };

    return cmocka_run_group_tests_name("common/sha256", tests, NULL, NULL);
}
