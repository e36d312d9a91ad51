/* places_lookup.h: the item and the folder of an operation, and names of files as text. */
#ifndef LOOPHOLE_PERSIST_PLACES_LOOKUP_H
#define LOOPHOLE_PERSIST_PLACES_LOOKUP_H

#include "services/persist/turn/persist.h"

/* The item of an operation. Errors (explained): not_found, internal. */
enum err places_find(struct persist *p, struct id id, struct media *media, struct fault *fault);

/* A name of 1 to 255 bytes that can be in a folder. Errors: bad_request. */
enum err places_check_name(struct bytes name, const char *field, struct fault *fault);

/* Errors: not_found (explained). */
enum err places_check_folder(struct persist *p, struct id id, struct fault *fault);

/* The name of a file or folder as UTF-8 of at most 255 bytes: U+FFFD in place of each byte that is not. */
struct text places_text(struct arena *arena, struct bytes name);

/* The name of a new item: its file's name without the extension, as UTF-8. */
struct text places_title(struct arena *arena, struct bytes file);

#endif
