/* exclude.h: the setting [composer] exclude. It is a list of folders, and each of its lines must name a folder of the
 * catalogue. The service looks for these folders, and persist keeps them as rows (store/community.h), which follow a
 * folder wherever it goes. Until each line has its rows, this studio shares nothing. A process follows the links of the
 * lines, because a file system may not answer. The loop's thread.
 *
 *   line ──► process: the path without links ──► folder of the catalogue ──► persist: a row
 *              └ none: looked for again every two seconds; exclude_stops reports it
 *
 * After a start nothing is shared until a process has followed each line. Links are followed again when the catalogue
 * changes, because a folder may be at a place where none was, and a link may lead elsewhere. */
#ifndef LOOPHOLE_COMPOSER_EXCLUDE_H
#define LOOPHOLE_COMPOSER_EXCLUDE_H

#include "common/process/config.h"
#include "services/composer/state.h"

/* Reads the section [composer] of the settings. */
void exclude_read(struct exclude *exclude, struct config *config);
void exclude_free(struct exclude *exclude);

/* At the timer and the end of each turn: looks for the folders. Returns true if it has excluded further ones. */
bool exclude_turn(struct composer *composer);

/* True, with the reason, if nothing may be shared: denied, or busy while it looks. */
bool exclude_stops(const struct exclude *exclude, struct txn *txn, struct arena *arena, struct fault *why);

/* True if the next step may not send anything at this level. Without a reason it is only for a moment: persist keeps
 * further rows. */
bool exclude_holds(struct composer *composer, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                   struct fault *why);

/* Returns the line of the settings that names the folder; NULL: none. */
const char *exclude_line_of(const struct exclude *exclude, const struct exclusion_list *rows, struct id folder);

#endif
