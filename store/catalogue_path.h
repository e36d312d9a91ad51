/* catalogue_path.h: places, libraries and items by their paths. */
#ifndef LOOPHOLE_STORE_CATALOGUE_PATH_H
#define LOOPHOLE_STORE_CATALOGUE_PATH_H

#include "store/catalogue.h"

/* Walks. `seen` returns false to stop. A library with a damaged row, its own or of its place, is left out. */
enum err catalogue_each_library(struct txn *txn, struct arena *arena,
                                bool (*seen)(void *state, const struct library *library), void *state);
/* Returns the current path of its file: the volume's mount, the folders and the name. Empty if the volume is offline.
 * `volume` becomes that volume. */
enum err catalogue_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path,
                        struct volume *volume);
enum err catalogue_folder_path(struct txn *txn, struct arena *arena, struct id folder, struct bytes *path);
/* Returns the library whose folder is the mount itself, so that it contains the whole volume; zero: there is none. */
enum err catalogue_mount_library(struct txn *txn, struct arena *arena, struct id volume, struct id *library);
/* As catalogue_path. Also replaces media->availability, which is the word of its row, by its current state: the word
 * and the state of its place give that (availability.h). Sets `backend` to the backend of its place. */
enum err catalogue_state(struct txn *txn, struct arena *arena, struct media *media, struct bytes *path,
                         struct volume *volume, enum backend *backend);
/* As catalogue_path. If the volume is offline, the path begins with its last mount point. */
enum err catalogue_last_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path);
enum err catalogue_folder_last_path(struct txn *txn, struct arena *arena, struct id folder, struct bytes *path);
/* The path of its file below the root of its volume, also if the volume is offline; absolute if the volume has no
 * identity of its own (root). */
enum err catalogue_relative_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path);
/* Returns the first item of that content whose file is readable according to the catalogue, and its path. not_found:
 * all are missing or offline, or there is none. */
enum err catalogue_reachable(struct txn *txn, struct arena *arena, struct bytes content, struct media *media,
                             struct bytes *path);
/* Returns the item at an absolute path: on the online volume whose mount is the longest prefix of it, then by
 * folders. */
enum err catalogue_at_path(struct txn *txn, struct arena *arena, struct bytes path, struct id *media);
/* Returns the online volume whose mount is the longest prefix of an absolute path. */
enum err catalogue_volume_at(struct txn *txn, struct arena *arena, struct bytes path, struct volume *to);
/* Returns the folder at an absolute path, in the same way. */
enum err catalogue_folder_at(struct txn *txn, struct arena *arena, struct bytes path, struct id *folder);

#endif
