/* uses.h: contexts, and the items that they use. A row of DB_USE stays when its use has ended, and when its item
 * has left the catalogue. The owner of the transaction. Errors: not_found; full; internal for a row that does not
 * decode. */
#ifndef LOOPHOLE_STORE_USES_H
#define LOOPHOLE_STORE_USES_H

#include "schema_media.h"
#include "store/row.h"

/* Reads the record of a context. */
enum err uses_context(struct txn *txn, struct arena *arena, struct id id, struct context *to);

/* Reads the row of the item, role, section and track of `use`. */
enum err uses_read(struct txn *txn, struct arena *arena, struct id context, const struct use *use, struct use *to);

/* Walk the uses of a context, in the order of items, or of an item, in the order of contexts; ended ones too. `seen`
 * returns false to stop. Texts are valid until it returns in a read transaction, and stay in the arena otherwise. */
enum err uses_each(struct txn *txn, struct arena *arena, struct id context,
                   bool (*seen)(void *state, const struct use *use), void *state);
enum err uses_each_of(struct txn *txn, struct arena *arena, struct id media,
                      bool (*seen)(void *state, struct id context, const struct use *use), void *state);

/* As uses_each and uses_each_of, from the keys alone: `at`, `ended` and the track are not filled. Much faster. */
enum err uses_each_place(struct txn *txn, struct id context, bool (*seen)(void *state, const struct use *use),
                         void *state);
enum err uses_each_place_of(struct txn *txn, struct id media,
                            bool (*seen)(void *state, struct id context, const struct use *use), void *state);

/* True for a use by a kit or by the pads of a project, which mostly have the sounds of a kit; a clip has a track. */
bool uses_is_of_kit(const struct use *use);

/* The contexts that use the item, or used it; counts at most USES_COUNTED. */
enum { USES_COUNTED = 1000 };
uint32_t uses_count_contexts(struct txn *txn, struct id media);

/* Write; only for persist. Errors: full, io. */
enum err uses_put_context(struct writing *w, const struct context *context);
enum err uses_put(struct writing *w, struct id context, const struct use *use);
enum err uses_remove(struct writing *w, struct id context, const struct use *use);
enum err uses_remove_context(struct writing *w, struct id context); /* which has no uses; ok if there is none */

#endif
