/* item_line.h: the only file that makes an item_line (schemas/cli.schema) from an item, and prints it. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ITEM_LINE_H
#define LOOPHOLE_FRONTENDS_CLI_ITEM_LINE_H

#include "frontends/cli/base/cli.h"

/* The line of an item. Its lists are in the arena, its texts in the item's memory. */
void item_line_make(struct arena *arena, const struct item *item, struct item_line *line);
bool item_line_has(struct text key); /* a key of each item, or of each fact beside its name */

/* The key of an item that --fields names, also by the name of a field of queries: dur is duration_s. In the arena. */
const char *item_key(struct text typed, struct arena *arena);
void item_json(struct buffer *to, const struct item *item, const char *fields); /* `fields` NULL: all */

/* With the contexts that use it. */
void item_json_found(struct buffer *to, const struct media_found *found, const char *fields);
void item_cell(struct buffer *to, const struct item *item, const char *field); /* one value, in the form for people */

#define ITEM_LENGTH "duration_s" /* the fact that a MIDI file has in place of frames */

double item_seconds(const struct media *media);                               /* 0: unknown */
double item_length(const struct item *item);                                  /* as item_seconds, or of that fact */
const struct fact *item_fact(const struct item *item, const char *attribute); /* NULL: none */

#endif
