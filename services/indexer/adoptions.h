/* adoptions.h: which folders become libraries at the same time. Two folders follow one another if they lie on one
 * device, or if one contains the other: the second is compared with the library that the first one became. All others
 * are added side by side, so a disk that hangs delays no folder of another disk. The device of a folder follows from
 * the mount table; no call touches a disk. The loop's thread.
 *
 * A link in the path may lead to another device, which is known once the folder runs and its path is resolved. Until
 * then it has its turn by the device of the path as it was asked; but no device is said to hang, or counted as lost,
 * that a link may have left.
 *
 *   waits ──► runs ──► ended
 *     │         └────► lost: its file system does not answer. The next one of the device runs, unless ADOPTIONS_LOST
 *     │                are lost there already
 *     └──► refused: no turn came in time for the client, or too many are lost there */
#ifndef LOOPHOLE_INDEXER_ADOPTIONS_H
#define LOOPHOLE_INDEXER_ADOPTIONS_H

#include "services/indexer/scan/adopt.h"

enum {
    ADOPTIONS_AT_ONCE = 32,
    ADOPTIONS_LOST = 3 /* threads that wait for one device, or one path; further folders on it are refused at once */
};

struct adoptions;

struct adoptions *adoptions_new(struct mailbox *mailbox, const struct paths *paths, struct catalogue_reader *catalogue);
bool adoptions_end(struct adoptions *adoptions); /* as errands_end */

/* `adopted` is called once, perhaps at once. */
void adoptions_add(struct adoptions *adoptions, struct call *call, struct ticket ticket,
                   const struct indexer_add_library *request,
                   void (*adopted)(void *state, struct ticket ticket, const struct library *library,
                                   const struct fault *fault),
                   void *state);

void adoptions_look(struct adoptions *adoptions); /* about once a second */
unsigned adoptions_hanging(const struct adoptions *adoptions);

#endif
