/* wanted.h: libraries whose online-only files are fetched without a question (`fetch` all). A file whose fetch failed
 * or was cancelled is not fetched again without an ask. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_WANTED_H
#define LOOPHOLE_AVAILABILITY_WANTED_H

#include "services/availability/state.h"

/* Looks for such files after each change of the catalogue, and has them fetched. */
void wanted_turn(struct availability *availability);

#endif
