/* removal.h: items that go out of the catalogue after a person's word. A library may be large: it goes in parts
 * (multipart.h) and is answered at the end. What a crash leaves undone is done when the request is repeated: the
 * library itself goes last. */
#ifndef LOOPHOLE_PERSIST_REMOVAL_H
#define LOOPHOLE_PERSIST_REMOVAL_H

#include "schema_service.h"
#include "services/persist/turn/persist.h"

/* Errors (explained): not_found, internal. */
enum err removal_forget(struct persist *p, struct id media, struct done *done, struct fault *fault);

/* Begins to remove the library of this folder, or goes on for a request that did. Items of another library, inside it
 * or around it, stay. Errors (explained): not_found, busy, full. */
enum err removal_begin(struct persist *p, struct call *call, struct id folder);

/* Those under way as tasks, counted in folders. */
void removal_list_tasks(const struct persist *p, struct arena *arena, struct task_list *tasks);

#endif
