/* places_lookup.h: finds the item and the folder of an operation, and turns file names into text. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_PLACES_LOOKUP_H
#define LOOPHOLE_PERSIST_PLACES_LOOKUP_H

#include "services/persist/turn/persist.h"

/* Read the item or folder of an operation. Errors (explained): not_found, internal. */
enum err places_find(struct persist *p, struct id id, struct media *media, struct fault *fault);
enum err places_find_folder(struct persist *p, struct id id, struct folder *folder, struct fault *fault);

/* For work on many items, after an item was read with the result `e`: true if its row is missing or damaged. The work
 * leaves such an item as it is; the log names it. */
bool places_pass_over(struct id id, enum err e);

/* Checks a name: 1 to 255 bytes that a folder can contain. Errors: bad_request. */
enum err places_check_name(struct bytes name, const char *field, struct fault *fault);

/* Checks the hash of a content: 16 bytes. Errors (explained): bad_request. */
enum err places_check_content(struct bytes content, const char *field, struct fault *fault);

/* Checks the types of artefacts. Errors (explained): bad_request, with the field `artefacts`. */
enum err places_check_artefacts(struct artefact_list artefacts, struct fault *fault);

/* Errors: not_found (explained). */
enum err places_check_folder(struct persist *p, struct id id, struct fault *fault);

/* Whether a folder lies below a library; the folder itself does not count. */
enum err places_lie_in_library(struct persist *p, const struct folder *folder, bool *lies);

/* The name of a file or folder as UTF-8 of at most 255 bytes; U+FFFD replaces each invalid byte. */
struct text places_text(struct arena *arena, struct bytes name);

/* The name of a new item: its file's name without the extension, as UTF-8. */
struct text places_title(struct arena *arena, struct bytes file);

#endif
