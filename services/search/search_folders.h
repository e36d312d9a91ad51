/* search_folders.h: the folders of a folder, for front-ends that list them. */
#ifndef LOOPHOLE_SEARCH_SEARCH_FOLDERS_H
#define LOOPHOLE_SEARCH_SEARCH_FOLDERS_H

#include "services/search/search_state.h"

enum err search_folders(struct request *request, const void *ask, void *answer);

#endif
