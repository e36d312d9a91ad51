/* catalogue_write.h: writes the catalogue's records and keeps its indexes consistent. Only for persist. It checks only
 * what an index needs; the caller has checked the rest. After an error the transaction can only be aborted. `was` is
 * the current record (NULL: none), `now` the new one; both lie outside the map. Errors: full, io, internal. The owner
 * of the transaction. */
#ifndef LOOPHOLE_STORE_CATALOGUE_WRITE_H
#define LOOPHOLE_STORE_CATALOGUE_WRITE_H

#include "store/catalogue.h"
#include "store/row.h"

/* Writes the record, its place and its content. A content without items is removed with its facts, embedding and
 * artefacts; names of files that are then unused are added to `w->dropped`. */
enum err catalogue_put_media(struct writing *w, const struct media *was, const struct media *now);
/* Writes two items of which each gets the place and content of the other. */
enum err catalogue_exchange_media(struct writing *w, const struct media was[2], const struct media now[2]);
enum err catalogue_remove_media(struct writing *w, const struct media *was); /* and its own facts */

/* Writes only the row of an item's place; makes its value; compares two values. */
enum err catalogue_put_place(struct writing *w, const struct media *now);
struct kept_place catalogue_kept_place(const struct media *media);
bool catalogue_is_same_place(const struct kept_place *a, const struct kept_place *b);

/* Folders, volumes and libraries, each with the rows of its indexes. */
enum err catalogue_put_folder(struct writing *w, const struct folder *was, const struct folder *now);
enum err catalogue_remove_folder(struct writing *w, const struct folder *was);
enum err catalogue_put_volume(struct writing *w, const struct volume *now); /* an identity never changes */
enum err catalogue_put_library(struct writing *w, const struct library *now);
enum err catalogue_remove_library(struct writing *w, struct id folder);

/* `subject` is 16 bytes, a content or a media id. No facts: no row. */
enum err catalogue_put_facts(struct writing *w, struct bytes subject, const struct facts *now);
enum err catalogue_put_embedding(struct writing *w, struct bytes content, const struct embedding *now);
enum err catalogue_put_artefact(struct writing *w, struct bytes content, struct text type, struct text parameters,
                                const struct kept_artefact *now);

/* Finds the first row of that content whose type and parameters are not in `listed`; not_found if there is none. */
enum err catalogue_unlisted_artefact(struct txn *txn, struct bytes content, struct artefact_list listed,
                                     struct key *found);
enum err catalogue_remove_artefact(struct writing *w, const struct key *key); /* adds its file to w->dropped */

#endif
