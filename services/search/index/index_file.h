/* index_file.h: the index's file, CACHE/search.index. After a header with catalogue, revision, size and hashes come
 * the columns, aligned to pages and as in memory, so that they can be mapped. The file is a cache: a damaged one is
 * dropped and made again from the store. So it is renamed into place without a sync. One thread. */
#ifndef LOOPHOLE_SEARCH_INDEX_FILE_H
#define LOOPHOLE_SEARCH_INDEX_FILE_H

#include "services/search/index/index.h"

/* Loads into an open, empty index. After an error the index must be cleared. Errors: not_found, version, io, internal
 * (damaged), full. */
enum err index_file_load(struct index *index, const char *path, struct fault *fault);

/* Writes in pieces, so that a large index does not block the loop. A piece fails with conflict if the index has changed
 * meanwhile; then begin again later. */
struct index_save;
enum err index_save_begin(struct index *index, const char *path, struct index_save **save, struct fault *fault);
enum err index_save_step(struct index_save *save, size_t bytes, bool *done, struct fault *fault);
void index_save_end(struct index_save *save); /* NULL is allowed; an unfinished file is removed */

#endif
