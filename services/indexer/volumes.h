/* volumes.h: the volumes of the libraries, which appear, disappear and move. */
#ifndef LOOPHOLE_INDEXER_VOLUMES_H
#define LOOPHOLE_INDEXER_VOLUMES_H

#include "services/indexer/state.h"

/* Reads the rows of the libraries' volumes: the libraries of a volume that appeared, disappeared or moved are
 * scanned. */
void volumes_follow(struct indexer *indexer);
void volumes_take_change(void *state, const void *body, bool gap); /* availability.changed */
void volumes_take_mount(void *state, const void *body, bool gap);  /* availability.mounted */

#endif
