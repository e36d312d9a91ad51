/* search_artefacts.h: artefacts of many items at once, and waveforms. */
#ifndef LOOPHOLE_SEARCH_SEARCH_ARTEFACTS_H
#define LOOPHOLE_SEARCH_SEARCH_ARTEFACTS_H

#include "services/search/search_state.h"

enum err search_get_artefacts(struct search *search, struct call *call, const struct search_get_artefacts *ask,
                              struct artefacts_found *answer);
enum err search_peaks(struct search *search, struct call *call, const struct search_peaks *ask,
                      struct peaks_found *answer);

#endif
