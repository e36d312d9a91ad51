/* handler_undo.h: the phases of undo and redo, of which loop/region_undo.c makes handlers. */
#ifndef LOOPHOLE_PROJECT_HANDLERS_HANDLER_UNDO_H
#define LOOPHOLE_PROJECT_HANDLERS_HANDLER_UNDO_H

#include "services/project/handlers/handlers.h"

enum err handler_plan_undo(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_plan_redo(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_answer_undone(struct work *work, struct txn *txn, struct fault *fault);

#endif
