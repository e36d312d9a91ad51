/* import_note.h: what the place of a project says of the bundle that was imported as this project. Pure; all memory is
 * in the arena. */
#ifndef LOOPHOLE_PROJECT_IMPORT_NOTE_H
#define LOOPHOLE_PROJECT_IMPORT_NOTE_H

#include "proto/wire/tree.h"
#include "schema_project.h"

void import_note_put(struct tree *place, struct arena *arena, const struct bundle_import *from);

/* Reads it; of a project that is of no bundle the texts are empty, and the filters are *.wav and *.flac. */
void import_note_read(const struct tree *place, struct arena *arena, struct bundle_import *to);

/* "imported 2 patterns, 1 mixer snapshot, 1 sound; manifest SHA256"; "": the project is of no bundle. */
struct text import_note_summary(const struct bundle_import *from, struct arena *arena);

/* The prompt of a recovery: the text of the autosave, and the summary. */
struct text import_note_prompt(const struct bundle_import *from, struct text autosaved, struct arena *arena);

#endif
