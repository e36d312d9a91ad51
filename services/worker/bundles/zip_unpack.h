/* zip_unpack.h: the files of a checked archive, one after the other. One thread. */
#ifndef LOOPHOLE_WORKER_ZIP_UNPACK_H
#define LOOPHOLE_WORKER_ZIP_UNPACK_H

#include "services/worker/bundles/zip.h"

struct zip_reading;
struct zip_reading *zip_begin(const struct zip *zip);
void zip_end(struct zip_reading *reading); /* NULL is allowed */

/* Gives the name of the next file, or bytes of the present one, or the end. The bytes are valid until the next call.
 * Errors (explained): bad_request (damaged: the size or the checksum is wrong), io. */
enum err zip_read(struct zip_reading *reading, struct text *name, struct text *bytes, bool *is_over,
                  struct fault *fault);

#endif
