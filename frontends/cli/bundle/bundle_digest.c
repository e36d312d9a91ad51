#include "frontends/cli/bundle/bundle_digest.h"

/* The functions without "EVP": those with it would bring the whole library into each start of the command. */
#define OPENSSL_API_COMPAT 10101
#include <openssl/sha.h>
#include <stdlib.h>

#include "common/alloc.h"

void bundle_digest_begin(struct bundle_digest *digest)
{
    if (!digest->context)
        digest->context = alloc_bytes(sizeof(SHA256_CTX));
    (void)SHA256_Init(digest->context); /* none of these fails */
}

void bundle_digest_add(struct bundle_digest *digest, const void *bytes, size_t len)
{
    (void)SHA256_Update(digest->context, bytes, len);
}

void bundle_digest_end(struct bundle_digest *digest, char hex[BUNDLE_DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_DIGEST_LENGTH];

    (void)SHA256_Final(bytes, digest->context);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * SHA256_DIGEST_LENGTH] = 0;
    bundle_digest_drop(digest);
}

void bundle_digest_drop(struct bundle_digest *digest)
{
    free(digest->context);
    digest->context = NULL;
}

void bundle_digest_of(struct bytes bytes, char hex[BUNDLE_DIGEST_SIZE])
{
    struct bundle_digest digest = { 0 };

    bundle_digest_begin(&digest);
    bundle_digest_add(&digest, bytes.at, bytes.len);
    bundle_digest_end(&digest, hex);
}
