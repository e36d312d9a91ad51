/* index_save.h: writes the index to its file, in pieces. */
#ifndef LOOPHOLE_SEARCH_INDEX_SAVE_H
#define LOOPHOLE_SEARCH_INDEX_SAVE_H

#include "services/search/index/index.h"

/* Writes in pieces, so that a large index does not block the loop. A piece fails with conflict if the index has changed
 * meanwhile; then begin again later. */
struct index_save;

enum err index_save_begin(struct index *index, const char *path, struct index_save **save, struct fault *fault);
enum err index_save_step(struct index_save *save, size_t bytes, bool *done, struct fault *fault);
void index_save_end(struct index_save *save); /* NULL is allowed; an unfinished file is removed */

#endif
