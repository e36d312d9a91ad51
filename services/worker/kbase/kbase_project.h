/* kbase_project.h: a project of a database of K as a project.json. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_PROJECT_H
#define LOOPHOLE_WORKER_KBASE_PROJECT_H

#include "services/worker/kbase/kbase_content.h"

enum { KBASE_DOCUMENT_MOST = 5 << 19 /* bytes: it grows when sources become items */ };

/* Reads a project: its document and its sources, in the arena; what cannot be read becomes notes, also there. Errors
 * (explained): not_found, too_large (also: its loops or clips take too many steps). */
enum err kbase_project_read(struct kbase_content *content, uint32_t place, struct arena *arena, struct text *document,
                            struct kbase_source_list *sources, struct fault *fault);

#endif
