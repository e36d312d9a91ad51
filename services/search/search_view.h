/* search_view.h: the media of one project, or the global library. */
#ifndef LOOPHOLE_SEARCH_SEARCH_VIEW_H
#define LOOPHOLE_SEARCH_SEARCH_VIEW_H

#include "services/search/search_state.h"

/* Keeps only the rows of a view (enum media_view) of the project of this name or id; "": the open one.
 * Errors (explained): not_found; those of search_read. */
enum err search_view_cut(struct request *request, int32_t view, struct text project, struct bitmap *rows);

/* Fills the nodes of view:, for the open project. Errors: as above; full. */
enum err search_view_find(struct request *request, struct node *root);

#endif
