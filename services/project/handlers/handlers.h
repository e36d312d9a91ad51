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
/* handler_undo.c: the phases of undo and redo, of which loop/region_undo.c makes handlers. */
enum err handler_plan_undo(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_plan_redo(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_answer_undone(struct work *work, struct txn *txn, struct fault *fault);
extern const struct handler handler_save, handler_draft, handler_document; /* handler_save.c */
extern const struct handler handler_check_document, handler_document_read; /* handler_show.c */
extern const struct handler handler_load, handler_open, handler_collect;   /* handler_load.c */

/* Fill the state of a project, but not `mirror`, and answer with it. The memory is the work's. `altered` compares with
 * the save number `beside`; 0: with the last save. */
enum err handler_fill_state(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                            uint64_t beside, struct project_line *state);

/* The same; also gives what the state was made of: the parts, and their resolved uses. */
enum err handler_fill_state_of(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                               uint64_t beside, struct project_line *state, struct element_list *parts,
                               struct item_uses *uses);
void handler_fill_uses(struct arena *arena, const struct element_list *parts,
                       struct id_list *to); /* the items in use */
enum err handler_answer_state(struct work *work, struct txn *txn, struct fault *fault);
void handler_answer_filled(struct work *work, struct txn *txn, struct project_line *state); /* fills `mirror` */

/* A project that is opened has its own loops on the keys F1 to F12. Call it in `answer`, again after each wait: stops
 * the loops that are not of the open project. True: it waits for the streamer, at most 10 s of its
 * budget. */
bool handler_stop_other_loops(struct work *work, struct txn *txn);

/* The loops of `from` that play are those of work->id from now on. True: as above. */
bool handler_move_loops(struct work *work, struct id from);

/* Reads project.json in the project's folder (`before` or `after`), and compares it with the saves. */
enum err handler_read_mirror(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_read_document(struct work *work, struct txn *txn, struct fault *fault); /* also as work->document */
struct text handler_compare_mirror(struct work *work, struct txn *txn);

/* The parts of a save. `work->number` has its number, and `work->file` the text of project.json.
 * handler_finish_document adds the items and the number to the document, and makes that text. */
/* Errors (explained): too_large (SAVE_BYTES, or `work->file` could not be read again). */
enum err handler_check_save(const struct work *work, const struct action *action, struct fault *fault);
struct action handler_save_action(struct work *work, const struct tree *document, struct text content);
void handler_finish_document(struct work *work, struct txn *txn, const struct element_list *parts,
                             const struct parts_save *last, bool is_draft, struct tree *document);
enum err handler_write_mirror(struct work *work, struct txn *txn, struct fault *fault);

/* Makes the parts of the project those of a document, as one step of undo with `more` actions. Errors: those of
 * document_read, and too_large, for which `instead` says what can be done. */
enum err handler_apply_document(struct work *work, struct txn *txn, const struct tree *document, struct text label,
                                struct action_list more, const char *instead, struct fault *fault);

/* The actions of the save number `work->number` with this document: at most HANDLER_SAVE_ACTIONS. `place` gets it; its
 * other changes go with it. Errors: those of handler_check_save. */
enum { HANDLER_SAVE_ACTIONS = 3 };
enum err handler_save_actions(struct work *work, struct txn *txn, const struct tree *document, struct text content,
                              struct tree *place, struct action_list *to, struct fault *fault);
enum err handler_refuse_changed(struct text mirror, struct fault *fault); /* project.json; conflict */
void handler_finish_numbered(struct work *work, struct tree *document);   /* sets the number, and `work->file` */

/* Writes project.json of the last save if a kill prevented that. */
enum err handler_renew_mirror(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_answer_saved(struct work *work, struct txn *txn, struct fault *fault);

/* Refuses a name that a project other than `as` has. The name of the draft project counts as used before that project
 * is made. Errors (explained): exists. */
enum err handler_check_unused(struct work *work, struct txn *txn, struct text name, struct id as, struct fault *fault);

/* The folder of a new project, in `work->kept`. Errors (explained): bad_request. */
enum err handler_new_folder(struct work *work, struct bytes given, struct text name, struct fault *fault);
/* Returns the project in `work->folder`; zero if there is none, or only `but`. */
struct id handler_in_that_folder(struct work *work, struct txn *txn, struct id but);

/* Refuses a folder that belongs to a project other than `as`. Errors (explained): exists. */
enum err handler_check_folder(struct work *work, struct txn *txn, struct id as, struct fault *fault);
struct text handler_in_folder(struct arena *arena, struct text folder, const char *file);

#endif
