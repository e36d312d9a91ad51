/* search_map.h: the pages of a map, which is made when it is first asked for. */
#ifndef LOOPHOLE_SEARCH_SEARCH_MAP_H
#define LOOPHOLE_SEARCH_SEARCH_MAP_H

#include "services/search/search_state.h"

/* Lists running maps; stops one (Errors: not_found); closes all. */
void search_map_list_tasks(struct search *search, struct arena *arena, struct service_status *to);
enum err search_map_cancel(void *search, struct id task, struct fault *fault);
void search_map_close(struct search *search);

enum err search_map(struct request *request, const void *ask, void *answer);

#endif
