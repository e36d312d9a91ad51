/* handlers.h: the handlers that work.h runs, and their shared parts. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_HANDLERS_H
#define LOOPHOLE_PROJECT_HANDLERS_H

#include "services/project/handlers/work.h"
#include "services/project/parts/action.h"
#include "services/project/parts/uses.h"

extern const struct handler handler_current, handler_state, handler_show;                         /* handler_show.c */
extern const struct handler handler_list;                                                         /* handler_list.c */
extern const struct handler handler_saves;                                                        /* handler_show.c */
extern const struct handler handler_new, handler_set, handler_put, handler_remove, handler_close; /* handler_edit.c */
extern const struct handler handler_check_document, handler_document_read;                        /* handler_show.c */
extern const struct handler handler_load, handler_open, handler_collect;                          /* handler_load.c */

/* The parts of a save. `work->number` has its number, and `work->file` the text of project.json.
 * handler_finish_document adds the items and the number to the document, and makes that text. */

/* The actions of the save number `work->number` with this document: at most HANDLER_SAVE_ACTIONS. `place` gets it; its
 * other changes go with it. Errors: those of handler_check_save. */
enum { HANDLER_SAVE_ACTIONS = 3 };

#endif
