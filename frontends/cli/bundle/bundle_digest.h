/* bundle_digest.h: SHA-256 of bytes that arrive in pieces. Only bundle_digest.c uses libcrypto. One thread for each
 * digest. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_DIGEST_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_DIGEST_H

#include "common/text.h"

enum { BUNDLE_DIGEST_SIZE = 65 /* hex digits in lower case, and the closing zero */ };

struct bundle_digest {
    void *context; /* NULL: none is in progress */
};

void bundle_digest_begin(struct bundle_digest *digest); /* also ends one that is in progress */
void bundle_digest_add(struct bundle_digest *digest, const void *bytes, size_t len);
void bundle_digest_end(struct bundle_digest *digest, char hex[BUNDLE_DIGEST_SIZE]);
void bundle_digest_drop(struct bundle_digest *digest); /* without the result */

void bundle_digest_of(struct bytes bytes, char hex[BUNDLE_DIGEST_SIZE]);

#endif
