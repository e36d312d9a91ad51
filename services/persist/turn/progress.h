/* progress.h: the progress of a request that is done in parts (multipart.h), as numbers in the one row that it has in
 * DB_PARTS (store/parts.h). So the same request, sent again after a death, continues. The loop's thread, in the open
 * turn. */
#ifndef LOOPHOLE_PERSIST_PROGRESS_H
#define LOOPHOLE_PERSIST_PROGRESS_H

#include "services/persist/turn/multipart.h"

enum { PROGRESS_MOST = 8 /* numbers */ };

/* Stores the numbers, in place of earlier ones, for as long as the log has the request's newest change. Does nothing
 * while the request has made no change. Errors: full, io. */
enum err progress_store(struct persist *p, const struct multipart *work, const uint64_t *numbers, uint32_t count);

/* Reads the numbers, and sets work->revision; leaves all as they are if none are stored. Errors: internal (another
 * count), io. */
enum err progress_read(struct persist *p, struct id request, struct multipart *work, uint64_t *numbers, uint32_t count);

/* Removes them; ok if there are none. Errors: full, io. */
enum err progress_drop(struct persist *p, struct id request);

#endif
