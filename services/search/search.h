/* search.h: begin and end of the service, and the table of its asks. */
#ifndef LOOPHOLE_SEARCH_SEARCH_H
#define LOOPHOLE_SEARCH_SEARCH_H

#include "services/search/search_state.h"

/* Opens the index from its file, or an empty one. Errors: full. */
enum err search_open(struct search *search, struct service *service, struct fault *fault);
void search_close(struct search *search); /* writes the index's file */

/* The asks of schemas/search.schema. */
extern const struct search_handlers search_handlers;

#endif
