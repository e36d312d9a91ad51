/* scan_library.h: where the library is. */
#ifndef LOOPHOLE_INDEXER_SCAN_LIBRARY_H
#define LOOPHOLE_INDEXER_SCAN_LIBRARY_H

#include "services/indexer/scan/scan_state.h"

/* Finds the library's present place. Sets result.library.path and result.library.online, and result.away if its volume
 * or its folder is absent. Errors: timeout (its file system does not answer). */
enum err scan_library_find(struct scan *scan, struct fault *fault);

/* Call it before anything counts as gone. Errors: conflict (the library's folder went, or a mount at or below it was
 * exchanged, since scan_library_find). */
enum err scan_library_is_same(struct scan *scan, struct fault *fault);

/* Writes the library's record if the scan changed it. */
enum err scan_library_put(struct scan *scan, struct fault *fault);

#endif
