/* kit_body.h: a kit as a part: its keys are those of the record `kit` without id, scope, project, revision, loaded,
 * held and silent. Other keys are kept. Any thread; all memory is in the arena, without a limit. */
#ifndef LOOPHOLE_STORE_KIT_KIT_BODY_H
#define LOOPHOLE_STORE_KIT_KIT_BODY_H

#include "proto/wire/tree.h"
#include "schema_element.h"
#include "schema_kit.h"

enum { KIT_SLOTS = 128, KITS_MOST = 1024 /* of one scope or project */ };

/* Reads a part of kind kit, with its scope. Keys that this version does not know are left out. Layers have their
 * defaults set. Errors (explained): bad_request, too_large. */
enum err kit_body_read(const struct element *part, struct arena *arena, struct kit *to, struct fault *fault);

/* The body `was` ("{}": a new one) with the values of the kit. */
struct text kit_body_write(const struct kit *kit, struct text was, struct arena *arena);

/* The same for the record of any part that lies in the scopes of kits: reads the keys of a body that `shape` declares,
 * without those of the row, into the zeroed `to`; and the body `was` with the values of the record. Errors (explained):
 * bad_request, too_large. */
enum err kit_body_record(const struct tree *body, const struct shape *shape, struct arena *arena, void *to,
                         struct fault *fault);
struct text kit_body_keep(const struct shape *shape, const void *record, struct text was, struct arena *arena);
int32_t kit_body_scope(struct id project); /* what lies under `project` has this scope */

/* Checks what the bounds of the schema do not say: names, that no two slots share a name or a pad, and the ranges of
 * layers. Errors (explained, the field is the path of the value): bad_request. */
enum err kit_body_check_kit(const struct kit *kit, struct fault *fault);

/* Both checks for a body that a client or a file gives. Errors: those of kit_body_read and kit_body_check_kit. */
enum err kit_body_check(const struct tree *body, struct arena *arena, struct fault *fault);

#endif
