/* slots.h: the usual slots of kits, what a slot may have, and how sure that is. One thread for each arena, which has no
 * limit. */
#ifndef LOOPHOLE_SEARCH_KIT_SLOTS_H
#define LOOPHOLE_SEARCH_KIT_SLOTS_H

#include "common/arena.h"
#include "schema_search.h"
#include "store/catalogue.h"

enum { KIT_SLOTS = 64 };

/* The slots of the ask, or the usual ones of its family. */
struct text_list kit_slots_names(const struct search_pick_kit *ask, struct arena *arena);

/* The name without a number at its end: perc of perc12. */
struct text kit_slots_stem(struct text name);

/* What a slot may have. */
struct kit_slot_query {
    struct text clause, wider; /* queries: the second one for want of the first; "": none */
    struct text facts;         /* say how sure it is: of kit_slots_know */
};

/* Errors (explained): bad_request (a name that is no word). */
enum err kit_slots_query(struct arena *arena, struct text slot, struct kit_slot_query *to, struct fault *fault);

const struct fact *kit_slots_fact(const struct item *item, const char *attribute); /* NULL: none */
bool kit_slots_can_play(const struct item *item);                                  /* its file is here, and is audio */

/* The surest of the facts of a slot. Without any, the confidence is 0. */
struct kit_known {
    struct text word; /* "kick", "tag:riser"; of the item */
    double confidence;
};
struct kit_known kit_slots_know(const struct item *item, struct text facts);

/* Fills item, name, content and `why`; the texts are in the arena. */
void kit_slots_fill(struct arena *arena, struct text facts, const struct item *item, struct kit_pick *to);

#endif
