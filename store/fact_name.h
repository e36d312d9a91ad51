/* fact_name.h: the two conventions in names of facts, which no other file parses. "tag:warm" says whether the item has
 * the tag: 1 as the analysis hears it, 0 when a person says that it has not. "unlike:ID" marks two items as not alike;
 * it is a person's own fact about one of them and holds both ways. Any thread. */
#ifndef LOOPHOLE_STORE_FACT_NAME_H
#define LOOPHOLE_STORE_FACT_NAME_H

#include "common/arena.h"
#include "schema_media.h"

enum { FACT_NAME_UNLIKE_SIZE = 8 + ID_TEXT_SIZE };

/* The tag that a fact of this name is about; empty: it is about none. */
struct text fact_name_tag(struct text attribute);

/* The tag that the item has by this fact; empty: it is about no tag, or its answer is no. */
struct text fact_name_heard_tag(const struct fact *fact);

/* The other item of a mark; false: the name is none of a mark. */
bool fact_name_other(struct text attribute, struct id *other);

/* The name of the mark. Returns `to`. */
struct text fact_name_unlike(struct id other, char to[FACT_NAME_UNLIKE_SIZE]);

#endif
