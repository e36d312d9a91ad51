/* handler_load.h: opens the state of a save. */
#ifndef LOOPHOLE_PROJECT_HANDLERS_HANDLER_LOAD_H
#define LOOPHOLE_PROJECT_HANDLERS_HANDLER_LOAD_H

#include "services/project/handlers/handlers.h"

/* Makes the parts of the project those of a document, as one step of undo with `more` actions. Errors: those of
 * document_read, and too_large, for which `instead` says what can be done. */
enum err handler_apply_document(struct work *work, struct txn *txn, const struct tree *document, struct text label,
                                struct action_list more, const char *instead, struct fault *fault);

#endif
