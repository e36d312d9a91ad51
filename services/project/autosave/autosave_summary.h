/* autosave_summary.h: what the layout of an autosave says of a document (document.h). Pure; any thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_SUMMARY_H
#define LOOPHOLE_PROJECT_AUTOSAVE_SUMMARY_H

#include "proto/wire/tree.h"

bool autosave_is_empty(const struct tree *document); /* it has no parts but the project and its sound */

/* The number of parts in each list; what a preview would play: the tempo and the pattern of its sound. */
struct tree autosave_count_parts(const struct tree *document, struct arena *arena);
struct tree autosave_preview(const struct tree *document, struct arena *arena);

#endif
