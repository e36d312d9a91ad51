/* search_kit_signs.h: what speaks for a sound of a kit: what a person said and used, the project, and the community. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_SIGNS_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_SIGNS_H

#include "services/search/kit/signs.h"
#include "services/search/search_state.h"

/* The rows with a tag, a genre or a class of this name; or a family too. The caller frees them. */
struct bitmap *search_kit_rows_said(struct request *request, struct text word, bool with_families);

/* The rows with one of the words; NULL: there are no words. The caller frees them. */
struct bitmap *search_kit_rows_with(struct request *request, const struct text_list *words, bool with_families);

/* Fills `to`, which is empty; the caller frees it, also after an error. Errors (explained): bad_request (an unknown
 * section); those of search_rows. */
enum err search_kit_find_signs(struct request *request, struct txn *txn, const struct search_pick_kit *ask, int key,
                               struct kit_signs *to);

#endif
