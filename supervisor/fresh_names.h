/* fresh_names.h: a start that adopts nothing draws a new word for the engine, so that no other user could take the
 * names of its shared memory before. For the supervisor, which holds both of its locks. */
#ifndef LOOPHOLE_SUPERVISOR_FRESH_NAMES_H
#define LOOPHOLE_SUPERVISOR_FRESH_NAMES_H

#include "common/shared/board.h"
#include "proto/service/service.h"

/* Keeps the word while anything of the engine runs. Else it removes what a dead engine left under the old one, draws
 * another, keeps it in DATA/names, and makes the board. Names that another user holds are passed over, and noted for
 * `loophole doctor`. Errors: those of board_make. */
enum err fresh_names_board(struct service *service, struct board **board, struct fault *fault);

#endif
