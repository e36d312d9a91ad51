/* catalogue_reader.h: the indexer's only reader of the store. Each call opens a transaction, reads, copies the result
 * and closes the transaction. Results lie in the caller's arena, which has no limit. Any thread; concurrent calls wait
 * for each other. Errors: not_found, offline (persist has not made the store yet), version and io (the store cannot be
 * opened). */
#ifndef LOOPHOLE_INDEXER_CATALOGUE_READER_H
#define LOOPHOLE_INDEXER_CATALOGUE_READER_H

#include "common/arena.h"
#include "common/paths.h"
#include "proto/service/service.h"
#include "schema_media.h"
#include "schema_persist.h"
#include "store/backup/survey.h"

struct catalogue_reader;

/* Opens nothing yet. `paths` must outlive the reader. */
struct catalogue_reader *catalogue_reader_new(const struct paths *paths);
void catalogue_reader_free(struct catalogue_reader *catalogue); /* NULL is allowed */

const struct paths *catalogue_reader_paths(const struct catalogue_reader *catalogue);

/* The newest revision of the change log. */
enum err catalogue_reader_head(struct catalogue_reader *catalogue, uint64_t *head);

enum err catalogue_reader_libraries(struct catalogue_reader *catalogue, struct arena *arena, struct library_list *to);
enum err catalogue_reader_volume(struct catalogue_reader *catalogue, struct arena *arena, struct id id,
                                 struct volume *to);

/* Where links of a library may lead: leads_find. */
enum err catalogue_reader_leads(struct catalogue_reader *catalogue, struct arena *arena, const struct library *library,
                                struct bytes_list *to);

/* The path of a folder; empty if its volume is offline. */
enum err catalogue_reader_folder_path(struct catalogue_reader *catalogue, struct arena *arena, struct id folder,
                                      struct bytes *path);

/* The folder of that name in `folder`; not_found if no media file below it was ever seen. */
enum err catalogue_reader_subfolder(struct catalogue_reader *catalogue, struct id folder, struct bytes name,
                                    struct id *below);

/* Calls `read` within a transaction, which it must leave soon; `read` must not call catalogue_reader_*. */
enum err catalogue_reader_within(struct catalogue_reader *catalogue, enum err (*read)(void *state, struct txn *txn),
                                 void *state);

/* Calls `seen` for the places directly in a folder, in byte order of their names. `seen` must not call
 * catalogue_reader_*; its arguments are valid during the call. */
enum err catalogue_reader_places(struct catalogue_reader *catalogue, struct id folder,
                                 bool (*seen)(void *state, struct bytes file, const struct kept_place *place),
                                 void *state);
enum err catalogue_reader_subfolders(struct catalogue_reader *catalogue, struct arena *arena, struct id folder,
                                     struct folder_list *to);

/* The result of a client's ask that this service sent to persist: changelog_done. */
enum err catalogue_reader_done(struct catalogue_reader *catalogue, const struct sender *sender, struct id *id);

/* The record of an item. */
enum err catalogue_reader_media(struct catalogue_reader *catalogue, struct arena *arena, struct id id,
                                struct media *to);

/* A fact that the item's own file contains; not_found if the file does not have it. */
enum err catalogue_reader_statement(struct catalogue_reader *catalogue, struct arena *arena, struct id id,
                                    struct text attribute, struct fact *to);

/* The path of the item's file, and its volume; the path is empty if the volume is offline. */
enum err catalogue_reader_where(struct catalogue_reader *catalogue, struct arena *arena, const struct media *media,
                                struct bytes *path, struct volume *volume);

/* The same path while the volume is away: with its last mount point. */
enum err catalogue_reader_last_path(struct catalogue_reader *catalogue, struct arena *arena, const struct media *media,
                                    struct bytes *path);

/* A file with that content that can be read, and its item: catalogue_reachable. */
enum err catalogue_reader_reachable(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                    struct media *media, struct bytes *path);

/* Rows of artefacts: survey_read. */
enum err catalogue_reader_artefacts(struct catalogue_reader *catalogue, struct arena *arena, struct key *from,
                                    uint32_t most, struct survey_rows *rows, bool *more);

/* Searches the first `max` items with that content, oldest id first, for one for which `fits` is true; else
 * not_found. */
enum err catalogue_reader_find_alike(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                     uint32_t max, bool (*fits)(const void *state, const struct media *media),
                                     const void *state, struct media *to);

/* Up to `max` items with that content and an id after `after`, oldest id first. */
enum err catalogue_reader_with_content(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content,
                                       struct id after, uint32_t max, struct media_list *to);

#endif
