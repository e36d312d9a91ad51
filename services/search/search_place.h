/* search_place.h: the items of a folder and below it, and those at an absolute path of a query. */
#ifndef LOOPHOLE_SEARCH_SEARCH_PLACE_H
#define LOOPHOLE_SEARCH_SEARCH_PLACE_H

#include "services/search/search_state.h"

/* Fills the nodes of absolute paths. Errors: those of search_read; full. */
enum err search_place_find(struct request *request, struct node *root);

/* The rows in a folder and below it; the caller frees them. Errors (explained): not_found, too_large;
 * those of search_read. */
enum err search_folder_rows(struct request *request, struct id folder, struct bitmap **rows);

/* As catalogue_folder, with not_found explained. */
enum err search_folder_read(struct request *request, struct txn *txn, struct arena *arena, struct id id,
                            struct folder *folder);

#endif
