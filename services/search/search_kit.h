/* search_kit.h: what the files that fill and change kits share: search_kit.c fills one, search_kit_vary.c changes one,
 * search_kit_signs.c finds what speaks for a sound. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_H

#include "services/search/kit/signs.h"
#include "services/search/kit/slots.h"
#include "services/search/search_state.h"

/* ---- search_kit.c ---- */

/* The key of an ask (musical_key.h); -1: none. Errors (explained): bad_request. */
enum err search_kit_key(struct request *request, bool has_key, struct text key, int *to);

/* ---- search_kit_signs.c ---- */

/* The rows with a tag, a genre or a class of this name; or a family too. The caller frees them. */
struct bitmap *search_kit_rows_said(struct request *request, struct text word, bool with_families);

/* Fills `to`, which is empty; the caller frees it, also after an error. Errors (explained): bad_request (an unknown
 * section); those of search_rows. */
enum err search_kit_find_signs(struct request *request, struct txn *txn, const struct search_pick_kit *ask, int key,
                               struct kit_signs *to);

enum err search_pick_kit(struct request *request, const void *ask, void *answer); /* search_kit.c */

#endif
