/* catalogue_write.h: writing the catalogue's records so that its indexes agree with them. persist's alone. Nothing is
 * checked here but what an index needs: the caller has checked the rest. After an error the transaction can only be
 * aborted. `was` is the record as it is (NULL: none), `now` what it becomes; both outside the map. */
#ifndef LOOPHOLE_STORE_CATALOGUE_WRITE_H
#define LOOPHOLE_STORE_CATALOGUE_WRITE_H

#include "store/catalogue.h"
#include "store/row.h"

/* The record, its place and its content. A content that no item has any more goes with its facts, embedding and
 * artefacts; names of files that are then unused are added to `w->dropped`. */
enum err catalogue_put_media(struct writing *w, const struct media *was, const struct media *now);
enum err catalogue_remove_media(struct writing *w, const struct media *was); /* and its own facts */

/* The row of an item's place alone; what it says; whether two say the same. */
enum err catalogue_put_place(struct writing *w, const struct media *now);
struct kept_place catalogue_kept_place(const struct media *media);
bool catalogue_is_same_place(const struct kept_place *a, const struct kept_place *b);

enum err catalogue_put_folder(struct writing *w, const struct folder *was, const struct folder *now);
enum err catalogue_remove_folder(struct writing *w, const struct folder *was);
enum err catalogue_put_volume(struct writing *w, const struct volume *now); /* an identity never changes */
enum err catalogue_put_library(struct writing *w, const struct library *now);
enum err catalogue_remove_library(struct writing *w, struct id folder);

/* `subject`: 16 bytes, a content or a media id. No facts: no row. */
enum err catalogue_put_facts(struct writing *w, struct bytes subject, const struct facts *now);
enum err catalogue_put_embedding(struct writing *w, struct bytes content, const struct embedding *now);
enum err catalogue_put_artefact(struct writing *w, struct bytes content, struct text type, struct text parameters,
                                const struct kept_artefact *now);

/* The first row of that content whose type and parameters are not listed; not_found: there is none. */
enum err catalogue_unlisted_artefact(struct txn *txn, struct bytes content, struct artefact_list listed,
                                     struct key *found);
enum err catalogue_remove_artefact(struct writing *w, const struct key *key); /* its file is added to w->dropped */

#endif
