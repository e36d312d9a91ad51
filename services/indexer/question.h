/* question.h: the question that a scan asks before it marks very many files as missing (settle.h has the numbers). It
 * stays open until a scan of the whole library finds few of them gone: they returned, or `accept_missing` marked them.
 * A restarted indexer finds it again, because it scans every library. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_QUESTION_H
#define LOOPHOLE_INDEXER_QUESTION_H

#include "services/indexer/state.h"

/* After a scan without a fault. One of some folders counts only their files: the whole library is scanned soon. */
void question_settle(struct indexer *indexer, struct library_state *lib, bool was_whole,
                     const struct scan_result *result);

/* For indexer.libraries: the open ones. Errors: full. */
enum err question_list(const struct indexer *indexer, struct arena *arena, struct missing_many_list *to);

/* For `status`: the first open one, with the command that answers it; "" when none is open. */
struct text question_alarm(const struct indexer *indexer, struct arena *arena);

#endif
