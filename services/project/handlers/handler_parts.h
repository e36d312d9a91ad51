/* handler_parts.h: the phases that handlers share. */
#ifndef LOOPHOLE_PROJECT_HANDLERS_HANDLER_PARTS_H
#define LOOPHOLE_PROJECT_HANDLERS_HANDLER_PARTS_H

#include "services/project/handlers/handlers.h"

/* Fill the state of a project, but not `mirror`, and answer with it. The memory is the work's. `altered` compares with
 * the save number `beside`; 0: with the last save. */
enum err handler_fill_state(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                            uint64_t beside, struct project_line *state);
/* The same; also gives what the state was made of: the parts, and their resolved uses. */
enum err handler_fill_state_of(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                               uint64_t beside, struct project_line *state, struct element_list *parts,
                               struct item_uses *uses);
enum err handler_answer_state(struct work *work, struct txn *txn, struct fault *fault);
void handler_answer_filled(struct work *work, struct txn *txn, struct project_line *state); /* fills `mirror` */
/* A project that is opened has its own loops on the keys F1 to F12. Call it in `answer`, again after each wait: stops
 * the loops that are not of the open project. True: it waits for the streamer, at most 10 s of its budget. */
bool handler_stop_other_loops(struct work *work, struct txn *txn);
/* The loops of `from` that play are those of work->id from now on. True: as above. */
bool handler_move_loops(struct work *work, struct id from);
/* Reads project.json in the project's folder (`before` or `after`), and compares it with the saves. */
enum err handler_read_mirror(struct work *work, struct txn *txn, struct fault *fault);
enum err handler_read_document(struct work *work, struct txn *txn, struct fault *fault); /* also as work->document */
struct text handler_compare_mirror(struct work *work, struct txn *txn);
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
