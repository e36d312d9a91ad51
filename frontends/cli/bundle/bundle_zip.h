/* bundle_zip.h: writes an archive (.zip) that depends only on the names and bytes of its files: stored, without times,
 * owners and modes (APPNOTE.TXT 6.3). ZIP64 only where a number needs it. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_ZIP_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_ZIP_H

#include "common/buffer.h"
#include "frontends/cli/bundle/bundle_progress.h"

/* Zeroed with the descriptor of an empty file. */
struct bundle_zip {
    int fd;
    struct bundle_progress *progress; /* of the bytes of the files; NULL: none */
    uint64_t at;                      /* bytes written */
    uint64_t count;
    struct buffer directory; /* the central directory so far */
};

/* Adds an open file, from its start to its end. `path` is UTF-8. Errors (explained): full, io; conflict (the file
 * changed meanwhile). */
enum err bundle_zip_add(struct bundle_zip *zip, const char *path, int from, struct fault *fault);
enum err bundle_zip_end(struct bundle_zip *zip, struct fault *fault); /* writes the directory, durably */
void bundle_zip_free(struct bundle_zip *zip);

#endif
