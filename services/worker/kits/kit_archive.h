/* kit_archive.h: the archive of a Hydrogen kit (.h2drumkit), from an untrusted file: a tar, plain or in gzip, with a
 * drumkit.xml. The files beside that are the kit; all others are left out. One thread. */
#ifndef LOOPHOLE_WORKER_KIT_ARCHIVE_H
#define LOOPHOLE_WORKER_KIT_ARCHIVE_H

#include "common/err.h"
#include "common/text.h"
#include "services/worker/decode/input.h"

enum {
    KIT_ARCHIVE_MIB = 4096,     /* of an unpacked archive */
    KIT_ARCHIVE_SMALL_MIB = 64, /* of one that may be packed to any size; */
    KIT_ARCHIVE_RATIO = 100,    /* a larger one unpacks to at most this many times its own size */
};

struct kit_archive;

/* Checks all of the archive before it gives any file. `input` must outlive it; kit_archive_close frees it, also after
 * an error. Errors (explained): bad_request (damaged, cut; no drumkit.xml or two; what tar_next refuses), too_large,
 * io. */
enum err kit_archive_open(struct input *input, struct kit_archive **to, struct fault *fault);
void kit_archive_close(struct kit_archive *archive); /* NULL is allowed */

/* The next bytes, valid until the next call. `name` is that of a file that begins with them, or empty. Errors: as
 * kit_archive_open, if the file has changed since. */
enum err kit_archive_read(struct kit_archive *archive, struct text *name, struct text *bytes, bool *is_over,
                          struct fault *fault);

/* The files that were left out so far: those of other folders, hidden ones, and those whose name is no plain text of at
 * most 255 bytes. */
uint64_t kit_archive_left_out(const struct kit_archive *archive);

#endif
