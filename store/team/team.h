/* team.h: what the members of this engine's team say about sounds. A row of DB_TEAM has the newest statement of each
 * member about one field of one content; the latest holds. DB_TEAM_OUT names the rows in which the server lacks what
 * this engine says. Only persist writes. Strings point into the map or the arena, as in catalogue.h. The owner of
 * the transaction. Errors: not_found; full; internal for a row that does not decode. */
#ifndef LOOPHOLE_STORE_TEAM_TEAM_H
#define LOOPHOLE_STORE_TEAM_TEAM_H

#include "schema_team.h"
#include "store/row.h"

enum { TEAM_CONTENT = 16, TEAM_SAID = 40 /* statements of a row */, TEAM_ROWS = 1 << 20 };

/* The end of the epoch of a server that takes kits. */
#define TEAM_EPOCH_KITS "k"

/* With an empty team if this engine is in none. */
enum err team_state(struct txn *txn, struct arena *arena, struct team_state *to);

/* All items are to be compared with what the team says, whatever comparison runs. */
void team_sweep(struct team_state *state);

/* The same of kits only. */
void team_sweep_kits(struct team_state *state);

/* True if the engine joined in this home. Otherwise it was restored or copied, and nothing may be sent. */
bool team_is_here(struct txn *txn, struct arena *arena, const struct team_state *state);

/* The key of this engine at the server, of 16 bytes: a hash of the salt, the machine and the folder of the data. */
enum err team_engine(struct txn *txn, struct arena *arena, struct bytes salt, struct bytes *to);

struct key team_key(struct bytes content, struct text field); /* 32 bytes */

/* The field of a kit, and its key; and the kit of a field. False: it is none of a kit. */
struct text team_kit_field(struct arena *arena, struct id kit, struct key *key);
bool team_kit_of(struct text field, struct id *kit);

enum err team_row(struct txn *txn, struct arena *arena, const struct key *key, struct team_row *to);

/* The statement of a member; NULL: none. */
struct team_said *team_of_member(const struct team_row *row, struct text member);

/* What the server lacks of this engine's statement. Held: it has an earlier one, so that it may be withdrawn there. */
enum team_out { TEAM_OUT_NONE, TEAM_OUT_NEW, TEAM_OUT_HELD };
enum team_out team_out(struct txn *txn, const struct key *key);

/* Walks the rows of a content (empty: of no sound), passing over damaged ones. Only a row of a kit may have no
 * statement. `seen` returns false to stop. */
enum err team_each(struct txn *txn, struct arena *arena, struct bytes content,
                   bool (*seen)(void *state, const struct key *key, const struct team_row *row), void *state);

/* Puts the statement into the row in place of an older one of its member. The latest becomes the first one; of the
 * same time, that of the greater member. A row has room for the latest TEAM_SAID. `row->each` gets memory of the
 * arena. */
enum err team_say(struct arena *arena, struct team_row *row, const struct team_said *said);

/* Write; only for persist. Errors: full, io. */
enum err team_put_state(struct writing *w, const struct team_state *state);
enum err team_put_row(struct writing *w, const struct key *key, const struct team_row *row);
enum err team_put_out(struct writing *w, const struct key *key, bool is_held); /* as in team_out */

#endif
