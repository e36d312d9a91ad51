/* artefact.h: where an artefact's bytes are: up to 1 KB in its row, else the file DATA/artefact/NAME, written whole and
 * read back against its digest. Any thread. */
#ifndef LOOPHOLE_STORE_ARTEFACT_H
#define LOOPHOLE_STORE_ARTEFACT_H

#include "schema_persist.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"

enum { ARTEFACT_INLINE = 1024, ARTEFACT_NAME_SIZE = 192 };

/* "ab/HASH-TYPE-VERSION"; with parameters "ab/HASH-TYPE-PARAMETERS' HASH-VERSION". Returns `to`. */
const char *artefact_name(struct bytes content, struct text type, struct text parameters, uint64_t version,
                          char to[ARTEFACT_NAME_SIZE]);

/* True when `type` may be part of a file's name: 1 to 32 of a-z, 0-9 and _. */
bool artefact_type_is_good(struct text type);

/* How `artefact` is kept; a large one is in its file when it returns, and its name, with a closing zero, in
 * `unsettled`: it is durable after artefact_settle. The texts of `kept` point into `artefact` and `digest`. Errors:
 * full, io, denied. */
enum err artefact_keep(const struct paths *paths, struct bytes content, const struct artefact *artefact,
                       uint8_t digest[16], struct kept_artefact *kept, struct buffer *unsettled, struct fault *fault);

/* All files named there are durable when it returns, for the price of few; empties `unsettled`. Errors: full, io. */
enum err artefact_settle(const struct paths *paths, struct buffer *unsettled, struct fault *fault);

/* Its bytes, in the arena or where `kept` points. not_found: the file is gone or not what was written: to be made
 * anew. */
enum err artefact_read(const struct paths *paths, struct arena *arena, const char *name,
                       const struct kept_artefact *kept, struct bytes *data);

/* Removes the file of that name; nothing when it is not there. */
void artefact_remove(const struct paths *paths, const char *name);

#endif
