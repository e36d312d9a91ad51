/* overtaken.h: places and items whose state the engine itself changed: a take ended, became another file, or was
 * deleted. A scan that read the folder before the change reports a file that is gone, or its older state. The report
 * carries the newest revision that the scan knew then (`as_of`), and persist ignores a report that is older than the
 * change. It compares revisions, not clocks. The store keeps the last OVERTAKEN_KEPT changes, so they survive a death
 * of persist. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_OVERTAKEN_H
#define LOOPHOLE_PERSIST_OVERTAKEN_H

#include "services/persist/turn/persist.h"
#include "store/keys.h"

enum { OVERTAKEN_KEPT = 256 };

struct key overtaken_place(struct id folder, struct bytes file); /* a place that an item left */
struct key overtaken_item(struct id item);                       /* an item whose state changed */

/* Call it after the change was written under `revision`. If there are too many notes, it removes the oldest. */
enum err overtaken_note(struct persist *p, const struct key *key, uint64_t revision);

/* True when the store knows a newer state than a report of that age. A report without `as_of` is always up to date. */
bool overtaken_is(struct persist *p, const struct key *key, bool has_as_of, uint64_t as_of);

#endif
