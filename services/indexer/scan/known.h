/* known.h: what the catalogue knows. The indexer's only reader of the store: each call opens a transaction, reads,
 * copies out and closes it. Any thread; calls wait for each other. */
#ifndef LOOPHOLE_INDEXER_KNOWN_H
#define LOOPHOLE_INDEXER_KNOWN_H

#include "common/arena.h"
#include "common/paths.h"
#include "proto/service/service.h"
#include "schema_media.h"
#include "schema_persist.h"
#include "store/care/survey.h"

struct known;

/* Opens nothing yet: every call below gives offline until persist has made the store, and version or io when it can't
 * be opened. `paths` outlives it. Errors: full. */
enum err known_new(const struct paths *paths, struct known **known, struct fault *fault);
void known_free(struct known *known); /* NULL is allowed */

enum err known_libraries(struct known *known, struct arena *arena, struct library_list *to);
enum err known_volume(struct known *known, struct arena *arena, struct id id, struct volume *to);

/* The newest revision of the change log. */
enum err known_head(struct known *known, uint64_t *head);

/* The folder of that name in a folder; not_found when no file below it was ever seen. */
enum err known_subfolder(struct known *known, struct id folder, struct bytes name, struct id *below);

/* The places directly in a folder, in the order of their names' bytes; not recursive. `seen` must not call
 * known_*, and what it is given ends with the call. */
enum err known_places(struct known *known, struct id folder,
                      bool (*seen)(void *state, struct bytes file, const struct kept_place *place), void *state);
enum err known_subfolders(struct known *known, struct arena *arena, struct id folder, struct folder_list *to);

/* What persist did for a client's ask that this service sent it: changelog_done. */
enum err known_done(struct known *known, const struct sender *sender, struct id *id);

enum err known_media(struct known *known, struct arena *arena, struct id id, struct media *to);

/* What the item's own file states under that name; not_found when it states nothing. */
enum err known_statement(struct known *known, struct arena *arena, struct id id, struct text attribute,
                         struct fact *to);

/* Where its file should be, and on which volume; an empty path when that is offline. */
enum err known_where(struct known *known, struct arena *arena, const struct media *media, struct bytes *path,
                     struct volume *volume);

/* A file with that content, and its item: catalogue_reachable. */
enum err known_reachable(struct known *known, struct arena *arena, struct bytes content, struct media *media,
                         struct bytes *path);

/* Rows of artefacts: survey_read. */
enum err known_artefacts(struct known *known, struct arena *arena, struct key *from, uint32_t most,
                         struct survey_rows *rows, bool *more);

/* The first among the first `max` items with that content, oldest id first, for which `fits` is true; not_found. */
enum err known_find_alike(struct known *known, struct arena *arena, struct bytes content, uint32_t max,
                          bool (*fits)(const void *state, const struct media *media), const void *state,
                          struct media *to);

/* Up to `max` items with that content whose ids come after `after`, oldest id first. */
enum err known_with_content(struct known *known, struct arena *arena, struct bytes content, struct id after,
                            uint32_t max, struct media_list *to);

#endif
