/* role_counts.h: the terms by which for:WORD ranks items: a role or section, and how often an item has it. The word and
 * all numbers are in the key, so all rows of a term have the same score, and a query reads no row to rank them. Field
 * TERM_FOR, the word, 0, then four numbers. Any thread. */
#ifndef LOOPHOLE_SEARCH_ROLE_COUNTS_H
#define LOOPHOLE_SEARCH_ROLE_COUNTS_H

#include "services/search/index/entry.h"

struct role_counts {
    uint32_t contexts, studios; /* that use the item in this role or section */
    struct entry_used used;     /* that use it at all */
};

/* Adds the terms of a word to the entry of an item. */
void role_counts_add(struct entry *entry, struct text word, const struct role_counts *counts);

/* The start of the keys of a word. */
struct text role_counts_start(char to[TERM_LONGEST], struct text word);

/* False: not such a key. */
bool role_counts_read(struct text key, struct role_counts *to);

#endif
