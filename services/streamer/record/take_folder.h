/* take_folder.h: the folder of a take. */
#ifndef LOOPHOLE_STREAMER_TAKE_FOLDER_H
#define LOOPHOLE_STREAMER_TAKE_FOLDER_H

#include "services/streamer/record/take_state.h"

/* The inputs of the take are connected: finds its folder; then its item is due. */
void take_is_connected(struct take *take);

#endif
