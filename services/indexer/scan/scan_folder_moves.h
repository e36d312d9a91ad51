/* scan_folder_moves.h: folders that moved. */
#ifndef LOOPHOLE_INDEXER_SCAN_FOLDER_MOVES_H
#define LOOPHOLE_INDEXER_SCAN_FOLDER_MOVES_H

#include "services/indexer/scan/scan_state.h"

/* Moves each folder of the catalogue that is gone, and whose items are all at their places below one new folder. It is
 * one move for all of them, and their `fresh` then say that none moved. Call it before scan_place_folders. */
enum err scan_folder_moves_send(struct scan *scan, struct fresh *fresh, struct fault *fault);

#endif
