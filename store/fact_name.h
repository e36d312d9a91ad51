/* fact_name.h: what the name of a fact says about its value; no other file parses names. There are two conventions:
 * "tag:warm" says whether the item has the tag: 1 from an analysis that finds it, 0 if a person denies it. "unlike:ID"
 * marks two items as not alike; it is the user's fact about one of them and applies to both. Any thread. */
#ifndef LOOPHOLE_STORE_FACT_NAME_H
#define LOOPHOLE_STORE_FACT_NAME_H

#include "schema_media.h"

enum { FACT_NAME_UNLIKE_SIZE = 8 + ID_TEXT_SIZE };

/* True if facts of this name are words, also those that look like a number: class 808. */
bool fact_name_is_word(struct text attribute);

/* Returns the tag that a fact of this name is about; empty if none. */
struct text fact_name_tag(struct text attribute);

/* Returns the tag that the item has by this fact; empty if the fact is not about a tag, or denies it. */
struct text fact_name_heard_tag(const struct fact *fact);

/* Returns the other item of an unlike mark; false if the name is not a mark. */
bool fact_name_other(struct text attribute, struct id *other);

/* Writes the name of the mark. Returns `to`. */
struct text fact_name_unlike(struct id other, char to[FACT_NAME_UNLIKE_SIZE]);

/* Between the values of a fact that can have several, such as a genre: "Techno; Ambient". */
#define FACT_NAME_BETWEEN "; "

/* Takes the next value of such a fact; false at the end. */
bool fact_name_take_value(struct text *values, struct text *value);

/* True if the value is one of `values`. */
bool fact_name_has_value(struct text values, struct text value);

/* True if something reads facts of this name: queries find the item by it, or play and send obey it. Other names are
 * free. Below: the known name that differs in the fewest letters; never NULL. */
bool fact_name_is_known(struct text attribute);
const char *fact_name_nearest(struct text attribute);

#endif
