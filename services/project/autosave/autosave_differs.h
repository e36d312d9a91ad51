/* autosave_differs.h: what a state of a project has that another one lacks, in words for a person. Pure; any thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_DIFFERS_H
#define LOOPHOLE_PROJECT_AUTOSAVE_DIFFERS_H

#include "proto/wire/schema.h"
#include "proto/wire/tree.h"

enum { AUTOSAVE_DIFFERS_MOST = 32, AUTOSAVE_NAMES_MOST = 4 };

/* Compares two documents (document.h); `save` NULL: there is none. Each line names a list and up to four of its parts:
 * "2 tracks added: Drums, Bass". The text is in the arena. */
struct text_list autosave_differs(const struct tree *draft, const struct tree *save, struct arena *arena);

#endif
