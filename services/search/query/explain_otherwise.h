/* explain_otherwise.h: fields in another spelling. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_OTHERWISE_H
#define LOOPHOLE_SEARCH_EXPLAIN_OTHERWISE_H

#include "services/search/query/explain_state.h"

/* Recognises fields in another spelling: A minor, dur<0.5s, 120 bpm, AND. */
void explain_otherwise(struct explain *x);

#endif
