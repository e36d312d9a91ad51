/* artefact.h: where an artefact's bytes are: up to 1 KB in its row, else the file DATA/artefact/NAME, written whole and
 * read back against its digest. Any thread. */
#ifndef LOOPHOLE_STORE_ARTEFACT_H
#define LOOPHOLE_STORE_ARTEFACT_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"
#include "schema_persist.h"

enum { ARTEFACT_INLINE = 1024, ARTEFACT_NAME_SIZE = 192 };

/* "ab/HASH-TYPE-VERSION"; with parameters "ab/HASH-TYPE-PARAMETERS' HASH-VERSION". Returns `to`. */
const char *artefact_name(struct bytes content, struct text type, struct text parameters, uint64_t version,
                          char to[ARTEFACT_NAME_SIZE]);

/* True when `type` may be part of a file's name: 1 to 32 of a-z, 0-9 and _. */
bool artefact_type_is_good(struct text type);

/* True: it is a file, which is there and durable before a row names it. */
bool artefact_is_large(const struct artefact *artefact);

/* What its row says. The texts of `kept` point into `artefact` and `digest`. */
void artefact_describe(const struct artefact *artefact, uint8_t digest[16], struct kept_artefact *kept);

/* The files of a few large artefacts: first written, then made durable together. */
struct artefact_files {
    struct buffer all;  /* their names, each with a closing zero */
    struct buffer made; /* of those that were not there before, byte for byte */
    int disk;           /* file_open_disk, before the first of them; 0: not yet */
};

/* The file is there when it returns, and durable after artefact_settle. One that holds these bytes already stays, for a
 * row may name it. Errors: full, io, denied. */
enum err artefact_write(const struct paths *paths, struct bytes content, const struct artefact *artefact,
                        struct artefact_files *files, struct fault *fault);

/* All of them are durable when it returns, for the price of few: of one, where the disk can be synced as a whole.
 * Errors: full, io. */
enum err artefact_settle(const struct paths *paths, const struct artefact_files *files, struct fault *fault);

/* After a failure: removes what was made. A file whose sync failed once would seem durable the next time. */
void artefact_take_back(const struct paths *paths, const struct artefact_files *files);
void artefact_files_free(struct artefact_files *files);

/* The name after `name`, or the first for NULL; NULL: there is no other. Those that were crossed out are left out. */
const char *artefact_next_name(const struct buffer *names, const char *name);
void artefact_cross_out(struct buffer *names, const char *name);
bool artefact_add_name(struct buffer *names, const char *name); /* true */

/* Its bytes, in the arena or where `kept` points. not_found: the file is gone or not what was written: it is to be
 * made again. */
enum err artefact_read(const struct paths *paths, struct arena *arena, const char *name,
                       const struct kept_artefact *kept, struct bytes *data);

/* Removes the file of that name; nothing when it is not there. */
void artefact_remove(const struct paths *paths, const char *name);

#endif
