/* zip_record.h: the records of a zip (APPNOTE.TXT 6.3), with ZIP64. Pure, but for the search of the end. Any thread. */
#ifndef LOOPHOLE_WORKER_ZIP_RECORD_H
#define LOOPHOLE_WORKER_ZIP_RECORD_H

#include "services/worker/bundles/zip.h"

enum {
    ZIP_LOCAL_LEN = 30,
    ZIP_DESCRIPTOR_MOST = 24,
    ZIP_STORED = 0,
    ZIP_DEFLATED = 8,
    ZIP_FLAG_ENCRYPTED = 1,
    ZIP_FLAG_FOLLOWS = 8,                 /* sum and sizes follow the data */
    ZIP_FLAGS_KNOWN = 2 | 4 | 8 | 1 << 11 /* the way of deflate, and that the name is UTF-8 */
};

/* What the end records say of the directory. */
struct zip_ending {
    uint64_t count, at, size;
};

/* Errors (explained): bad_request (no zip, cut, several disks, bytes after the end or before it, records that differ),
 * io. */
enum err zip_record_find_end(struct input *input, struct zip_ending *to, struct fault *fault);

/* An entry of the directory at the start of `from`. */
struct zip_central {
    struct zip_member member; /* its name points into `from` */
    uint32_t attributes, len;
    bool is_valid; /* its extra fields can be read, and it is not of another disk */
};
bool zip_record_central(struct bytes from, struct zip_central *to); /* false: there is none */

/* The length of a local header with its name and extra fields; false: it is none. */
bool zip_record_local_len(const uint8_t head[ZIP_LOCAL_LEN], uint32_t *len);

/* Reads it; false: its fields are damaged, or it has another name than `name`, in which slashes stand for
 * backslashes. */
bool zip_record_local(struct bytes from, struct text name, struct zip_member *to);

/* True if the bytes are a descriptor of the file: with or without a signature, with sizes of 32 or 64 bits. */
bool zip_record_is_descriptor(struct bytes from, const struct zip_member *member);

#endif
