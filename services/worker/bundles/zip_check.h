/* zip_check.h: whether an archive is what zip.h accepts. One thread. */
#ifndef LOOPHOLE_WORKER_ZIP_CHECK_H
#define LOOPHOLE_WORKER_ZIP_CHECK_H

#include "services/worker/bundles/zip.h"

/* Checks all records. `zip` is zeroed before; call zip_free also after an error. Errors (explained, with the name of
 * the file): bad_request, too_large, io. */
enum err zip_check(struct input *input, struct zip *zip, struct fault *fault);
void zip_free(struct zip *zip);

#endif
