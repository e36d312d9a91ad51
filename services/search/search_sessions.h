/* search_sessions.h: sessions of other programs that scans found. */
#ifndef LOOPHOLE_SEARCH_SEARCH_SESSIONS_H
#define LOOPHOLE_SEARCH_SEARCH_SESSIONS_H

#include "services/search/search_state.h"

enum err search_sessions(struct search *search, struct call *call, const struct search_sessions *ask,
                         struct sessions_found *answer);

#endif
