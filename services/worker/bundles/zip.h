/* zip.h: an archive of a bundle (.zip), which may come from a stranger. All of its records are checked before a byte
 * of a file is given out: the end record, the central directory, and the header of each file, which must say the
 * same. The files fill the archive without a gap and without an overlap. So every reader sees the same files in
 * it. One thread.
 *
 * * Refused by name: encrypted files, links and devices, absolute paths and such that lead upwards, two files
 * whose names are one name on some file system, a file that is also a folder, more bytes than the size of the
 * archive allows. */
#ifndef LOOPHOLE_WORKER_ZIP_H
#define LOOPHOLE_WORKER_ZIP_H

#include "common/buffer.h"
#include "common/err.h"
#include "services/worker/decode/input.h"

enum {
    ZIP_MEMBERS_MOST = 65536,
    ZIP_SMALL_MIB = 256,   /* of all files, or … */
    ZIP_RATIO = 100,       /* … this many times the size of the archive, if that is more … */
    ZIP_MIB_MOST = 262144, /* … but at most this */
    ZIP_NAME_MOST = 1024
};

/* A file. Ranges are offsets in the archive. */
struct zip_member {
    struct text name; /* with slashes; of a folder with a slash at its end */
    uint64_t at;      /* of its header */
    uint64_t data, packed, size;
    uint32_t sum;
    uint16_t flags, method;
    bool is_listed; /* it lies beside the manifest or below it, and is no folder */
};

struct zip {
    struct input *input;
    struct buffer directory; /* its bytes; names point into it */
    uint64_t directory_at;
    uint32_t count;
    struct zip_member *members; /* by their offset */
    struct text folder;         /* with its slash; the files of the bundle lie below it */
    uint64_t bytes;             /* of the files in that folder, unpacked */
    uint64_t left_out;          /* files outside of that folder */
};

#endif
