/* elements.h: the parts of projects, in DB_ELEMENT. The rows of all projects themselves, and of which one is current,
 * come first, under the zero id; the other parts follow their project's id, in the order of their ids. Saves, which are
 * large, lie under a hash of the project's id, so that a walk over the parts does not read them. Strings point into the
 * map or the arena, as in catalogue.h. Errors: those of row_get. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_ELEMENTS_H
#define LOOPHOLE_STORE_ELEMENTS_H

#include "proto/wire/tree.h"
#include "schema_element.h"
#include "store/row.h"

extern const struct id elements_current_id; /* of the row that says which project is open */
#define ELEMENTS_BEFORE "before"            /* its list of the projects that were open before, the last one first */
extern const struct id elements_draft_id;   /* of the draft project, which is open when no other one is */

/* The kits and presets of no project lie under these in place of a project: those of the catalogue, and those of the
 * workspace. */
extern const struct id elements_global_kits, elements_workspace_kits;
bool elements_is_of_no_project(struct choice kind, struct id project); /* a kit or preset under one of these */

/* The key of a part's row, as described above. */
struct key elements_key(struct choice kind, struct id project, struct id id);

/* Read, write and remove the row of one part. Removing a missing row is ok. */
enum err elements_get(struct txn *txn, struct arena *arena, struct choice kind, struct id project, struct id id,
                      struct element *to);
enum err elements_put(struct writing *w, const struct element *element);
enum err elements_remove(struct writing *w, const struct element *element);

/* False: there is no such project, or it has only some of its parts, because its opening goes on or was interrupted. A
 * project gets its place last. */
bool elements_is_complete(struct txn *txn, struct arena *arena, struct id project);

/* Return the open project, or the complete one of a name or, if none has that name, of an id. The draft of another
 * engine may have the name of this engine's draft: that one is meant. Errors: also not_found. */
enum err elements_current(struct txn *txn, struct arena *arena, struct id *project);
enum err elements_named(struct txn *txn, struct arena *arena, struct text named, struct id *project);

/* The row of a project's place, its body, and the folder that it names; "": none. The row names a folder below DATA by
 * its path from there, so that an engine that was moved or restored to another DATA has projects of its own: a place
 * that is read has the absolute path, and elements_kept_folder returns what a row keeps of it. */
struct id elements_place_id(struct id project);
enum err elements_place(struct txn *txn, struct arena *arena, struct id project, struct tree *to);
struct text elements_folder(struct txn *txn, struct arena *arena, struct id project);
struct text elements_kept_folder(struct txn *txn, struct text folder);

/* Walk all complete projects, or all other parts of one project. `seen` returns false to stop. */
enum err elements_each_project(struct txn *txn, struct arena *arena,
                               bool (*seen)(void *state, const struct element *element), void *state);
enum err elements_each_part(struct txn *txn, struct arena *arena, struct id project,
                            bool (*seen)(void *state, const struct element *element), void *state);

#endif
