/* search_get.h: single items, and single artefacts. */
#ifndef LOOPHOLE_SEARCH_SEARCH_GET_H
#define LOOPHOLE_SEARCH_SEARCH_GET_H

#include "services/search/search_state.h"

enum err search_get(struct search *search, struct call *call, const struct search_get *ask, struct media_found *answer);
enum err search_get_artefact(struct search *search, struct call *call, const struct search_get_artefact *ask,
                             struct artefact_found *answer);
void search_remake(struct search *search, const struct indexer_remake *ask); /* asks the indexer; does not wait */

/* Reads one artefact into the call's arena. Errors: not_found, busy, full, io; the call has the fault. */
enum err search_read_artefact(struct search *search, struct txn *txn, struct call *call, struct id id, struct text type,
                              struct artefact_found *to);

#endif
