/* handler_save.h: saves, and what reads a save. */
#ifndef LOOPHOLE_PROJECT_HANDLERS_HANDLER_SAVE_H
#define LOOPHOLE_PROJECT_HANDLERS_HANDLER_SAVE_H

#include "services/project/handlers/handlers.h"

extern const struct handler handler_save, handler_draft, handler_document;
void handler_fill_uses(struct arena *arena, const struct element_list *parts,
                       struct id_list *to); /* the items in use */
/* Errors (explained): too_large (SAVE_BYTES, or `work->file` could not be read again). */
enum err handler_check_save(const struct work *work, const struct action *action, struct fault *fault);
struct action handler_save_action(struct work *work, const struct tree *document, struct text content);
void handler_finish_document(struct work *work, struct txn *txn, const struct element_list *parts,
                             const struct parts_save *last, bool is_draft, struct tree *document);
enum err handler_write_mirror(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_save_actions(struct work *work, struct txn *txn, const struct tree *document, struct text content,
                              struct tree *place, struct action_list *to, struct fault *fault);
enum err handler_refuse_changed(struct text mirror, struct fault *fault); /* project.json; conflict */
void handler_finish_numbered(struct work *work, struct tree *document);   /* sets the number, and `work->file` */
/* Writes project.json of the last save if a kill prevented that. */
enum err handler_renew_mirror(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_answer_saved(struct work *work, struct txn *txn, struct fault *fault);

#endif
