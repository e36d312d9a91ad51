/* stated_kit.h: the global kits as statements to the team of this engine: the field kit:ID, of no sound (team_known.h,
 * store/kit/kit_text.h). A change is a statement in its commit; several that were not sent are one. A kit that cannot
 * be said stays here only, and its row has the reason. The loop's thread, in the open turn. */
#ifndef LOOPHOLE_PERSIST_STATED_KIT_H
#define LOOPHOLE_PERSIST_STATED_KIT_H

#include "services/persist/edit/stated.h"
#include "store/elements.h"
#include "store/team/team_known.h"

/* The row of a kit, and the kit here. */
struct stated_kit {
    struct id id;
    struct text field;
    struct key key;
    struct team_row row;
    bool is_here;
    struct element part; /* if it is here */
    struct text text;    /* of the kit here, with its own name; empty: it is not here, or has none */
    struct fault why;    /* why it cannot be said; code 0: it can */
    bool is_unchanged;   /* it is as it was said or put last */
};

/* A kit that was here before its first statement in this team: nothing tells whether the team has it. */
static inline bool stated_kit_is_unknown(const struct stated_kit *kit)
{
    return kit->is_here && !kit->row.has_hash;
}

/* Errors: too_large (a new row, and the rows of the team have no room here), full, io. */
enum err stated_kit_read(struct persist *p, struct id kit, struct stated_kit *to);

/* Writes the row. `stated_kit_is_now`: notes that the team has the kit as it is here, by the statement of this member
 * and time `own`, and what it contains. */
enum err stated_kit_write(struct persist *p, const struct stated_kit *kit);
void stated_kit_is_now(struct persist *p, struct stated_kit *kit, const struct team_known *known, struct text member,
                       usec_t own);

/* States a kit that was changed or removed here and can be said. A kit that is unknown is said only when all that the
 * team says of kits was read, and it says nothing of this one. `state` gets the later clock; the caller keeps it.
 * Errors: full, io. */
enum err stated_kit_say(struct persist *p, struct team_state *state, struct id kit);

/* After each change of a part by a client, by undo or by redo. Does nothing for other parts than global kits, and
 * without a team. Errors: full, io. */
enum err stated_by_part(struct persist *p, struct choice kind, struct id project, struct id id);

#endif
