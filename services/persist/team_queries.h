/* team_queries.h: saved queries as statements to the team: the field query:NAME, of no sound. Its value is the sort,
 * a line end, and the query; empty: it was removed. Runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_TEAM_QUERIES_H
#define LOOPHOLE_PERSIST_TEAM_QUERIES_H

#include "services/persist/edit/stated.h"

/* As queries_put and queries_remove, for a person: a saved query is also said to the team. */
enum err team_queries_put(struct persist *p, const struct kept_query *query, struct done *answer, struct fault *fault);
enum err team_queries_remove(struct persist *p, struct text name, struct done *answer, struct fault *fault);

/* States the saved queries that the team does not know, at the times when they were saved. */
enum err team_queries_compare(struct persist *p, struct team_state *state);

/* Saves or removes what the statement is about. One that is no valid query changes nothing. Errors: full, io. */
enum err team_queries_follow(struct persist *p, const struct team_said *said);

#endif
