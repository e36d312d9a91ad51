/* catalogue.h: reads the catalogue's records in a transaction of store.h. Only persist writes them (catalogue_write.h).
 * A folder directly below a mount has parent zero; the mount's own directory is the folder with parent zero and no
 * name. Strings point into the map or the arena: copy them before the transaction ends (codec_copy). The owner of the
 * transaction. Errors: not_found; full; internal for a record that does not decode (`store check` reports it). */
#ifndef LOOPHOLE_STORE_CATALOGUE_H
#define LOOPHOLE_STORE_CATALOGUE_H

#include "common/arena.h"
#include "common/hash.h"
#include "schema_persist.h"
#include "store/store.h"

enum err catalogue_id(struct txn *txn, struct id *catalogue);             /* a restore makes a new one */
enum err catalogue_head(struct txn *txn, uint64_t *tail, uint64_t *head); /* of the change log; 0, 0 if it is empty */

/* Returns a hash of the change log's row at `revision`; zeros if there is none. Two stores with equal hashes have the
 * same history up to that revision. If an older copy of a store continued separately, the hashes differ. */
struct hash catalogue_change_hash(struct txn *txn, uint64_t revision);

/* Read one record by its id, its folder and file name, its volume and name, its identity, or its content. */
enum err catalogue_media(struct txn *txn, struct arena *arena, struct id id, struct media *to);
enum err catalogue_place(struct txn *txn, struct arena *arena, struct id folder, struct bytes file, struct id *media);
enum err catalogue_folder(struct txn *txn, struct arena *arena, struct id id, struct folder *to);
enum err catalogue_folder_named(struct txn *txn, struct id volume, struct id parent, struct bytes name,
                                struct id *folder);
enum err catalogue_volume(struct txn *txn, struct arena *arena, struct id id, struct volume *to);
enum err catalogue_library(struct txn *txn, struct arena *arena, struct id id, struct library *to); /* as kept */
enum err catalogue_volume_identified(struct txn *txn, struct text identity, struct id *volume);
enum err catalogue_embedding(struct txn *txn, struct arena *arena, struct bytes content, struct embedding *to);
/* Converts an artefact of an older layout, so `to` always contains a record of artefact.schema. Errors: also not_found
 * for a damaged artefact. */
enum err catalogue_artefact(struct txn *txn, const struct paths *paths, struct arena *arena, struct bytes content,
                            struct text type, struct artefact *to);

/* True if the artefact has a row, even if its file is missing or damaged. */
bool catalogue_has_artefact(struct txn *txn, struct bytes content, struct text type);

enum err catalogue_each_place(struct txn *txn, struct arena *arena, struct id folder,
                              bool (*seen)(void *state, struct bytes file, const struct kept_place *place),
                              void *state);
enum err catalogue_each_in_folder(struct txn *txn, struct arena *arena, struct id folder,
                                  bool (*seen)(void *state, const struct media *media), void *state);
enum err catalogue_each_subfolder(struct txn *txn, struct arena *arena, struct id folder,
                                  bool (*seen)(void *state, const struct folder *folder), void *state);
/* The subfolders whose names are greater than `name`. */
enum err catalogue_each_subfolder_after(struct txn *txn, struct arena *arena, struct id folder, struct bytes name,
                                        bool (*seen)(void *state, const struct folder *folder), void *state);
enum err catalogue_each_with_content(struct txn *txn, struct bytes content, bool (*seen)(void *state, struct id media),
                                     void *state);
/* The first item with this content; zeros: none has it. */
enum err catalogue_first_with_content(struct txn *txn, struct bytes content, struct id *to);
enum err catalogue_has_content(struct txn *txn, struct bytes content,
                               bool *has); /* sets *has if an item has this content */
/* The items whose ids are greater than `after`. */
enum err catalogue_each_with_content_after(struct txn *txn, struct bytes content, struct id after,
                                           bool (*seen)(void *state, struct id media), void *state);
/* The changes after a revision. Errors: internal (a row is damaged, or names another revision than its key). */
enum err catalogue_each_change(struct txn *txn, struct arena *arena, uint64_t after_revision,
                               bool (*seen)(void *state, const struct change *change), void *state);

#endif
