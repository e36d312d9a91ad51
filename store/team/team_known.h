/* team_known.h: which statements a version contains. The value of a statement about a kit begins with a line of what
 * its member knew: pairs of a member and the time of its statement (`own`), separated by commas. A statement that
 * another one knows is older than that, whatever their clocks say. Any thread. */
#ifndef LOOPHOLE_STORE_TEAM_TEAM_KNOWN_H
#define LOOPHOLE_STORE_TEAM_TEAM_KNOWN_H

#include "common/clock.h"
#include "store/team/team.h"

enum { TEAM_KNOWN = 64 /* members; of more, the latest stay */ };

struct team_known {
    uint32_t count;
    struct team_known_one {
        struct text member;
        usec_t own;
    } at[TEAM_KNOWN];
};

/* False: the line has anything else than such pairs. */
bool team_known_read(struct text line, struct team_known *to);
struct text team_known_write(struct arena *arena, const struct team_known *known);

usec_t team_known_of(const struct team_known *known, struct text member); /* 0: nothing of this member */
void team_known_add(struct team_known *known, struct text member, usec_t own);
void team_known_merge(struct team_known *known, const struct team_known *with);

/* Bounds what is known of each member by its statement in the row: nothing else was there to be read, so more is a lie,
 * or of a statement that a later one replaced. */
void team_known_bound(struct team_known *known, const struct team_row *row);

/* Divides a value into what its member knew, and the rest after that line. False: it is no such value. */
bool team_known_split(struct text value, struct team_known *known, struct text *rest);

/* The latest of the statements that no other one of the row knows; if each is known by another one, because a member
 * lies, the latest of all. Left out are values without a line, and those of `passed`, which has a flag for each
 * statement. NULL: none is left. */
const struct team_said *team_newest(struct arena *arena, const struct team_row *row, const bool *passed);

#endif
