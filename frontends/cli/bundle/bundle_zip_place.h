/* bundle_zip_place.h: a new archive that appears whole or not at all: it is written under a temporary name beside its
 * place, and then gets its name. Nothing that exists is replaced. What a killed command left is removed by the next one
 * that writes to the same folder. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_ZIP_PLACE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_ZIP_PLACE_H

#include <limits.h>

#include "common/err.h"

#define BUNDLE_ZIP_PART ".loophole-bundle.zip.part"

struct bundle_zip_place {
    int folder, fd; /* -1: not open; `fd` is the temporary file, for writing */
    char name[NAME_MAX + 1];
};

/* Opens the folder of an archive at an absolute path, which must not exist. Call bundle_zip_place_end also after an
 * error. Errors (explained): bad_request, exists, and those of file_err. */
enum err bundle_zip_place_open(struct bundle_zip_place *place, const char *path, struct fault *fault);

/* Makes the temporary file. Errors (explained): busy (another command writes to the folder), and those of file_err. */
enum err bundle_zip_place_begin(struct bundle_zip_place *place, struct fault *fault);

/* Opens it again, for reading. -1: the fault is set. */
int bundle_zip_place_read(const struct bundle_zip_place *place, struct fault *fault);

/* Gives it its name, durably. Errors (explained): exists, and those of file_err. */
enum err bundle_zip_place_finish(struct bundle_zip_place *place, struct fault *fault);

void bundle_zip_place_end(struct bundle_zip_place *place); /* removes a file without its name */

#endif
