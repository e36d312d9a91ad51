/* index_file.h: the index in a file, CACHE/search.index: a header with catalogue, revision, size and hashes,
 * then each column from a page's start, as it is in memory, so that it is mapped again. It is a cache: whatever
 * is wrong with it, it is dropped and made again from the store; so it is renamed into its place without
 * being synced. One thread. */
#ifndef LOOPHOLE_SEARCH_INDEX_FILE_H
#define LOOPHOLE_SEARCH_INDEX_FILE_H

#include "services/search/index/index.h"

/* Into an index that is open and empty. When it fails the index is to be cleared. Errors: not_found, version,
 * io, internal (damaged), full. */
enum err index_file_load(struct index *index, const char *path, struct fault *fault);

/* Writing in pieces, so that a large index never holds up the loop. A piece notes when the index has changed
 * meanwhile: conflict, and all is to be begun again later. */
struct index_save;
enum err index_save_begin(struct index *index, const char *path, struct index_save **save, struct fault *fault);
enum err index_save_step(struct index_save *save, size_t bytes, bool *done, struct fault *fault);
void index_save_end(struct index_save *save); /* NULL is allowed; leaves no file when it is not done */

#endif
