/* stated.h: what a person changes is a statement to the team of this engine, in the same commit. Each field of an
 * edit is one. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_STATED_H
#define LOOPHOLE_PERSIST_STATED_H

#include "services/persist/turn/persist.h"
#include "store/team/team.h"

/* Writes the fields of an edit as statements without a time and a member, in `arena`. Left out: what has no field,
 * and words that would steer a terminal. Errors: full. */
enum err stated_fields(struct arena *arena, struct bytes content, const struct edit *edit, struct team_said_list *to);

/* The opposite: adds the statement to an edit whose lists have room. False: this program does not know the field, or
 * the value is invalid. */
bool stated_add(const struct team_said *said, struct edit *to);

/* States each field of the edit at the time `at` (0: now, and later than all that is known) if this engine is in a
 * team. Does nothing for an item without content, and below an excluded folder. Errors: full, io, internal. */
enum err stated_by_edit(struct persist *p, const struct media *media, const struct edit *edit);

/* True if nothing may be said about the item, or the content: it, or a copy of it, is below an excluded folder. */
bool stated_is_excluded(struct persist *p, const struct media *media);
bool stated_is_content_excluded(struct persist *p, struct bytes content);

/* Reads the row of a field; a new or damaged one is empty. Errors: too_large (a new row, and the rows of the team have
 * no room here), full, io. */
enum err stated_read_row(struct persist *p, const struct key *key, struct team_row *to);

/* Adds what a member said to the row, and writes it. Errors: full, io. */
enum err stated_write_row(struct persist *p, const struct key *key, struct team_row *row, const struct team_said *said);

/* True if this engine has not spoken about the field, or withdrew it, and something else holds, or nothing. */
bool stated_is_news(struct persist *p, const struct team_state *state, const struct team_said *said);

/* States one thing. `state` gets the later clock; the caller keeps it. */
enum err stated_put(struct persist *p, struct team_state *state, const struct team_said *said);

#endif
