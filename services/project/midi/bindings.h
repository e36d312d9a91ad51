/* bindings.h: the MIDI bindings of a project. They are the key `midi` of the project's own part: a list of objects with
 * the keys control, target, mode, from and until. So undo, saves and copies have them. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_BINDINGS_H
#define LOOPHOLE_PROJECT_BINDINGS_H

#include "services/project/handlers/handlers.h"
#include "services/project/midi/control.h"
#include "services/project/midi/target.h"

enum { MIDI_BINDINGS = 256 };

extern const struct handler binding_handler_list, binding_handler_bind, binding_handler_check,
    binding_handler_unbind; /* binding_handlers.c */

/* Reads the bindings in the body of a project into the arena. Leaves out members that are not bindings. A binding
 * without a range gets that of its target. */
void bindings_read(const struct tree *body, struct arena *arena, struct midi_bindings *to);

/* The value of the key `midi`: the entries of `present` that are no bindings, then `bindings`, then the bindings of
 * `present` beyond the bound. NULL: there is none. */
struct tree bindings_tree(const struct midi_bindings *bindings, const struct tree *present, struct arena *arena);

#endif
