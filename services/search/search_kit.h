/* search_kit.h: what search_kit.c, which fills a kit, shares with search_kit_vary.c, which changes one. The loop's
 * thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_H

#include "services/search/search.h"

enum { SEARCH_KIT_SLOTS = 64 };

/* What a slot may have. */
struct search_kit_query {
    struct text clause, wider; /* queries: the second one for want of the first; "": none */
    const char *fact;          /* says how sure the first is */
};

/* Errors (explained): bad_request (a name that is no word). */
enum err search_kit_query(struct request *request, struct text slot, struct search_kit_query *to);

const struct fact *search_kit_fact(const struct item *item, const char *attribute); /* NULL: none */
bool search_kit_can_play(const struct item *item);                                  /* its file is here, and is audio */

/* The key of an ask (musical_key.h); -1: none. Errors (explained): bad_request. */
enum err search_kit_key(struct request *request, bool has_key, struct text key, int *to);

/* Fills item, name, content and `why`; the texts are in the arena. */
void search_kit_fill(struct arena *arena, const char *fact, const struct item *item, struct kit_pick *to);

#endif
