/* take_cut.h: why a take ended before it was to. Its file says it (wav.h); the loop reports it, and the item keeps it.
 * The loop's thread. */
#ifndef LOOPHOLE_STREAMER_TAKE_CUT_H
#define LOOPHOLE_STREAMER_TAKE_CUT_H

#include "services/streamer/record/takes.h"

/* Decides at the end of a recording why it was cut; reports that, or that its file is
 * gone, by the log, an alarm and an event. */
void take_cut_judge(struct take *take, const struct take_file *file);

void take_cut_describe(const struct take *take, struct recording *to); /* `to` refers to `take` */
void take_cut_tell(const struct take_cut *cut, struct recording *to);  /* `to` refers to `cut` */

#endif
