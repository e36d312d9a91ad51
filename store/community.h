/* community.h: what this studio shares with a community of studios, and what it learned from it. Only persist writes.
 * A row of DB_SHARED is one statement of this studio; those that the server has not confirmed lie in DB_OUTBOX too, in
 * the order of their numbers. DB_COMMUNITY has the lessons; readers pass over a damaged one, and the service composer
 * finds it and reads all again. Strings point into the map or the arena, as in catalogue.h.
 * The owner of the transaction. Errors: not_found; full; internal for a row that does not decode. */
#ifndef LOOPHOLE_STORE_COMMUNITY_H
#define LOOPHOLE_STORE_COMMUNITY_H

#include "schema_community.h"
#include "schema_media.h"
#include "store/row.h"

enum { COMMUNITY_CONTENT = 16 }; /* bytes of a content, of a hashed context, and of the key of a shared row */

/* The state of the exchange; all zero, at level off, before a person set a level. A level holds only in the home in
 * which a person set it: in a restored catalogue, on another machine and in a copy of the home it is off, and `confirm`
 * is the former one. */
enum err community_state(struct txn *txn, struct arena *arena, struct exchange_state *to);

/* The engine of this home, for the server: a hash of the salt, the machine and the folder of the data. A restored
 * catalogue on another machine is another engine. Errors: full, internal. */
enum err community_engine(struct txn *txn, struct arena *arena, const struct exchange_state *state, struct bytes *to);

/* The key of what an offer is about: all but its value and its number. */
struct key community_subject(const struct offer *offer);

/* The stamp of an offer that follows one with the stamp `before` (0: the first of a generation): a hash of both, of 48
 * bits, which each reader of JSON keeps exactly. */
uint64_t community_stamp(uint64_t before, const struct offer *offer);

/* Reads the offer that was shared about a subject. Errors: also not_found. */
enum err community_shared(struct txn *txn, struct arena *arena, const struct key *subject, struct offer *to);

/* The key of a lesson's row: its kind, its content, the other content, and its word. */
struct key community_lesson_key(const struct lesson *lesson);

/* Walks the lessons of a kind about one content, in the order of other contents and words. `seen` returns false to
 * stop. */
enum err community_each(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                        bool (*seen)(void *state, const struct lesson *lesson), void *state);

/* As community_each, from the first lesson on whose other content is empty and whose word is not before `word`. */
enum err community_each_from(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                             struct text word, bool (*seen)(void *state, const struct lesson *lesson), void *state);

/* The lesson of a content (empty: of the community) and a word; *to is zero if there is none. */
enum err community_about(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                         struct text word, struct lesson *to);

/* True if the row of DB_COMMUNITY decodes, and its key is that of its lesson. */
bool community_is_whole(struct txn *txn, struct arena *arena, struct bytes key, struct bytes value);

/* The community's facts about a content, of source composer; after them those of a pack's sound of which it is a copy.
 * Costs nothing while there are no lessons. */
enum err community_facts(struct txn *txn, struct arena *arena, struct bytes content, struct fact_list *to);

/* ---- excluded folders: their sounds are not shared, nor are copies of their analysed sounds elsewhere ---- */

enum { EXCLUSIONS_MOST = 256, COMMUNITY_MOST = 1 << 26 /* lessons that are kept */ };

/* All rows, in the order of their folders. A folder has one for each line of the settings that names it. A damaged row
 * has only its folder. Errors: also internal (a key is damaged). */
enum err community_exclusions(struct txn *txn, struct arena *arena, struct exclusion_list *to);
bool community_is_damaged(const struct exclusion *row);
bool community_excludes(struct txn *txn, struct id folder); /* the folder has a row */

/* Where the excluded folders are, or were last. Errors: internal (a row or a folder is damaged: share nothing). */
enum err community_excluded_paths(struct txn *txn, struct arena *arena, struct bytes_list *to);

/* True if the item, or another one with its content, is below one of these paths, or if that is unknown. */
bool community_is_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths,
                           const struct media *media);

/* The same of all items with this content. A content that no item has is not excluded. */
bool community_is_content_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths,
                                   struct bytes content);

/* Write; only for persist. Errors: full, io. */
/* Sets `home`, so that the level holds here. Errors: also internal. */
enum err community_set_home(struct txn *txn, struct arena *arena, struct exchange_state *state);
enum err community_put_exclusion(struct writing *w, const struct exclusion *exclusion);
enum err community_drop_exclusions(struct writing *w, struct arena *arena, struct id folder);
enum err community_put_state(struct writing *w, const struct exchange_state *state);
enum err community_put_offer(struct writing *w, const struct offer *offer); /* both rows */
/* If there are `most` rows already, a lesson that needs another one is passed over. */
enum err community_put_lesson(struct writing *w, const struct lesson *lesson, uint64_t most);

#endif
