/* scan_sessions.h: the session files of a scan. They are read after the scan has reported all places, so that their
 * references find the items. */
#ifndef LOOPHOLE_INDEXER_SCAN_SESSIONS_H
#define LOOPHOLE_INDEXER_SCAN_SESSIONS_H

#include "services/indexer/scan/scan_state.h"

/* Notes the session files of a folder. Errors: full. */
enum err scan_sessions_see(struct scan *scan, const struct folder_node *node, const struct entry_list *files,
                           struct fault *fault);

/* After the walk: counts the known sessions of the library, and those whose files are gone and not just moved. Errors:
 * those of catalogue_reader.h. */
enum err scan_sessions_count(struct scan *scan, struct fault *fault);

/* After all places are reported: reads new and changed sessions, looks again for items of older ones, and reports
 * sessions that are gone. A later scan does what cannot be done now. Errors: timeout; conflict (as
 * scan_library_is_same). */
enum err scan_sessions_settle(struct scan *scan, struct fault *fault);

#endif
