/* deeds.h: what the service does for each ask, as tables for work.h; and their shared parts. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_DEEDS_H
#define LOOPHOLE_PROJECT_DEEDS_H

#include "services/project/deeds/deed_action.h"
#include "services/project/deeds/work.h"
#include "services/project/parts/uses.h"

extern const struct deed deed_current, deed_state, deed_show;                   /* deed_show.c */
extern const struct deed deed_list;                                             /* deed_list.c */
extern const struct deed deed_saves;                                            /* deed_show.c */
extern const struct deed deed_new, deed_set, deed_put, deed_remove, deed_close; /* deed_edit.c */
/* deed_undo.c: the phases of undo and redo, of which loop/region_undo.c makes deeds. */
enum err deed_plan_undo(struct doing *work, struct txn *txn, struct fault *fault);
enum err deed_plan_redo(struct doing *work, struct txn *txn, struct fault *fault);
enum err deed_answer_undone(struct doing *work, struct txn *txn, struct fault *fault);
extern const struct deed deed_save, deed_draft, deed_document;    /* deed_save.c */
extern const struct deed deed_check_document, deed_document_read; /* deed_show.c */
extern const struct deed deed_load, deed_open, deed_collect;      /* deed_load.c */

/* Fill the state of a project, but not `mirror`, and answer with it. The memory is the work's. `altered` compares with
 * the save number `beside`; 0: with the last save. */
enum err deed_fill_state(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                         uint64_t beside, struct project_line *state);

/* The same; also gives what the state was made of: the parts, and their resolved uses. */
enum err deed_fill_state_of(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                            uint64_t beside, struct project_line *state, struct element_list *parts,
                            struct item_uses *uses);
void deed_fill_uses(struct arena *arena, const struct element_list *parts, struct id_list *to); /* the items in use */
enum err deed_answer_state(struct doing *work, struct txn *txn, struct fault *fault);
void deed_answer_filled(struct doing *work, struct txn *txn, struct project_line *state); /* fills `mirror` */

/* A project that is opened has its own loops on the keys F1 to F12. Call it in `answer`, again after each wait: stops
 * the loops that are not of the open project. True: it waits for the streamer, at most 10 s of its
 * budget. */
bool deed_stop_other_loops(struct doing *work, struct txn *txn);

/* The loops of `from` that play are those of work->id from now on. True: as above. */
bool deed_move_loops(struct doing *work, struct id from);

/* Reads project.json in the project's folder (`before` or `after`), and compares it with the saves. */
enum err deed_read_mirror(struct doing *work, struct txn *txn, struct fault *fault);
enum err deed_read_document(struct doing *work, struct txn *txn, struct fault *fault); /* also as work->document */
struct text deed_compare_mirror(struct doing *work, struct txn *txn);

/* The parts of a save. `work->number` has its number, and `work->file` the text of project.json. deed_finish_document
 * adds the items and the number to the document, and makes that text. */
/* Errors (explained): too_large (SAVE_BYTES, or `work->file` could not be read again). */
enum err deed_check_save(const struct doing *work, const struct action *action, struct fault *fault);
struct action deed_save_action(struct doing *work, const struct tree *document, struct text content);
void deed_finish_document(struct doing *work, struct txn *txn, const struct element_list *parts,
                          const struct parts_save *last, bool is_draft, struct tree *document);
enum err deed_write_mirror(struct doing *work, struct txn *txn, struct fault *fault);

/* Makes the parts of the project those of a document, as one step of undo with `more` actions. Errors: those of
 * document_read, and too_large, for which `instead` says what can be done. */
enum err deed_apply_document(struct doing *work, struct txn *txn, const struct tree *document, struct text label,
                             struct action_list more, const char *instead, struct fault *fault);

/* The actions of the save number `work->number` with this document: at most DEED_SAVE_ACTIONS. `place` gets it; its
 * other changes go with it. Errors: those of deed_check_save. */
enum { DEED_SAVE_ACTIONS = 3 };
enum err deed_save_actions(struct doing *work, struct txn *txn, const struct tree *document, struct text content,
                           struct tree *place, struct action_list *to, struct fault *fault);
enum err deed_refuse_changed(struct text mirror, struct fault *fault); /* project.json; conflict */
void deed_finish_numbered(struct doing *work, struct tree *document);  /* sets the number, and `work->file` */

/* Writes project.json of the last save if a kill prevented that. */
enum err deed_renew_mirror(struct doing *work, struct txn *txn, struct fault *fault);
enum err deed_answer_saved(struct doing *work, struct txn *txn, struct fault *fault);

/* Refuses a name that a project other than `as` has. The name of the draft project counts as used before that project
 * is made. Errors (explained): exists. */
enum err deed_check_unused(struct doing *work, struct txn *txn, struct text name, struct id as, struct fault *fault);

/* The folder of a new project, in `work->kept`. Errors (explained): bad_request. */
enum err deed_new_folder(struct doing *work, struct bytes given, struct text name, struct fault *fault);
/* Returns the project in `work->folder`; zero if there is none, or only `but`. */
struct id deed_in_that_folder(struct doing *work, struct txn *txn, struct id but);

/* Refuses a folder that belongs to a project other than `as`. Errors (explained): exists. */
enum err deed_check_folder(struct doing *work, struct txn *txn, struct id as, struct fault *fault);
struct text deed_in_folder(struct arena *arena, struct text folder, const char *file);

#endif
