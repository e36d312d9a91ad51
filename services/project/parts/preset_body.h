/* preset_body.h: a preset as a part: its keys are those of the record `preset` without id, scope, project and revision.
 * Other keys are kept. Any thread; all memory is in the arena, without a limit. */
#ifndef LOOPHOLE_PROJECT_PRESET_BODY_H
#define LOOPHOLE_PROJECT_PRESET_BODY_H

#include "proto/wire/tree.h"
#include "schema_element.h"
#include "schema_kit.h"

/* Reads a part of kind preset, with its scope. Errors (explained): bad_request, too_large. */
enum err preset_body_read(const struct element *part, struct arena *arena, struct preset *to, struct fault *fault);

/* The body `was` ("{}": a new one) with the values of the preset. */
struct text preset_body_write(const struct preset *preset, struct text was, struct arena *arena);

/* Checks a body that a client or a file gives. Errors: those of preset_body_read. */
enum err preset_body_check(const struct tree *body, struct arena *arena, struct fault *fault);

#endif
