/* library_row.h: the row of a library, and the mark of its folder, in the open turn. Errors: those of the store. The
 * loop's thread. */
#ifndef LOOPHOLE_PERSIST_LIBRARY_ROW_H
#define LOOPHOLE_PERSIST_LIBRARY_ROW_H

#include "services/persist/turn/persist.h"

/* Reads a library and its folder. Errors: not_found. */
enum err library_row_read(struct persist *p, struct id id, struct library *library, struct folder *folder);

/* Remove or put the row. `was` is the row of its folder before, which is a library or not. Both add to the change log.
 * The backend and the fetching that a person set are kept: a library that is put again without them gets the former
 * ones (library_row_recover). */
enum err library_row_remove(struct persist *p, const struct folder *was);
enum err library_row_put(struct persist *p, const struct library *library, const struct folder *was);

/* Reads the kept settings of a removed library. Errors: not_found (none were kept). */
enum err library_row_recover(struct persist *p, struct id id, struct library *library);
enum err library_row_drop_kept(struct persist *p, struct id id); /* also if nothing is kept */

/* Lists the removed folders that were trees of the library, and whose settings are kept. Errors: full, io. */
enum err library_row_kept_trees(struct persist *p, const struct library *around, struct id_list *to);

enum { LIBRARY_TREES = 1000 };

/* Selects the trees of a list: true if `tree` belongs to the library `around`. */
typedef bool library_row_fits(struct persist *p, const struct library *tree, struct id around);
bool library_row_is_within(struct persist *p, const struct library *tree, struct id around); /* a mount, a folder */

/* Lists the trees that fit, in p->arena; further ones than LIBRARY_TREES are left out. Errors: full, io. */
enum err library_row_trees(struct persist *p, struct id around, library_row_fits *fits, struct id_list *to);

#endif
