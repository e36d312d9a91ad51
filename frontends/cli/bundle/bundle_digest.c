#include "frontends/cli/bundle/bundle_digest.h"

#include <openssl/evp.h>

#include "common/alloc.h"

enum { BYTES = 32 };

/* With right arguments the library fails only without memory. */
static void expect_done(int done)
{
    if (done != 1)
        alloc_fail(0);
}

void bundle_digest_begin(struct bundle_digest *digest)
{
    if (!digest->context)
        digest->context = alloc_check(EVP_MD_CTX_new());
    expect_done(EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL));
}

void bundle_digest_add(struct bundle_digest *digest, const void *bytes, size_t len)
{
    expect_done(EVP_DigestUpdate(digest->context, bytes, len));
}

void bundle_digest_end(struct bundle_digest *digest, char hex[BUNDLE_DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[BYTES];

    expect_done(EVP_DigestFinal_ex(digest->context, bytes, NULL));
    for (int i = 0; i < BYTES; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * BYTES] = 0;
    bundle_digest_drop(digest);
}

void bundle_digest_drop(struct bundle_digest *digest)
{
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;
}

void bundle_digest_of(struct bytes bytes, char hex[BUNDLE_DIGEST_SIZE])
{
    struct bundle_digest digest = { 0 };

    bundle_digest_begin(&digest);
    bundle_digest_add(&digest, bytes.at, bytes.len);
    bundle_digest_end(&digest, hex);
}
