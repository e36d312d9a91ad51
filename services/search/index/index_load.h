/* index_load.h: reads the index from its file. */
#ifndef LOOPHOLE_SEARCH_INDEX_LOAD_H
#define LOOPHOLE_SEARCH_INDEX_LOAD_H

#include "services/search/index/index_layout.h"

/* Loads into an open, empty index. After an error the index must be cleared. Errors: not_found, version, io, internal
 * (damaged), full. */
enum err index_file_load(struct index *index, const char *path, struct fault *fault);

/* The index's columns in the order of their sections; NULL for the postings. */
struct column *index_layout_column(struct index *index, uint32_t part);

#endif
