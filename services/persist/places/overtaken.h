/* overtaken.h: places and items whose state the engine itself changed: a take ended, became another file or was
 * deleted. A scan that read the folder before that reports a file that is gone since, or an older state of it. Its
 * report carries the newest revision that it knew then (`as_of`); persist ignores a report older than the change.
 * Revisions are compared, not clocks. The store keeps the last OVERTAKEN_KEPT changes, so a death of persist forgets
 * none of them. */
#ifndef LOOPHOLE_PERSIST_OVERTAKEN_H
#define LOOPHOLE_PERSIST_OVERTAKEN_H

#include "services/persist/turn/persist.h"
#include "store/keys.h"

enum { OVERTAKEN_KEPT = 256 };

struct key overtaken_place(struct id folder, struct bytes file); /* a place that an item left */
struct key overtaken_item(struct id item);                       /* an item that has another state */

/* After the change was written under `revision`. The oldest note goes when there are too many. */
enum err overtaken_note(struct persist *p, const struct key *key, uint64_t revision);

/* True when a report of that age says less than the store knows. A report without an age is of now. */
bool overtaken_is(struct persist *p, const struct key *key, bool has_as_of, uint64_t as_of);

#endif
