/* folder_moves.h: a folder that another program moved or renamed, and its items that follow it. In the open turn. The
 * loop's thread.
 *
 *   found elsewhere: its row changes, and a step of the scope moves ──► a person takes the step back: the row has its
 *   first place again, the items below become missing (repack.h), and no scan follows the move again (kept_places.h) */
#ifndef LOOPHOLE_PERSIST_FOLDER_MOVES_H
#define LOOPHOLE_PERSIST_FOLDER_MOVES_H

#include "services/persist/turn/persist.h"

/* Errors (explained): those of folders_move; denied (a person took this move back). */
enum err folder_moves_follow(struct persist *p, const struct persist_move_folder *ask, struct done *done,
                             struct fault *fault);

/* Takes a move back, or does it again. Errors (explained): not_found (the folder), conflict (the folder around its
 * place is gone, or another folder has that place), internal. */
enum err folder_moves_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                           struct fault *fault);

#endif
