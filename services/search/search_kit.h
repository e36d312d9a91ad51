/* search_kit.h: what the files that fill and change kits share: search_kit.c fills one, search_kit_vary.c changes one,
 * search_kit_slots.c knows the slots, search_kit_signs.c what speaks for a sound. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_H

#include "services/search/kit/signs.h"
#include "services/search/search.h"
#include "store/catalogue.h"

enum { SEARCH_KIT_SLOTS = 64 };

/* ---- search_kit_slots.c ---- */

/* The slots of the ask, or the usual ones of its family. */
struct text_list search_kit_names(const struct search_pick_kit *ask, struct arena *arena);

/* The name without a number at its end: perc of perc12. */
struct text search_kit_stem(struct text name);

/* What a slot may have. */
struct search_kit_query {
    struct text clause, wider; /* queries: the second one for want of the first; "": none */
    struct text facts;         /* say how sure it is: of search_kit_know */
};

/* Errors (explained): bad_request (a name that is no word). */
enum err search_kit_query(struct request *request, struct text slot, struct search_kit_query *to);

const struct fact *search_kit_fact(const struct item *item, const char *attribute); /* NULL: none */
bool search_kit_can_play(const struct item *item);                                  /* its file is here, and is audio */

/* The surest of the facts of a slot. Without any, the confidence is 0. */
struct search_kit_known {
    struct text word; /* "kick", "tag:riser"; of the item */
    double confidence;
};
struct search_kit_known search_kit_know(const struct item *item, struct text facts);

/* Fills item, name, content and `why`; the texts are in the arena. */
void search_kit_fill(struct arena *arena, struct text facts, const struct item *item, struct kit_pick *to);

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

#endif
