/* leads.h: where links on the path of a file may lead. Any thread. */
#ifndef LOOPHOLE_STORE_LEADS_H
#define LOOPHOLE_STORE_LEADS_H

#include "common/arena.h"
#include "schema_media.h"
#include "store/store.h"

/* Into the folder of `library` unless a link made it a tree, into the
 * libraries that a person added, and into volumes that are drives or shares, or that a person marked; all of them as
 * they are here now. Only "/", anywhere, if the library or the library around it has follow_links. `library` NULL: it
 * is in none. The first 4,096. */
enum err leads_find(struct txn *txn, struct arena *arena, const struct library *library, struct bytes_list *to);

/* The leads of the library of the last item: of many items, most lie in one library. Zeroed before the first. */
struct leads_before {
    bool is_set;
    struct id library; /* zero: none */
    struct bytes_list leads;
};

/* Sets item->leads. `before` may be NULL. */
enum err leads_set(struct txn *txn, struct arena *arena, struct item *item, struct leads_before *before);

#endif
