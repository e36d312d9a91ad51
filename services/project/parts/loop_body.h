/* loop_body.h: a loop as a part: its keys are those of the record `loop` without project, state, placeholder, voice and
 * at. Other keys are kept. Any thread; all memory is in the arena, without a limit. */
#ifndef LOOPHOLE_PROJECT_LOOP_BODY_H
#define LOOPHOLE_PROJECT_LOOP_BODY_H

#include "proto/wire/tree.h"
#include "schema_element.h"
#include "schema_loop.h"

enum { LOOP_FKEY_FIRST = 1073741882, LOOP_FKEY_LAST = 1073741893, LOOP_KEYS = 12 };

/* Reads a part of kind loop. False: it has no key F1 to F12, so another program made it. */
bool loop_body_read(const struct element *part, struct arena *arena, struct loop *to);

/* The body `was` ("{}": a new one) with the values of the loop. */
struct text loop_body_write(const struct loop *loop, struct text was, struct arena *arena);

/* Checks what the types of the keys do not say, for a body that a client or a file gives. Errors (explained; the field
 * names the key): bad_request. */
enum err loop_body_check(const struct tree *body, struct arena *arena, struct fault *fault);

#endif
