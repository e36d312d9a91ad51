/* entry.h: the form of a media item for the index: terms, numbers and embedding. One thread. */
#ifndef LOOPHOLE_SEARCH_ENTRY_H
#define LOOPHOLE_SEARCH_ENTRY_H

#include "common/arena.h"
#include "common/id.h"
#include "services/search/index/terms.h"

/* The places after the first ENTRY_WORDS are for values alone, so that long texts displace none of them. */
enum { ENTRY_WORDS = 2048, ENTRY_TERMS = ENTRY_WORDS + 1024, ENTRY_NUMBERS = 96, ENTRY_VECTOR = 64 };

/* A number with its attribute's name. A wide one needs more than the 24 bits of a float: sizes, times. */
struct entry_number {
    struct text name;
    double value;
    bool is_wide;
};

/* How many use an item: studios of the community, and contexts here (at most USES_COUNTED). */
struct entry_used {
    uint32_t studios, contexts;
};

struct entry {
    struct arena *arena;
    struct id id;
    struct text name, notes; /* folded */
    uint32_t term_count, number_count;
    bool has_vector;
    struct entry_used used;
    struct text terms[ENTRY_TERMS]; /* keys, in any order, possibly repeated */
    struct entry_number numbers[ENTRY_NUMBERS];
    float vector[ENTRY_VECTOR];
};

/* Begins an entry. Later calls copy their texts to the arena, and drop what exceeds the entry's room. */
void entry_begin(struct entry *entry, struct arena *arena, struct id id);
void entry_words(struct entry *entry, enum term_field field, struct text from);
void entry_value(struct entry *entry, enum term_field field, struct text value); /* ignores an empty value */
void entry_id(struct entry *entry, enum term_field field, struct id id);
void entry_key(struct entry *entry, struct text key); /* a term, of at most TERM_LONGEST bytes */
void entry_number(struct entry *entry, struct text name, double value, bool is_wide); /* only finite ones */

#endif
