/* removal.h: removes items from the catalogue when a person asks for it. A library may be large: its removal is done in
 * parts (multipart.h) and is answered at the end. The library's own row is removed last, so a repeated request finishes
 * what a crash interrupted. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_REMOVAL_H
#define LOOPHOLE_PERSIST_REMOVAL_H

#include "schema_service.h"
#include "services/persist/turn/persist.h"

/* Removes one item, in the open turn. Errors (explained): not_found, internal. */
enum err removal_forget(struct persist *p, struct id media, struct done *done, struct fault *fault);

/* Removes a folder that has become empty, and then the folders above it; not those of a library. */
enum err removal_drop_folders(struct persist *p, struct id folder);

/* Begins to remove the library of this folder, or joins the removal of a repeated request. Items of another library,
 * inside it or around it, stay, also if that is added before their turn comes. Errors (explained): not_found, busy,
 * full. */
enum err removal_begin(struct persist *p, struct call *call, struct id folder);

/* Each removal in progress lists the folders again before it ends: some may have come to its library. */
void removal_outdate(struct persist *p);

/* Adds the removals in progress to `tasks`, which has room (multipart_count); counted in folders. */
void removal_list_tasks(const struct persist *p, struct task_list *tasks);

#endif
