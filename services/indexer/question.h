/* question.h: the question that a scan asks before it marks very many files as missing (settle.h has the numbers). The
 * question stays open until a scan of the whole library finds few files gone: they returned, or `accept_missing` marked
 * them. A restarted indexer asks it again, because it scans every library. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_QUESTION_H
#define LOOPHOLE_INDEXER_QUESTION_H

#include "services/indexer/state.h"

/* After a scan without a fault. One that finds the library away says nothing about its files. A scan of some
 * folders counts only their files, so the whole library is scanned soon. */
void question_settle(struct indexer *indexer, struct library_state *lib, bool was_whole,
                     const struct scan_result *result);

/* The open questions, for indexer.libraries. Errors: full. */
enum err question_list(const struct indexer *indexer, struct arena *arena, struct missing_many_list *to);

/* For `status`: the first open question, with the command that answers it, else the first library with files that
 * cannot be read. "" if there is none. */
struct text question_alarm(const struct indexer *indexer, struct arena *arena);

#endif
