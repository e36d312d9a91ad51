/* catalogue_facts.h: reads what the catalogue has about an item: its analysis, its facts, and the whole of it.
 * Strings and errors as in catalogue.h. */
#ifndef LOOPHOLE_STORE_CATALOGUE_FACTS_H
#define LOOPHOLE_STORE_CATALOGUE_FACTS_H

#include "store/catalogue.h"

/* Sets *is_analysed if an analysis of that content exists: a fact by analysis, an embedding or an artefact. An item is
 * `done` only while this is true. `analyser`, if not NULL, becomes the newest version of those facts; 0 if there are
 * none. */
enum err catalogue_is_analysed(struct txn *txn, struct arena *arena, struct bytes content, bool *is_analysed,
                               uint64_t *analyser);

/* All facts about an item from every source; and only the winning ones (user > file > composer > analysis, among the
 * shown facts), sorted by attribute. */
enum err catalogue_facts(struct txn *txn, struct arena *arena, const struct media *media, struct fact_list *all);
enum err catalogue_subject_facts(struct txn *txn, struct arena *arena, struct bytes subject, struct facts *to);
enum err catalogue_winning(struct arena *arena, struct fact_list all, struct fact_list *winning);

/* Returns a complete item for a front-end: media, path, volume, backend, winning facts. */
enum err catalogue_item(struct txn *txn, struct arena *arena, struct id id, struct item *to);

#endif
