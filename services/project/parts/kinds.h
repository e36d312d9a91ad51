/* kinds.h: the keys of each kind of part, with their types and ranges. Other keys are kept as they are. Any thread. */
#ifndef LOOPHOLE_PROJECT_KINDS_H
#define LOOPHOLE_PROJECT_KINDS_H

#include "proto/wire/tree.h"
#include "schema_element.h"

/* Checks the keys of a part and brings them into their stored form: 120 becomes 120.0, "f# minor" F#min. A null is no
 * value, and stays. Errors (explained, the field names the key): bad_request. */
enum err kinds_check(int32_t kind, struct tree *body, struct arena *arena, struct fault *fault);

/* Checks the name of a project: 1 to 80 characters, no slash, no control character, no leading dot. Errors (explained):
 * bad_request. */
enum err kinds_check_name(struct text name, struct fault *fault);

/* The same for the name of a pattern, in the words of its commands. Errors: bad_request. */
enum err kinds_check_pattern_name(struct text name, struct fault *fault);

/* The key of project.json that lists the parts of a kind: "tracks"; NULL: none. */
const char *kinds_list_name(int32_t kind);

bool kinds_is_edit(int32_t kind); /* false: saved, place, current */

#endif
