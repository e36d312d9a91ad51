/* fresh_names.h: a start that adopts nothing chooses a new random word for the engine, so that no other user can take
 * the names of its shared memory first. For the supervisor, which has both of its locks. */
#ifndef LOOPHOLE_SUPERVISOR_FRESH_NAMES_H
#define LOOPHOLE_SUPERVISOR_FRESH_NAMES_H

#include "common/shared/board.h"
#include "proto/service/service.h"

/* Keeps the word while any part of the engine runs. Otherwise it removes the objects of a dead engine with the old
 * word, draws a new one, writes it to DATA/names, and makes the board. Skips names that another user has, and notes
 * them for `loophole doctor`. Errors: those of board_make. */
enum err fresh_names_board(struct service *service, struct board **board, struct fault *fault);

#endif
