/* artefact.h: where the bytes of an artefact are: up to 1 KB in its row, otherwise in the file DATA/artefact/NAME. The
 * file is written completely, and its digest is checked at each reading. Any thread. */
#ifndef LOOPHOLE_STORE_ARTEFACT_H
#define LOOPHOLE_STORE_ARTEFACT_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"
#include "schema_persist.h"

enum { ARTEFACT_INLINE = 1024, ARTEFACT_NAME_SIZE = 192 };

/* Writes "ab/HASH-TYPE-VERSION", or with parameters "ab/HASH-TYPE-PARAMETERS' HASH-VERSION". Returns `to`. */
const char *artefact_name(struct bytes content, struct text type, struct text parameters, uint64_t version,
                          char to[ARTEFACT_NAME_SIZE]);

/* True if `type` may be part of a file's name: 1 to 32 characters of a-z, 0-9 and _. */
bool artefact_type_is_good(struct text type);

/* True if it is a file, which is durable before a row names it. */
bool artefact_is_large(const struct artefact *artefact);

/* Fills the artefact's row. The texts of `kept` point into `artefact` and `digest`. */
void artefact_describe(const struct artefact *artefact, uint8_t digest[16], struct kept_artefact *kept);

/* The files of some large artefacts: first all are written, then all are made durable together. */
struct artefact_files {
    struct buffer all;  /* their names, each with a closing zero */
    struct buffer made; /* names of the files that were created, not of those that existed with these bytes */
    int disk;           /* file_open_disk, from before the first file; 0: not opened yet */
};

/* Writes the file; artefact_settle makes it durable. An existing file with these bytes is kept, because a row may name
 * it. Errors: full, io, denied. */
enum err artefact_write(const struct paths *paths, struct bytes content, const struct artefact *artefact,
                        struct artefact_files *files, struct fault *fault);

/* Makes all files durable. Where the disk can be synced as a whole, that costs as much as one file. Errors: full,
 * io. */
enum err artefact_settle(const struct paths *paths, const struct artefact_files *files, struct fault *fault);

/* After a failure: removes the created files. A file whose sync failed once would seem durable the next time. */
void artefact_take_back(const struct paths *paths, const struct artefact_files *files);
void artefact_files_free(struct artefact_files *files);

/* Returns the name after `name`, or the first for NULL; NULL: no more. Skips names that were crossed out. */
const char *artefact_next_name(const struct buffer *names, const char *name);
void artefact_cross_out(struct buffer *names, const char *name);
void artefact_add_name(struct buffer *names, const char *name);

/* Returns its bytes, in the arena or in `kept`. Errors: not_found (the file is missing or changed: the artefact must be
 * made again), full. */
enum err artefact_read(const struct paths *paths, struct arena *arena, const char *name,
                       const struct kept_artefact *kept, struct bytes *data);

/* Removes the file of that name; does nothing if it is missing. */
void artefact_remove(const struct paths *paths, const char *name);

#endif
