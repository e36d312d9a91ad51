/* search_groups.h: the groups of all items, in memory and in CACHE/search.duplicates. */
#ifndef LOOPHOLE_SEARCH_SEARCH_GROUPS_H
#define LOOPHOLE_SEARCH_SEARCH_GROUPS_H

#include "services/search/duplicates.h"

/* Takes the groups, and begins to bring them up to date for d->ids. Errors: full. */
enum err search_groups_renew(struct duplicates *d, struct txn *txn);
bool search_groups_are_wanted(struct search *search); /* a client asked for all, perhaps before the service started */

/* True if a finished search of all items can answer for `count` of them, because bringing it up to date takes less time
 * than a search of these items. */
bool search_groups_serves(struct search *search, uint32_t count);
void search_groups_keep(struct duplicates *d); /* takes d->groups again, if they are of all items */
void search_groups_write(struct duplicates *d,
                         struct fault *fault); /* after a search has ended, if something has changed */

#endif
